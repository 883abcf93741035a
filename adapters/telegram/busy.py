""" "typing …" or "sending a photo …" at the top of a chat that waits for an answer.

Telegram shows it for five seconds (https://core.telegram.org/bots/api#sendchataction), so it is repeated.
What is answered at once needs none.
"""

from __future__ import annotations

import asyncio
import logging
import time

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.events import ConversationRef

log = logging.getLogger(__name__)

FIRST_AFTER = 0.5
EVERY = 4.0
READING_SECONDS = 20.0
PAINTING_SECONDS = 15.0
"""How long it is shown without further news: a lost answer must not leave the bot typing for ever."""


class Busy:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._wanted: dict[ConversationRef, tuple[ChatAction, float]] = {}
        self._tasks: dict[ConversationRef, asyncio.Task[None]] = {}

    def reads(self, place: ConversationRef) -> None:
        """A message there is being read."""
        self._show(place, ChatAction.TYPING, READING_SECONDS)

    def paints(self, place: ConversationRef) -> None:
        """A picture is being made for somebody there."""
        self._show(place, ChatAction.UPLOAD_PHOTO, PAINTING_SECONDS)

    def done(self, place: ConversationRef) -> None:
        """An answer is about to be there."""
        self._wanted.pop(place, None)
        task = self._tasks.pop(place, None)
        if task is not None:
            task.cancel()

    async def stop(self) -> None:
        tasks = list(self._tasks.values())
        for place in list(self._tasks):
            self.done(place)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _show(self, place: ConversationRef, action: ChatAction, seconds: float) -> None:
        self._wanted[place] = action, time.monotonic() + seconds
        if place not in self._tasks:
            self._tasks[place] = asyncio.create_task(self._run(place), name=f"busy {place.space_id}")

    async def _run(self, place: ConversationRef) -> None:
        thread = None if place.thread_id is None else int(place.thread_id)
        await asyncio.sleep(FIRST_AFTER)
        try:
            while (wanted := self._wanted[place])[1] > time.monotonic():
                await self._bot.send_chat_action(int(place.space_id), wanted[0], thread)
                await asyncio.sleep(EVERY)
        except TelegramError as error:  # not allowed to write there, a flood wait …: an ornament less
            log.debug("A chat action could not be shown: %s", error)
        self._wanted.pop(place, None)
        self._tasks.pop(place, None)
