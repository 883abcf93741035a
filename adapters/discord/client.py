"""The connection to Discord: which events we ask for and where they go."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import discord
from discord import app_commands

from adapters.discord import catch_up, commands, edit_command
from adapters.discord.buttons import ActionButton, VersionList
from adapters.discord.edit_command import Chosen
from adapters.discord.inbound import Inbound
from adapters.discord.invalid_requests import InvalidRequests
from adapters.discord.languages import Translator
from adapters.discord.receipts import CALL_FAILED
from bot.events import ConversationRef
from bot.ports import Directory

_log = logging.getLogger(__name__)

# Nobody here speaks: the library's two warnings about voice would only puzzle the admin.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

RATE_LIMIT_SECONDS = 60.0
"""discord.py waits out shorter rate limits itself; longer ones come back as `RateLimited`."""


def intents(message_content: bool) -> discord.Intents:
    """Just what is used: 46593, or 13825 without the privileged message content."""
    return discord.Intents(
        guilds=True,
        guild_messages=True,
        dm_messages=True,
        guild_reactions=True,
        dm_reactions=True,
        message_content=message_content,
    )


class Client(discord.AutoShardedClient):
    """One login. A new one is made after a crash, as discord.py's can't be trusted to start twice.

    Discord says over how many connections (shards) its servers are spread. A session is lost, and caught up
    with, for one shard at a time. Messages up to `answer_missed` old are answered then.
    """

    def __init__(
        self,
        make_inbound: Callable[[Client], Inbound],
        directory: Directory,
        *,
        message_content: bool,
        answer_missed: timedelta,
        invalid_requests: InvalidRequests,
        on_usable: Callable[[], None],
    ) -> None:
        super().__init__(
            intents=intents(message_content),
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=RATE_LIMIT_SECONDS,
            http_trace=invalid_requests.trace(),
        )
        self._answer_missed = answer_missed
        self._directory = directory
        self._on_usable = on_usable
        self._missed: dict[int, int] = {}
        self._noting = 0
        self._reading = asyncio.Lock()
        self.inbound = make_inbound(self)
        self.chosen = Chosen()
        self.tree: app_commands.CommandTree[Client] = app_commands.CommandTree(self)
        commands.register(self.tree)
        edit_command.register(self.tree)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(ActionButton, VersionList)
        await self.tree.set_translator(Translator())
        try:
            await self.tree.sync()
        except CALL_FAILED as error:
            _log.warning("Discord: the slash commands could not be registered: %s", error)

    async def on_shard_connect(self, shard_id: int) -> None:
        """A new session: note how far each conversation is handled, before anything newer is."""
        self._noting += 1  # several shards may be at it at once
        self.inbound.open.clear()
        self.inbound.session_lost()
        try:
            self._missed = await catch_up.cursors(self._directory) | self._missed
        finally:
            self._noting -= 1
            if not self._noting:
                self.inbound.open.set()

    async def on_ready(self) -> None:
        self._on_usable()

    async def on_shard_ready(self, shard_id: int) -> None:
        await self.wait_until_ready()  # what is answered can be sent then
        mine = [channel for channel in self._missed if self._shard(channel) in (shard_id, None)]
        missed = {channel: self._missed.pop(channel) for channel in mine}
        async with self._reading:
            await catch_up.read_back(self, missed, self._answer_missed)

    def _shard(self, channel_id: int) -> int | None:
        """Over which connection a channel's messages come; None: a direct chat, or not in the cache."""
        channel = self.get_channel(channel_id)
        guild = channel.guild if isinstance(channel, discord.abc.GuildChannel | discord.Thread) else None
        return guild.shard_id if guild else None

    async def on_message(self, message: discord.Message) -> None:
        await self.inbound.message(message)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        if edit_command.is_form(interaction):
            await edit_command.filled(interaction)

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        await self.inbound.reaction(payload)

    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        await self.inbound.reaction(payload)

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        await self.inbound.gone(ConversationRef("discord", str(payload.parent_id), str(payload.thread_id)))

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self.inbound.gone(ConversationRef("discord", str(channel.id)))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        for channel in guild.channels:
            await self.inbound.gone(ConversationRef("discord", str(channel.id)))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        _log.exception("Discord: an event could not be handled (%s)", event_method)
