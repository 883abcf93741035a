"""Who is connected, and what they are told.

Nothing here is kept for good: the store's transcript is the truth, a push only says that it changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import defaultdict
from typing import Any

from aiohttp import WSCloseCode, web

from bot.events import ConversationRef

BACKLOG = 64
"""Pushes that may wait for a slow reader; one that falls further behind is cut off and fetches anew."""

Push = dict[str, Any]


class Hub:
    """The open sockets of every conversation and the status messages that are on show there."""

    def __init__(self) -> None:
        self._readers: defaultdict[ConversationRef, set[asyncio.Queue[Push | None]]] = defaultdict(set)
        self._statuses: defaultdict[ConversationRef, dict[str, Push]] = defaultdict(dict)

    async def serve(self, socket: web.WebSocketResponse, conversation: ConversationRef) -> None:
        """Pass pushes on until the socket closes. What the page sends is ignored: it speaks over HTTP."""
        queue: asyncio.Queue[Push | None] = asyncio.Queue(BACKLOG + 1)  # one place is for the end mark
        self._readers[conversation].add(queue)
        writer = asyncio.create_task(_write(socket, queue))
        try:
            async for _ in socket:
                pass
        finally:
            self._leave(conversation, queue)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer

    def push(self, conversation: ConversationRef, message: Push) -> None:
        for queue in tuple(self._readers.get(conversation, ())):
            if queue.qsize() < BACKLOG:
                queue.put_nowait(message)
            else:
                self._leave(conversation, queue)
                queue.put_nowait(None)

    def show(self, conversation: ConversationRef, status: Push) -> None:
        """Show a status message, or change it; a preview stays until a newer one comes."""
        shown = self._statuses[conversation].get(status["id"])
        if shown and not status["preview"]:
            status["preview"] = shown["preview"]
        self._statuses[conversation][status["id"]] = status
        self.push(conversation, {"type": "status", **status})

    def clear(self, conversation: ConversationRef, status_id: str) -> None:
        self._forget(conversation, status_id)
        self.push(conversation, {"type": "status_gone", "id": status_id})

    def replace(self, conversation: ConversationRef, status_id: str | None, message_id: str) -> None:
        """Announce a reply, and the end of the status message in whose place it stands."""
        if status_id is not None:
            self._forget(conversation, status_id)
        self.push(conversation, {"type": "reply", "id": message_id, "status": status_id})

    def statuses(self, conversation: ConversationRef) -> list[Push]:
        return list(self._statuses.get(conversation, {}).values())

    def drop_statuses(self, conversation: ConversationRef) -> None:
        """Forget what is on show where no job is under way: the reply may have named no status."""
        self._statuses.pop(conversation, None)

    def close(self) -> None:
        for queues in self._readers.values():
            for queue in queues:
                queue.put_nowait(None)
        self._readers.clear()

    def _leave(self, conversation: ConversationRef, queue: asyncio.Queue[Push | None]) -> None:
        readers = self._readers.get(conversation)
        if readers is not None:
            readers.discard(queue)
            if not readers:
                del self._readers[conversation]

    def _forget(self, conversation: ConversationRef, status_id: str) -> None:
        shown = self._statuses.get(conversation)
        if shown is not None:
            shown.pop(status_id, None)
            if not shown:
                del self._statuses[conversation]


async def _write(socket: web.WebSocketResponse, queue: asyncio.Queue[Push | None]) -> None:
    """Send what comes through the queue; `None` ends the connection, the page will come back."""
    with contextlib.suppress(ConnectionError):
        while (message := await queue.get()) is not None:
            await socket.send_str(json.dumps(message))
        await socket.close(code=WSCloseCode.GOING_AWAY)
