"""A bot without a brain: keeps what the adapter hands over, answers as a test tells it, knows its places."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable

from PIL import Image

from bot.events import (
    Acknowledged,
    Action,
    ConversationGone,
    ConversationRef,
    InboundEvent,
    MessageIn,
    Picture,
    Platform,
)

Answer = Callable[[InboundEvent], Awaitable[Acknowledged | None]]


class ScriptedBot:
    """Handler and `Directory` in one. An event id seen before is counted and not answered again."""

    def __init__(self) -> None:
        self.events: list[InboundEvent] = []
        self.doubles: list[str] = []
        self.answer: Answer | None = None
        self.quiet: set[ConversationRef] = set()
        self._places: list[ConversationRef] = []
        self._last: dict[ConversationRef, str] = {}
        self.versions: dict[ConversationRef, tuple[Action, ...]] = {}
        self._arrived = asyncio.Condition()

    async def handler(self, event: InboundEvent) -> Acknowledged | None:
        if any(event.event_id == seen.event_id for seen in self.events):
            self.doubles.append(event.event_id)
            return None
        self.events.append(event)
        assert not hasattr(event, "old"), "Discord conversations do not move"
        place = event.ref if isinstance(event, ConversationGone) else event.ref.conversation
        if place not in self._places:
            self._places.append(place)
        if isinstance(event, MessageIn):
            self._last[place] = event.event_id
        acknowledged = await self.answer(event) if self.answer else None
        async with self._arrived:
            self._arrived.notify_all()
        return acknowledged

    def took_part(self, place: ConversationRef, last: str) -> None:
        """There was a conversation before this run; `last` is the message id handled last there."""
        self._places.append(place)
        self._last[place] = last

    async def take(self, count: int) -> list[InboundEvent]:
        """The first `count` events; waits for them."""
        async with self._arrived:
            await asyncio.wait_for(self._arrived.wait_for(lambda: len(self.events) >= count), 15)
        return self.events[:count]

    @property
    def texts(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, MessageIn)]

    async def knows(self, conversation: ConversationRef) -> bool:
        return conversation in self._places

    async def paused(self, conversation: ConversationRef) -> bool:
        return conversation in self.quiet

    async def last_event(self, conversation: ConversationRef) -> str | None:
        return self._last.get(conversation)

    async def choices(self, conversation: ConversationRef) -> tuple[Action, ...]:
        return self.versions.get(conversation, ())

    async def conversations(self, platform: Platform) -> list[ConversationRef]:
        return [place for place in reversed(self._places) if place.platform == platform]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that no event tells."""
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def png(colour: str = "red", size: tuple[int, int] = (48, 32)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def picture(colour: str = "blue") -> Picture:
    return Picture(png(colour), "image/png", 48, 32, "edited.png")
