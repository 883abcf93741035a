"""Lanes: work in strict order within a key, side by side between keys."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextvars import Context

from bot.logs import about

log = logging.getLogger(__name__)


class Lanes:
    """`step(key)` is called again and again until it returns False: nothing left. `wake(key)` begins anew."""

    def __init__(self, name: str, step: Callable[[str], Awaitable[bool]]) -> None:
        self._name = name
        self._step = step
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()
        self._open = True

    def wake(self, key: str) -> None:
        """There is something to do for `key`."""
        self._woken.add(key)
        if self._open and key not in self._tasks:
            # In a context of its own: what comes later is not about whatever woke the lane.
            task = asyncio.create_task(self._drain(key), name=f"{self._name} {key}", context=Context())
            self._tasks[key] = task

    async def stop(self, patience: float = 0.0) -> None:
        """Begin nothing more; what runs has `patience` seconds to end its step, then it is cancelled."""
        self._open = False
        tasks = list(self._tasks.values())
        if tasks and patience:
            await asyncio.wait(tasks, timeout=patience)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def idle(self) -> None:
        """Wait until every lane is empty."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    async def empty(self, key: str, patience: float) -> None:
        """Wait until nothing is left for `key`, for so many seconds at most."""
        if (task := self._tasks.get(key)) is not None:
            await asyncio.wait([task], timeout=patience)

    async def _drain(self, key: str) -> None:
        with about(conversation=key):
            try:
                more = True
                while self._open and (more or key in self._woken):
                    self._woken.discard(key)  # what it was woken for until now, this step sees
                    more = await self._step(key)
            except Exception:
                log.exception("%s: conversation %s stopped; its next event starts it again", self._name, key)
            finally:
                del self._tasks[key]
