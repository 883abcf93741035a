"""The Discord adapter: one door in, one door out, a supervisor that keeps the connection."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

import discord

from adapters.discord.client import Client
from adapters.discord.inbound import Inbound
from adapters.discord.invalid_requests import InvalidRequests
from adapters.discord.outbound import Outbound
from adapters.discord.permissions import Refusals
from adapters.discord.places import is_age_restricted, max_upload
from adapters.discord.supervisor import Supervisor
from adapters.discord.text import MAX_TEXT
from adapters.discord.threads import ArchiveMinutes, Threads
from bot.events import Capabilities, ConversationRef, MessageRef, Platform, Receipt, Reply, StatusUpdate
from bot.ports import Choices, Directory, Handler

# At DEBUG discord.py prints every payload: people's words, and the tokens of interactions.
_log = logging.getLogger(__name__)
_library_log = logging.getLogger("discord")


_BY_MENU = "A wish may also come by /edit, or by Apps → Edit this image in the menu of a message."


class DiscordAdapter:
    """`bot.ports.Adapter` over discord.py. Sizes are in bytes.

    `undo_emoji`: the reactions that undo, as people see them. `message_content`: whether the privileged
    intent of that name is switched on; without it the bot reads only what mentions it, and direct chats.
    `threads`: whether each conversation gets one. `answer_missed_hours`: how old a message may be that is
    still answered when the bot comes back.
    """

    platform: Platform = "discord"

    def __init__(
        self,
        token: str,
        handler: Handler,
        directory: Directory,
        choices: Choices,
        *,
        undo_emoji: Sequence[str] = ("↩️",),
        message_content: bool = True,
        threads: bool = True,
        thread_archive_minutes: ArchiveMinutes = 1440,
        answer_missed_hours: float = 24.0,
        max_download: int = 20 * 1024 * 1024,
    ) -> None:
        if _library_log.getEffectiveLevel() < logging.INFO:
            _library_log.setLevel(logging.INFO)
        self._undo_emoji = tuple(undo_emoji)
        self._message_content = message_content
        opening, refusals = Threads(thread_archive_minutes, enabled=threads), Refusals()
        invalid_requests = InvalidRequests()

        def make_inbound(client: Client) -> Inbound:
            return Inbound(
                client,
                handler,
                directory,
                choices,
                threads=opening,
                refusals=refusals,
                undo_emoji=self._undo_emoji,
                max_download=max_download,
            )

        def make_client(on_usable: Callable[[], None]) -> Client:
            return Client(
                make_inbound,
                directory,
                message_content=message_content,
                answer_missed=timedelta(hours=answer_missed_hours),
                invalid_requests=invalid_requests,
                on_usable=on_usable,
            )

        self._supervisor = Supervisor(make_client, token)
        self._outbound = Outbound(
            lambda: self._supervisor.client,
            refusals,
            undo_emoji=self._undo_emoji,
            message_content=message_content,
        )

    @property
    def client(self) -> Client:
        """The present discord.py client; another one after a crash."""
        return self._supervisor.client

    async def start(self) -> None:
        if not self._message_content:
            _log.warning(
                "Discord: without the message content intent the bot works by mention, in direct chats, by"
                " command and by menu; it can't read other messages, not even in its own threads."
            )
        await self._supervisor.start()

    async def stop(self) -> None:
        await self._supervisor.stop()

    async def capabilities(self, conversation: ConversationRef) -> Capabilities:
        space = self.client.get_channel(int(conversation.space_id))
        return Capabilities(
            undo_emoji=self._undo_emoji,
            max_upload=max_upload(space),
            max_text=MAX_TEXT,
            age_restricted=is_age_restricted(space),
            wishes=(*self._by_mention(conversation, space), _BY_MENU),
        )

    def _by_mention(self, conversation: ConversationRef, space: object) -> list[str]:
        if not isinstance(space, discord.abc.GuildChannel):
            return []
        if not self._message_content:
            return ["Mention me in whatever is for me, answers, too: I can't read other messages here."]
        if conversation.thread_id is not None:
            return ["In this thread I read along; elsewhere mention me, or reply to me."]
        return ["Mention me in what is for me, or reply to me. Under somebody's picture mention me, too."]

    async def send(self, reply: Reply) -> Receipt:
        return await self._outbound.send(reply)

    async def find(self, reply: Reply) -> Receipt:
        return await self._outbound.find(reply)

    async def show_status(self, update: StatusUpdate) -> MessageRef | None:
        return await self._outbound.show_status(update)

    async def clear_status(self, message: MessageRef) -> None:
        await self._outbound.clear_status(message)
