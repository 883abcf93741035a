"""The Discord adapter: one door in, one door out, a supervisor that keeps the connection."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from adapters.discord.client import Client
from adapters.discord.inbound import Inbound
from adapters.discord.outbound import Outbound
from adapters.discord.places import ArchiveMinutes, Threads, is_age_restricted
from adapters.discord.supervisor import Supervisor
from adapters.discord.text import MAX_TEXT
from bot.events import Capabilities, ConversationRef, MessageRef, Platform, Receipt, Reply, StatusUpdate
from bot.ports import Directory, Handler

# At DEBUG discord.py prints every payload: people's words, and the tokens of interactions.
_library_log = logging.getLogger("discord")


class DiscordAdapter:
    """`bot.ports.Adapter` over discord.py. Sizes are in bytes.

    `undo_emoji`: the reactions that undo, as people see them. `message_content`: whether the privileged
    intent of that name is switched on; without it the bot reads only what mentions it, and direct chats.
    """

    platform: Platform = "discord"

    def __init__(
        self,
        token: str,
        handler: Handler,
        directory: Directory,
        *,
        undo_emoji: Sequence[str] = ("↩️",),
        message_content: bool = True,
        thread_archive_minutes: ArchiveMinutes = 1440,
        max_download: int = 20 * 1024 * 1024,
    ) -> None:
        if _library_log.getEffectiveLevel() < logging.INFO:
            _library_log.setLevel(logging.INFO)
        self._undo_emoji = tuple(undo_emoji)
        threads = Threads(thread_archive_minutes)

        def make_inbound(client: Client) -> Inbound:
            return Inbound(
                client,
                handler,
                directory,
                threads=threads,
                undo_emoji=self._undo_emoji,
                max_download=max_download,
            )

        def make_client(on_usable: Callable[[], None]) -> Client:
            return Client(make_inbound, directory, message_content=message_content, on_usable=on_usable)

        self._supervisor = Supervisor(make_client, token)
        self._outbound = Outbound(
            lambda: self._supervisor.client, undo_emoji=self._undo_emoji, message_content=message_content
        )

    @property
    def client(self) -> Client:
        """The present discord.py client; another one after a crash."""
        return self._supervisor.client

    async def start(self) -> None:
        await self._supervisor.start()

    async def stop(self) -> None:
        await self._supervisor.stop()

    async def capabilities(self, conversation: ConversationRef) -> Capabilities:
        return Capabilities(
            undo_emoji=self._undo_emoji,
            max_upload=self._outbound.max_upload(int(conversation.space_id)),
            max_text=MAX_TEXT,
            age_restricted=is_age_restricted(self.client.get_channel(int(conversation.space_id))),
        )

    async def send(self, reply: Reply) -> Receipt:
        return await self._outbound.send(reply)

    async def find(self, reply: Reply) -> Receipt:
        return await self._outbound.find(reply)

    async def show_status(self, update: StatusUpdate) -> MessageRef | None:
        return await self._outbound.show_status(update)

    async def clear_status(self, message: MessageRef) -> None:
        await self._outbound.clear_status(message)
