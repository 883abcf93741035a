"""A platform seen from outside: what a person does there, and what they see."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from bot.events import (
    Acknowledged,
    Action,
    ButtonName,
    CommandName,
    ConversationRef,
    InboundEvent,
    MessageRef,
    Receipt,
    Reply,
    UserRef,
)
from bot.ports import Adapter

PATIENCE = 10.0
"""Seconds until an event that does not come fails the test; no test passes or fails by being slow."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a person just did, in the ids that the adapter must use for it."""

    event_id: str
    ref: MessageRef
    user: UserRef


@dataclass(frozen=True, slots=True)
class Shown:
    """One message of the bot as people see it on the platform.

    `text` is what a reader sees: escapes undone, markup (if the platform interpreted any) taken out.
    `labels` is what the buttons say, where a platform's app doesn't choose that itself (the web page).
    `pings` says whether anybody or everybody is notified by a mention in it.
    """

    message_id: str
    text: str
    image: bytes | None = None
    buttons: tuple[ButtonName, ...] = ()
    labels: tuple[str, ...] = ()
    pings: bool = False


class Harness(ABC):
    """The platform seen from outside, with one conversation that the bot takes part in.

    Set `adapter` and `conversation` before the test begins. In `conversation` whatever a person writes is
    meant for the bot (mention the bot in `write` where the platform needs it).
    """

    adapter: Adapter
    conversation: ConversationRef

    def __init__(self) -> None:
        self.events: asyncio.Queue[InboundEvent] = asyncio.Queue()
        self.acknowledged: Acknowledged | None = None
        """What the handler answers to every event."""

    async def handler(self, event: InboundEvent) -> Acknowledged | None:
        """Give this to the adapter as its handler."""
        await self.events.put(event)
        return self.acknowledged

    @abstractmethod
    async def write(
        self, text: str, pictures: Sequence[bytes] = (), reply_to: MessageRef | None = None
    ) -> Act:
        """A person posts a message; `pictures` are PNG files, attached in order."""

    @abstractmethod
    async def react(self, ref: MessageRef, emoji: str, *, added: bool) -> Act:
        """The person puts a reaction under a message of the bot, or takes it back. `Act.ref` is `ref`."""

    @abstractmethod
    async def press(self, ref: MessageRef, action: Action) -> Act:
        """The person presses a button of the bot's message `ref`. `Act.ref` is `ref`."""

    @abstractmethod
    async def command(self, name: CommandName, argument: str = "") -> Act:
        """The person gives a command in the platform's own form."""

    async def restrict(self) -> bool:
        """Let only adults into the conversation's place; False where the platform knows no such thing."""
        return False

    @abstractmethod
    async def redeliver(self) -> None:
        """The platform delivers the last act again, as after a lost connection; returns when it was taken."""

    @abstractmethod
    async def shown(self) -> list[Shown]:
        """The bot's messages that `conversation` holds now, status messages included, oldest first."""

    @abstractmethod
    async def told(self) -> list[str]:
        """What only the person who acted was told, oldest first."""

    async def vanished(self) -> ConversationRef | None:
        """A conversation that was deleted on the platform. None where there is no such thing: there the test
        class takes the check out with `test_a_vanished_conversation_is_rejected = None`."""
        return None

    async def send(self, reply: Reply) -> Receipt:
        """Send through the adapter. Override where the platform relies on what the bot does just before."""
        return await self.adapter.send(reply)

    async def next_event(self) -> InboundEvent:
        return await asyncio.wait_for(self.events.get(), PATIENCE)

    def more_events(self) -> list[InboundEvent]:
        """The events delivered and not looked at yet."""
        return [self.events.get_nowait() for _ in range(self.events.qsize())]
