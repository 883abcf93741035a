"""From the journal to the handler: rows become events, in order within a chat, chats side by side.

A row is closed when the handler has taken its event, so a crash at any point brings the row back at the next
start; the handler tells repeats by their event id. A row that can't be parsed, or that the handler refuses
again and again, is closed as `poison` and kept for a human: it blocks nobody. (The handler may download a
picture before it returns: that holds up its own chat alone.)
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from telegram import Bot, CallbackQuery, Update
from telegram.error import TelegramError

from adapters.telegram.albums import Album, Albums
from adapters.telegram.backoff import delays
from adapters.telegram.inbound import Translator
from adapters.telegram.layout import keyboard_of
from bot.events import Acknowledged, InboundEvent
from bot.ports import Handler, Journal

log = logging.getLogger(__name__)

TRIES = 5


@dataclass(frozen=True, slots=True)
class Work:
    """One event to be, and the journal rows that it closes."""

    rows: Sequence[int]
    translate: Callable[[], Awaitable[InboundEvent | None]]
    query: CallbackQuery | None = None


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
        self._fresh = asyncio.Event()
        self._taken: set[int] = set()
        """Rows under way: in a lane, or a piece of an album that is not complete."""
        self._lanes: dict[int, deque[Work]] = {}
        self._journal_broken = False

    def wake(self) -> None:
        """There are new rows."""
        self._fresh.set()

    async def run(self) -> None:
        self._taken.clear()
        self._lanes.clear()
        self._albums.clear()
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._fresh.clear()
                pause = await self._round(tasks)
                try:
                    await asyncio.wait_for(self._fresh.wait(), pause)
                except TimeoutError:
                    continue

    async def _round(self, tasks: asyncio.TaskGroup) -> float | None:
        """Put what is due into the lanes; seconds until more will be, None when nothing waits."""
        try:
            for row_id, raw in await self._journal.open_rows():
                if row_id not in self._taken:
                    await self._sort(row_id, raw, tasks)
        except Exception as error:  # the journal can't be read or written: a full disk, a locked file
            if not self._journal_broken:
                log.error("The journal of Telegram updates can't be used (%s); trying on.", error)
            self._journal_broken = True
            return self._retry_seconds
        self._journal_broken = False
        for album in self._albums.take_due():
            self._enqueue_album(album, tasks)
        return self._albums.pause()

    async def _sort(self, row_id: int, raw: str, tasks: asyncio.TaskGroup) -> None:
        try:
            update = Update.de_json(json.loads(raw), self._bot)
        except Exception:  # whatever a parser may raise
            log.exception("Telegram update %d can't be read; it is kept as poison.", row_id)
            await self._journal.close(row_id, "poison")
            return
        self._taken.add(row_id)
        message = update.message
        if message and message.media_group_id:
            self._albums.add(row_id, message)
            return
        said = message or update.edited_message
        for album in self._albums.take_before(said) if said else ():
            self._enqueue_album(album, tasks)
        chat_id = update.effective_chat.id if update.effective_chat else 0
        head = self._albums.head_of(said) if said else None
        work = Work([row_id], lambda: self._translator.event(update, head), update.callback_query)
        self._enqueue(chat_id, work, tasks)

    def _enqueue_album(self, album: Album, tasks: asyncio.TaskGroup) -> None:
        work = Work(album.rows, lambda: self._translator.message(album.messages, album.event_id))
        self._enqueue(album.messages[0].chat_id, work, tasks)

    def _enqueue(self, chat_id: int, work: Work, tasks: asyncio.TaskGroup) -> None:
        if chat_id in self._lanes:
            self._lanes[chat_id].append(work)
        else:
            self._lanes[chat_id] = deque([work])
            tasks.create_task(self._drain(chat_id, tasks))

    async def _drain(self, chat_id: int, tasks: asyncio.TaskGroup) -> None:
        lane = self._lanes[chat_id]
        while lane:
            work = lane.popleft()
            acknowledged = await self._settle(work)
            if work.query:
                tasks.create_task(answer(work.query, acknowledged))
        del self._lanes[chat_id]

    async def _settle(self, work: Work) -> Acknowledged | None:
        """Hand the event over and close its rows, with several tries; then give it up as poison."""
        first = work.rows[0]
        for wait in islice(delays(self._retry_seconds), TRIES):
            try:
                event = await work.translate()
                acknowledged = await self._handler(event) if event is not None else None
                await self._close(work.rows, "done")
                return acknowledged
            except Exception as error:  # of the bot or its store; the update must not be lost for it
                log.warning("Telegram update %d could not be handled (%r).", first, error, exc_info=True)
            await asyncio.sleep(wait)
        log.error("Telegram update %d could not be handled; it is kept as poison.", first)
        try:
            await self._close(work.rows, "poison")
        except Exception as error:  # then nothing can be written at all: it stays open and is tried again
            log.error("The journal of Telegram updates can't be written (%s).", error)
            self._taken.difference_update(work.rows)
        return None

    async def _close(self, rows: Sequence[int], state: str) -> None:
        for row_id in rows:
            await self._journal.close(row_id, state)
        self._taken.difference_update(rows)


async def answer(query: CallbackQuery, acknowledged: Acknowledged | None) -> None:
    """Stop the button's spinning circle, and show what the press came to where nothing is posted for it."""
    try:
        await query.answer(acknowledged and acknowledged.text)
        if acknowledged and acknowledged.actions is not None:
            await query.edit_message_reply_markup(keyboard_of(acknowledged.actions))
    except TelegramError as error:  # too old, answered before a crash …: the circle stops by itself
        log.debug("A button press could not be answered: %s", error)
