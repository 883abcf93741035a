"""The fake Telegram as a caller of webhooks: each update in order, again until it is answered 200."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import aiohttp

from tests.fakes.telegram_world import JSON

if TYPE_CHECKING:
    from tests.fakes.telegram_api import FakeTelegram

AGAIN_SECONDS = 0.05


class Caller:
    """`at` stands for the proxy between Telegram and the bot: where a call of `url` really arrives."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self._telegram = telegram
        self.url = self.secret = self.at = ""
        self.error: str | None = None
        self.statuses: list[int] = []
        """What each call was answered."""
        self._task: asyncio.Task[None] | None = None

    def set(self, url: str, secret: str) -> None:
        self.url, self.secret = url, secret
        self.error = None
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def delete(self) -> None:
        self.url = ""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def info(self) -> JSON:
        found: JSON = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": self._telegram.waiting,
            "allowed_updates": sorted(self._telegram.allowed),
        }
        if self.error:
            found |= {"last_error_date": 1_700_000_000, "last_error_message": self.error}
        return found

    async def call(self, body: bytes, secret: str | None = None) -> int:
        """One call from anywhere; the status of the answer."""
        headers = {"Content-Type": "application/json"}
        if secret is not None:
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        async with (
            aiohttp.ClientSession() as http,
            http.post(self.at or self.url, data=body, headers=headers) as answer,
        ):
            return answer.status

    async def _run(self) -> None:
        while True:
            update_id, body = await self._telegram.next_pending()
            try:
                status = await self.call(body, self.secret)
            except aiohttp.ClientError as problem:
                self.error = type(problem).__name__
            else:
                self.statuses.append(status)
                self.error = None if status == 200 else f"Wrong response from the webhook: {status}"
                if status == 200:
                    await self._telegram.take(update_id)
                    continue
            await asyncio.sleep(AGAIN_SECONDS)
