"""A platform in memory: what is sent is kept in a list; wire faults are scripted."""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import count

from bot.events import (
    Capabilities,
    ConversationRef,
    Delivered,
    MessageRef,
    NotSent,
    Platform,
    Receipt,
    Reply,
    StatusUpdate,
)


class MemoryAdapter:
    """`receipts` answer the next sends, `finds` the next looks; when empty everything arrives.

    `arriving` receipts are given although the message arrived (an answer that got lost on the way back).
    """

    def __init__(self, platform: Platform = "web", capabilities: Capabilities | None = None) -> None:
        self.platform: Platform = platform
        self.can = capabilities or Capabilities(undo_emoji=("↩️",))
        self.sent: list[Reply] = []
        self.tries: list[Reply] = []
        self.statuses: list[StatusUpdate] = []
        self.cleared: list[MessageRef] = []
        self.receipts: deque[Receipt] = deque()
        self.arriving: deque[Receipt] = deque()
        self.finds: deque[Receipt] = deque()
        self.looks: list[Reply] = []
        self.shown = asyncio.Event()
        self.delivered = asyncio.Event()
        self.taken_away = asyncio.Event()
        self._numbers = count(1000)
        self._refs: dict[str, MessageRef] = {}

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def capabilities(self, conversation: ConversationRef) -> Capabilities:
        return self.can

    async def send(self, reply: Reply) -> Receipt:
        self.tries.append(reply)
        if self.receipts:
            return self.receipts.popleft()
        if reply.key not in self._refs:
            self.sent.append(reply)
            self.delivered.set()
            self._refs[reply.key] = self._new_ref(reply.conversation)
        return self.arriving.popleft() if self.arriving else Delivered((self._refs[reply.key],))

    async def find(self, reply: Reply) -> Receipt:
        self.looks.append(reply)
        if self.finds:
            return self.finds.popleft()
        if reply.key in self._refs:
            return Delivered((self._refs[reply.key],))
        return NotSent("it is not there")

    async def show_status(self, update: StatusUpdate) -> MessageRef | None:
        self.statuses.append(update)
        self.shown.set()
        return update.message or self._new_ref(update.conversation)

    async def clear_status(self, message: MessageRef) -> None:
        self.cleared.append(message)
        self.taken_away.set()

    def ref_of(self, reply: Reply) -> MessageRef:
        """The message that a reply became."""
        return self._refs[reply.key]

    def _new_ref(self, conversation: ConversationRef) -> MessageRef:
        return MessageRef(conversation, str(next(self._numbers)))
