"""The connection to Discord: which events we ask for and where they go."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import discord
from discord import app_commands

from adapters.discord import catch_up, commands
from adapters.discord.buttons import ActionButton, VersionList
from adapters.discord.inbound import Inbound
from adapters.discord.receipts import CALL_FAILED
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


class Client(discord.Client):
    """One login. A new one is made after a crash, as discord.py's can't be trusted to start twice."""

    def __init__(
        self,
        make_inbound: Callable[[Client], Inbound],
        directory: Directory,
        *,
        message_content: bool,
        on_usable: Callable[[], None],
    ) -> None:
        super().__init__(
            intents=intents(message_content),
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=RATE_LIMIT_SECONDS,
        )
        self._directory = directory
        self._on_usable = on_usable
        self._missed: dict[int, int] = {}
        self._reading = asyncio.Lock()
        self.inbound = make_inbound(self)
        self.tree: app_commands.CommandTree[Client] = app_commands.CommandTree(self)
        commands.register(self.tree)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(ActionButton, VersionList)
        try:
            await self.tree.sync()
        except CALL_FAILED as error:
            _log.warning("Discord: the slash commands could not be registered: %s", error)

    async def on_connect(self) -> None:
        """A new session: note how far each conversation is handled, before anything newer is."""
        self.inbound.open.clear()
        self.inbound.session_lost()
        try:
            self._missed = await catch_up.cursors(self._directory)
        finally:
            self.inbound.open.set()

    async def on_ready(self) -> None:
        self._on_usable()
        missed, self._missed = self._missed, {}
        async with self._reading:
            await catch_up.read_back(self, missed)

    async def on_message(self, message: discord.Message) -> None:
        await self.inbound.message(message)

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        await self.inbound.reaction(payload)

    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        await self.inbound.reaction(payload)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        _log.exception("Discord: an event could not be handled (%s)", event_method)
