"""A guard before Discord's ban: 10,000 refused requests within ten minutes shut a whole address out.

https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import aiohttp
import discord

_log = logging.getLogger(__name__)

WINDOW_SECONDS = 600.0
LIMIT = 5_000
"""Refused requests in a window after which nothing is asked for a while; half of what Discord allows."""

_REFUSED = (401, 403, 429)
_API = "/api/"


class InvalidRequests:
    """Counts refused requests of all clients, one after the other; `clock` gives seconds."""

    def __init__(self, limit: int = LIMIT, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._refused: deque[float] = deque(maxlen=limit)

    def pause(self) -> float:
        """Seconds until requests may be made again; 0.0: now."""
        if len(self._refused) < self._limit:
            return 0.0
        return max(0.0, self._refused[0] + WINDOW_SECONDS - self._clock())

    def count(self, status: int, scope: str | None = None) -> None:
        """Take note of an answer. Rate limits that others share do not count ("scope": "shared")."""
        if status not in _REFUSED or scope == "shared":
            return
        self._refused.append(self._clock())
        if self.pause():
            _log.error(
                "Discord refused %d requests within ten minutes; the bot asks nothing for %.0f s, before"
                " Discord bans this address. The lines above say what was refused.",
                self._limit,
                self.pause(),
            )

    def trace(self) -> aiohttp.TraceConfig:
        """For a client's `http_trace`: calls fail with `discord.RateLimited` during a pause."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(self._start)
        config.on_request_end.append(self._end)
        return config

    async def _start(self, session: Any, context: Any, params: aiohttp.TraceRequestStartParams) -> None:
        if params.url.path.startswith(_API) and (seconds := self.pause()):
            raise discord.RateLimited(seconds)

    async def _end(self, session: Any, context: Any, params: aiohttp.TraceRequestEndParams) -> None:
        if params.url.path.startswith(_API):
            self.count(params.response.status, params.response.headers.get("X-RateLimit-Scope"))
