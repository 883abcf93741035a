"""The adapter against the fake Telegram, with a journal and a directory in memory."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from PIL import Image

from adapters.telegram import TelegramAdapter
from bot.events import ConversationRef, InboundEvent, MessageRef, Picture, Platform
from tests.fakes.telegram_api import FakeTelegram, Posted

PATIENCE = 10.0
E = TypeVar("E")


class MemoryJournal:
    """`bot.ports.Journal`; `states` tells what became of each row."""

    def __init__(self) -> None:
        self.rows: dict[int, str] = {}
        self.states: dict[int, str] = {}
        self.broken: Exception | None = None

    async def append(self, rows: Sequence[tuple[int, str]]) -> None:
        if self.broken:
            raise self.broken
        for row_id, raw in rows:
            self.rows.setdefault(row_id, raw)
            self.states.setdefault(row_id, "open")

    async def open_rows(self) -> list[tuple[int, str]]:
        return [(row_id, raw) for row_id, raw in sorted(self.rows.items()) if self.states[row_id] == "open"]

    async def close(self, row_id: int, state: str) -> None:
        self.states[row_id] = state


class MemoryDirectory:
    def __init__(self) -> None:
        self.known: set[ConversationRef] = set()
        self.quiet: set[ConversationRef] = set()

    async def knows(self, conversation: ConversationRef) -> bool:
        return conversation in self.known

    async def paused(self, conversation: ConversationRef) -> bool:
        return conversation in self.quiet

    async def last_event(self, conversation: ConversationRef) -> str | None:
        return None

    async def conversations(self, platform: Platform) -> list[ConversationRef]:
        return list(self.known)


class Desk:
    """One bot on one fake Telegram: what it was told, and ways to wait for it."""

    def __init__(self, telegram: FakeTelegram, **settings: Any) -> None:
        self.telegram = telegram
        self.settings = settings
        self.journal = MemoryJournal()
        self.directory = MemoryDirectory()
        self.events: asyncio.Queue[InboundEvent] = asyncio.Queue()
        self.trouble: Callable[[InboundEvent], Awaitable[None]] | None = None
        self.ann = telegram.person("Ann", "ann_paints")
        self.chat = telegram.private(self.ann)
        self.adapter = self.new_adapter()

    def new_adapter(self, **more: Any) -> TelegramAdapter:
        settings: dict[str, Any] = {
            "api_url": self.telegram.url,
            "album_seconds": 0.3,
            "answer_missed_hours": 1e6,
            "status_seconds": 0.0,
            "request_seconds": 2.0,
            "poll_seconds": 1.0,
            "retry_seconds": 0.02,
        }
        return TelegramAdapter(
            self.telegram.token,
            self.handle,
            self.journal,
            self.directory,
            **{**settings, **self.settings, **more},
        )

    async def handle(self, event: InboundEvent) -> None:
        if self.trouble:
            await self.trouble(event)
        await self.events.put(event)

    async def next(self, kind: type[E]) -> E:
        """The next event, which must be of this kind."""
        event = await asyncio.wait_for(self.events.get(), PATIENCE)
        assert isinstance(event, kind), event
        return event

    def nothing_more(self) -> bool:
        return self.events.empty()

    async def settled(self, *posted: Posted) -> None:
        """Every update is journaled and, if named, closed."""
        await asyncio.wait_for(self.telegram.confirmed(), PATIENCE)
        wanted = [post.update_id for post in posted if post.update_id is not None]
        await until(lambda: all(self.journal.states.get(row_id, "open") != "open" for row_id in wanted))

    def where(self, chat_id: int | None = None, topic: int | None = None) -> ConversationRef:
        thread = None if topic is None else str(topic)
        return ConversationRef("telegram", str(self.chat if chat_id is None else chat_id), thread)

    def ref(self, message_id: int, chat_id: int | None = None) -> MessageRef:
        return MessageRef(self.where(chat_id), str(message_id))

    def used(self, method: str) -> int:
        """How often a method took effect."""
        return sum(name == method for name, _ in self.telegram.calls)


async def until(true: Callable[[], object]) -> None:
    """Wait for something the adapter does by itself."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what is waited for is another task's doing
            await asyncio.sleep(0.01)


@asynccontextmanager
async def desk(*, start: bool = True, **settings: Any) -> AsyncIterator[Desk]:
    """A desk with a started adapter; `settings` are the adapter's keyword arguments."""
    async with FakeTelegram() as telegram:
        found = Desk(telegram, **settings)
        if start:
            await found.adapter.start()
            await until(lambda: "message_reaction" in telegram.allowed)  # it polls
        try:
            yield found
        finally:
            await found.adapter.stop()


def png(colour: str = "red", size: tuple[int, int] = (48, 32)) -> bytes:
    """A small valid PNG file."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def picture(colour: str = "blue", size: tuple[int, int] = (48, 32)) -> Picture:
    return Picture(png(colour, size), "image/png", *size, "edited.png")
