"""Updates by webhook: Telegram calls the bot, and each update is in the journal before it is answered 200.

What is not answered so is sent again, so a full disk or a crash loses nothing; what comes twice is one row.
One chat's updates come one after the other, different chats' side by side (the server's `WebhookActor`).
Only who knows the secret token is listened to (https://core.telegram.org/bots/api#setwebhook).
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, RetryAfter, TelegramError

from adapters.telegram.backoff import delays
from adapters.telegram.polling import ALLOWED_UPDATES
from adapters.telegram.receipts import seconds
from bot.ports import AdapterError, Journal

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
SECRET_FILE = "telegram-webhook-secret"  # in the data folder
MAX_UPDATE_BYTES = 4 * 1024 * 1024
CLOSING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class WebhookAddress:
    """`url` is what Telegram calls; at `host` and `port` the bot listens, as plain HTTP behind a proxy."""

    url: str
    host: str
    port: int
    secret: str = field(repr=False)


class Webhook:
    """Call `listen`, then `run`; moves updates into the journal until cancelled and closed."""

    def __init__(
        self,
        bot: Bot,
        journal: Journal,
        fresh: Callable[[], None],
        address: WebhookAddress,
        *,
        retry_seconds: float,
        check_seconds: float,
    ) -> None:
        """`fresh` is called after each update; Telegram is asked every `check_seconds` how it gets on."""
        self._bot = bot
        self._journal = journal
        self._fresh = fresh
        self._address = address
        self._retry_seconds = retry_seconds
        self._check_seconds = check_seconds
        self._runner: web.AppRunner | None = None
        self._complaint: str | None = None
        self._journal_broken = self._strangers = False

    async def listen(self) -> None:
        """Raises `AdapterError` when the port can't be had."""
        app = web.Application(client_max_size=MAX_UPDATE_BYTES)
        app.router.add_post(urlsplit(self._address.url).path, self._receive)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSING_SECONDS)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._address.host, self._address.port).start()
        except OSError as error:
            await self.close()
            raise AdapterError(
                f"{self._address.host}:{self._address.port} can't be had for Telegram's webhook"
                f" ({error.strerror}): set telegram.webhook_port to a free port."
            ) from error

    async def close(self) -> None:
        """The webhook stays set: Telegram keeps for 24 hours what comes until the next start."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def run(self) -> None:
        """Tell Telegram the address, and see that it stays known."""
        waits = delays(self._retry_seconds)
        info = None  # the secret may be a new one, which Telegram does not tell
        while True:
            try:
                if info is None or info.url != self._address.url:
                    await self._register()
                info = await self._bot.get_webhook_info()
            except TelegramError as error:
                self._complain(f"Telegram does not take the webhook ({told(error)}); trying on.")
                await asyncio.sleep(seconds(error) if isinstance(error, RetryAfter) else next(waits))
                continue
            waits = delays(self._retry_seconds)
            self._look_into(info)
            await asyncio.sleep(self._check_seconds)

    async def _register(self) -> None:
        await self._bot.set_webhook(
            self._address.url, allowed_updates=ALLOWED_UPDATES, secret_token=self._address.secret
        )
        log.info("Telegram calls %s.", self._address.url)

    def _look_into(self, info: WebhookInfo) -> None:
        if not info.last_error_message or not info.pending_update_count:
            self._complaint = None
            return
        self._complain(
            f"Telegram can't deliver to {self._address.url} ({info.last_error_message});"
            f" {info.pending_update_count} updates wait."
        )

    def _complain(self, complaint: str) -> None:
        """One line per trouble, not per look."""
        if complaint != self._complaint:
            log.error("%s", complaint)
        self._complaint = complaint

    async def _receive(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(given, self._address.secret.encode()):
            if not self._strangers:
                log.warning("Calls of the webhook without the right secret are turned away.")
            self._strangers = True
            return web.Response(status=403)
        try:
            update: dict[str, Any] = json.loads(await request.read())
            update_id = int(update["update_id"])
        except (ValueError, TypeError, KeyError):
            return web.Response(status=400)
        try:
            await self._journal.append([(update_id, json.dumps(update))])
        except Exception as error:  # of its disk: Telegram sends the update again
            if not self._journal_broken:
                log.error("A Telegram update could not be kept (%s); it comes again.", error)
            self._journal_broken = True
            return web.Response(status=503)
        self._journal_broken = False
        self._fresh()
        return web.Response()


def told(error: TelegramError) -> str:
    """An error in words; those about the token quote it."""
    return "the bot token is refused" if isinstance(error, InvalidToken) else error.message


def kept_secret(folder: Path) -> str:
    """A secret token of the bot's own, the same at every start; in a file that only its user can read."""
    file = folder / SECRET_FILE
    kept = file.read_text() if file.is_file() else ""
    if not kept:
        kept = secrets.token_urlsafe(32)
        new = file.with_suffix(".new")
        new.unlink(missing_ok=True)
        new.touch(0o600)
        new.write_text(kept)
        new.replace(file)
    return kept
