"""The doors of the bot: what it needs from a platform adapter, and what an adapter may use of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from bot.events import (
    Acknowledged,
    Action,
    Capabilities,
    ConversationRef,
    InboundEvent,
    MessageRef,
    Platform,
    Receipt,
    Reply,
    StatusUpdate,
)

Handler = Callable[[InboundEvent], Awaitable[Acknowledged | None]]
"""Takes one event for good: when it returns, the event is in the ledger and won't be lost.

What comes back is shown where the button was pressed; None: the answer, if any, comes as a reply."""


Choices = Callable[[ConversationRef], Awaitable[Sequence[Action]]]
"""The pictures of a conversation to choose from: the actions "select" of its history, oldest first."""


class Adapter(Protocol):
    """A platform. Every method is safe to call again with the same value."""

    platform: Platform

    async def start(self) -> None:
        """Connect and begin to deliver events to the handler; returns when ready to send.

        Raises `AdapterError` with one sentence for the admin (a wrong token …).
        """
        ...

    async def stop(self) -> None:
        """Disconnect; never raises."""
        ...

    async def capabilities(self, conversation: ConversationRef) -> Capabilities: ...

    async def send(self, reply: Reply) -> Receipt:
        """Deliver one reply in place of `reply.status` (edit that, or send and delete it); never raises."""
        ...

    async def find(self, reply: Reply) -> Receipt:
        """After `Unknown`: look whether it is there: `Delivered`, `NotSent`, or `Unknown` (can't look)."""
        ...

    async def show_status(self, update: StatusUpdate) -> MessageRef | None:
        """Make or edit the status message of a job; None when it could not be shown. Never raises."""
        ...

    async def clear_status(self, message: MessageRef) -> None:
        """Take a status message away (job cancelled); never raises."""
        ...


class AdapterError(Exception):
    """An adapter can't start; the message is one sentence that tells the admin what to do."""


class Journal(Protocol):
    """Raw inbound payloads kept until they are handled (Telegram's getUpdates loop); rows survive a crash."""

    async def append(self, rows: Sequence[tuple[int, str]]) -> None:
        """Keep (update id, JSON) pairs; ids that are there already are left alone."""
        ...

    async def open_rows(self) -> list[tuple[int, str]]:
        """The rows not closed yet, by ascending id."""
        ...

    async def close(self, row_id: int, state: str) -> None:
        """Mark a row `done` or `poison`."""
        ...


class Directory(Protocol):
    """What an adapter may ask of the store to translate an event."""

    async def knows(self, conversation: ConversationRef) -> bool:
        """Whether the bot takes part in a conversation there (a thread of its own, a chat under way)."""
        ...

    async def paused(self, conversation: ConversationRef) -> bool:
        """Whether a moderator told the bot to be quiet in that server or group: open no thread there."""
        ...

    async def last_event(self, conversation: ConversationRef) -> str | None:
        """The newest platform message id handled there, for catching up after a lost session."""
        ...

    async def conversations(self, platform: Platform) -> list[ConversationRef]:
        """The conversations of a platform, newest activity first, at most 100."""
        ...


class Transcript(Protocol):
    """What the web chat shows: the conversation as it is in the store."""

    async def messages(self, conversation: ConversationRef) -> list[dict[str, Any]]:
        """Turns in order, "id" being the message's id on the platform (the person's `message_id`, the reply's
        `key`): {"id", "speaker": "user"|"bot", "text", "decision", "version": id | None,
        "image": {"sha256", "width", "height", "mime"} | None, "state": "head"|"kept"|"undone"|None,
        "at": seconds since the epoch, "actions": [{"name", "target", "number", "label"}]}. A view (see
        `Reply.decision`) has an image and no version."""
        ...

    async def image(self, conversation: ConversationRef, sha256: str) -> tuple[bytes, str] | None:
        """Bytes and mime of a picture that belongs to this conversation, else None."""
        ...

    async def busy(self, conversation: ConversationRef) -> list[str]:
        """Ids of the jobs under way there."""
        ...
