"""Asks a completer for texts until there are enough: several under way, taken in order, bad ones anew."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from typing import Generic, TypeVar

from engine.dialogue.building.drafts import Completer, Order, Rejected

Made = TypeVar("Made")
Result = TypeVar("Result")


class Collector(Generic[Made]):
    """Gathers what a completer makes and `check` lets pass; `rejected` counts the rest by reason.

    What comes out depends on the orders alone, not on which answer was the quickest.
    """

    def __init__(
        self, completer: Completer[Made], check: Callable[[Made], None], tries: int, parallel: int
    ) -> None:
        self._completer = completer
        self._check = check
        self._tries = tries
        self._parallel = parallel
        self.rejected: Counter[str] = Counter()

    async def gather(
        self,
        orders: Iterator[Order],
        wanted: int,
        admit: Callable[[Made], None],
        progress: Callable[[int], None],
    ) -> list[Made]:
        """Up to `wanted` texts. `admit` looks at them in order, next to those before; it raises Rejected.

        `progress` hears after each order how many texts it gave, 0 or 1.
        """
        kept: list[Made] = []
        results = _in_order(orders, self._attempts, lambda: min(self._parallel, wanted - len(kept)))
        async with aclosing(results):
            async for made, reasons in results:
                self.rejected.update(reasons)
                before = len(kept)
                if made is not None:
                    try:
                        admit(made)
                        kept.append(made)
                    except Rejected as rejection:
                        self.rejected[rejection.reason] += 1
                progress(len(kept) - before)
        return kept

    async def _attempts(self, order: Order) -> tuple[Made | None, list[str]]:
        reasons: list[str] = []
        for attempt in range(self._tries):
            try:
                made = await self._completer.complete(order, attempt)
                self._check(made)
            except Rejected as rejection:
                reasons.append(rejection.reason)
            else:
                return made, reasons
        return None, reasons


async def _in_order(
    orders: Iterator[Order], work: Callable[[Order], Awaitable[Result]], room: Callable[[], int]
) -> AsyncGenerator[Result]:
    """The results in the order of their orders. Nothing is begun for which there is no `room`."""
    under_way: deque[asyncio.Future[Result]] = deque()
    try:
        while True:
            while len(under_way) < room() and (order := next(orders, None)) is not None:
                under_way.append(asyncio.ensure_future(work(order)))
            if not under_way:
                return
            yield await under_way.popleft()
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
