"""From the journal to the handler: rows become events, one by one and in order.

A row is closed when the handler has taken its event, so a crash at any point brings the row back at the next
start; the handler tells repeats by their event id. A row that can't be parsed, or that the handler refuses
again and again, is closed as `poison` and kept for a human: it blocks nobody.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Sequence

from telegram import Bot, CallbackQuery, Update
from telegram.error import TelegramError

from adapters.telegram.albums import Albums
from adapters.telegram.inbound import Translator
from bot.events import InboundEvent
from bot.ports import Handler, Journal

log = logging.getLogger(__name__)

TRIES = 5


class Inbox:
    """Dispatches open rows until cancelled."""

    def __init__(
        self,
        bot: Bot,
        journal: Journal,
        handler: Handler,
        translator: Translator,
        album_seconds: float,
        retry_seconds: float,
    ) -> None:
        self._bot = bot
        self._journal = journal
        self._handler = handler
        self._translator = translator
        self._albums = Albums(album_seconds)
        self._retry_seconds = retry_seconds
        self._failures: dict[int, int] = {}
        self._retry_at: dict[int, float] = {}
        self._fresh = asyncio.Event()
        self._answers: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """There are new rows."""
        self._fresh.set()

    async def run(self) -> None:
        while True:
            self._fresh.clear()
            try:
                pause = await self._round()
            except Exception as error:  # the journal can't be read or written: a full disk, a locked file
                log.exception("The journal of Telegram updates can't be used (%s); trying on.", error)
                pause = self._retry_seconds
            try:
                await asyncio.wait_for(self._fresh.wait(), pause)
            except TimeoutError:
                continue

    async def _round(self) -> float | None:
        """Take every row that is due; seconds until something else will be, None when nothing waits."""
        now = time.monotonic()
        for row_id, raw in await self._journal.open_rows():
            if not self._albums.holds(row_id) and self._retry_at.get(row_id, 0.0) <= now:
                await self._take(row_id, raw)
        for album in self._albums.take_due():
            await self._settle(album.rows, self._translator.message(album.messages, album.event_id))
        pauses = [at - time.monotonic() for at in self._retry_at.values()]
        if (album_pause := self._albums.pause()) is not None:
            pauses.append(album_pause)
        return max(0.0, min(pauses)) if pauses else None

    async def _take(self, row_id: int, raw: str) -> None:
        self._retry_at.pop(row_id, None)
        try:
            update = Update.de_json(json.loads(raw), self._bot)
        except Exception:  # whatever a parser may raise
            log.exception("Telegram update %d can't be read; it is kept as poison.", row_id)
            await self._journal.close(row_id, "poison")
            return
        message = update.message
        if message and message.media_group_id:
            self._albums.add(row_id, message)
            return
        if message:
            for album in self._albums.take_before(message):
                await self._settle(album.rows, self._translator.message(album.messages, album.event_id))
        await self._settle([row_id], self._translator.event(update))
        if update.callback_query:
            self._answer(update.callback_query)

    async def _settle(self, rows: Sequence[int], translation: Awaitable[InboundEvent | None]) -> None:
        """Hand the event over and close its rows; on failure leave them open for another try."""
        state = "done"
        try:
            event = await translation
            if event is not None:
                await self._handler(event)
        except Exception as error:  # of the bot or its store; the update must not be lost for it
            failures = self._failures.get(rows[0], 0) + 1
            if failures < TRIES:
                log.warning("Telegram update %d could not be handled (%r); once more soon.", rows[0], error)
                for row_id in rows:
                    self._failures[row_id] = failures
                    self._retry_at[row_id] = time.monotonic() + self._retry_seconds * 2 ** (failures - 1)
                return
            log.exception("Telegram update %d could not be handled; it is kept as poison.", rows[0])
            state = "poison"
        for row_id in rows:
            await self._journal.close(row_id, state)
            self._failures.pop(row_id, None)

    def _answer(self, query: CallbackQuery) -> None:
        """Stop the button's spinning circle, beside the loop: nobody should wait for it."""
        task = asyncio.create_task(answer(query))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)


async def answer(query: CallbackQuery) -> None:
    try:
        await query.answer()
    except TelegramError as error:  # too old, answered before a crash …: the circle stops by itself
        log.debug("A button press could not be answered: %s", error)
