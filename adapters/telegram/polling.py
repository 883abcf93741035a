"""getUpdates, journaled: every update is in the journal before Telegram is told that it arrived.

python-telegram-bot's own `Updater` would lose updates on a crash (it confirms a batch before the handlers
have run), stop for good at one 401 or 404, and never get past an update that it can't parse. Here the raw
JSON goes into the journal first, and only then does the offset move, which is what confirms it to Telegram
(https://core.telegram.org/bots/api#getupdates). Nothing is parsed here.
"""

from __future__ import annotations

import asyncio
import json
import logging
import warnings
from collections.abc import Callable
from textwrap import shorten
from typing import Any

from telegram import Bot
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TimedOut
from telegram.warnings import PTBUserWarning

from adapters.telegram.backoff import delays
from adapters.telegram.receipts import seconds
from bot.ports import Journal

log = logging.getLogger(__name__)

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "message_reaction", "my_chat_member"]
"""Always sent: Telegram's default leaves reactions out, and keeps what was asked for before."""
LOUD_AFTER = 5


class Poller:
    """Moves updates from Telegram into the journal until cancelled; no failure ends it."""

    def __init__(
        self,
        bot: Bot,
        journal: Journal,
        fresh: Callable[[], None],
        *,
        poll_seconds: float,
        answer_seconds: float,
        retry_seconds: float,
    ) -> None:
        """`fresh` is called after each batch. An answer may come `answer_seconds` after the poll's end."""
        self._bot = bot
        self._journal = journal
        self._fresh = fresh
        self._poll_seconds = poll_seconds
        self._answer_seconds = answer_seconds
        self._retry_seconds = retry_seconds
        self._offset: int | None = None
        self._refusals = 0
        self._trouble: str | None = None

    async def run(self) -> None:
        # The raw call is meant: `Bot.get_updates` parses, and would stumble over what it does not know.
        warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates'", category=PTBUserWarning)
        waits = delays(self._retry_seconds)
        clean = False
        while True:
            try:
                if not clean:
                    clean = await self._bot.delete_webhook()
                await self._once()
            except Exception as error:  # of Telegram, of the network, of the journal's disk: all may pass
                self._report(error)
                if isinstance(error, RetryAfter):
                    await asyncio.sleep(seconds(error) + 0.5)
                else:
                    await asyncio.sleep(next(waits))
            else:
                self._recovered()
                waits = delays(self._retry_seconds)

    async def _once(self) -> None:
        updates: list[dict[str, Any]] = await self._bot.do_api_request(
            "getUpdates",
            {"offset": self._offset, "timeout": self._poll_seconds, "allowed_updates": ALLOWED_UPDATES},
            read_timeout=self._poll_seconds + self._answer_seconds,
        )
        if not updates:
            return
        await self._journal.append([(update["update_id"], json.dumps(update)) for update in updates])
        self._offset = max(update["update_id"] for update in updates) + 1
        self._fresh()

    def _report(self, error: Exception) -> None:
        """One line per trouble, not per try."""
        if isinstance(error, InvalidToken | EndPointNotFound):
            self._refusals += 1
            if self._refusals == LOUD_AFTER:
                log.error("Telegram refuses the bot token again and again: check TELEGRAM_TOKEN. Trying on.")
            return
        trouble = type(error).__name__
        if trouble == self._trouble:
            return
        self._trouble = trouble
        if isinstance(error, Conflict):
            log.error("Another program fetches updates with the same Telegram token: stop one of them.")
        elif isinstance(error, TimedOut):
            log.info("Telegram did not answer in time; trying on.")
        else:
            reason = shorten(str(error), 120)  # it may hold a whole page of HTML
            log.warning("Fetching Telegram updates failed (%s: %s); trying on.", trouble, reason)

    def _recovered(self) -> None:
        if self._trouble is not None or self._refusals >= LOUD_AFTER:
            log.info("Telegram updates come in again.")
        self._trouble, self._refusals = None, 0
