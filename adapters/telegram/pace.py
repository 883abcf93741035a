"""Telegram's limits, kept before they bite: 30 messages a second in all, 20 a minute in a group.

python-telegram-bot's `AIORateLimiter` counts them. It must not wait out a 429, though, as it would halt every
chat meanwhile: with no retries the error comes through at once, becomes `NotSent` with the wait that
Telegram asks for, and the courier keeps it for that one conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from telegram.ext import AIORateLimiter

Result = bool | dict[str, Any] | list[dict[str, Any]]

MESSAGES = {"sendMessage", "editMessageText", "editMessageCaption", "editMessageMedia"}
"""Calls that make or change a message; the others (chat actions, look-ups …) don't count."""
ROOM_FOR_STATUS = 10
"""A status is left out where fewer messages than these are free: they are for replies."""


class Pace(AIORateLimiter):
    def __init__(self) -> None:
        super().__init__(max_retries=0)

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Result:
        if endpoint not in MESSAGES:
            return await callback(*args, **kwargs)
        return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)

    def has_room(self, chat_id: int) -> bool:
        """Whether a status may be shown there without making a reply wait."""
        limiter = self._base_limiter if chat_id > 0 else self._get_group_limiter(chat_id)
        return limiter is None or limiter.has_capacity(ROOM_FOR_STATUS)
