"""Which answer comes first never decides what the data set holds."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from engine.dialogue.building.collecting import Collector
from engine.dialogue.building.drafts import Order, Rejected, cycled


class Counting:
    """Makes the number of the order; every third is bad at first, every seventh always. Takes its time."""

    source = "counting"
    orders_per_text = 3

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.begun: list[tuple[int, int]] = []
        self.under_way = self.most = 0

    async def complete(self, order: Order, attempt: int) -> int:
        self.begun.append((order.number, attempt))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        for _ in range(self._rng.randrange(9)):
            await asyncio.sleep(0)
        self.under_way -= 1
        if order.number % 7 == 0 or (order.number % 3 == 0 and attempt == 0):
            raise Rejected("bad")
        return order.number

    def describe(self) -> dict[str, Any]:
        return {}

    def spent(self) -> str:
        return ""

    async def close(self) -> None:
        pass


def even(number: int) -> None:
    if number % 2:
        raise Rejected("odd")


def nothing(*_: object) -> None:
    pass


async def gathered(parallel: int, seed: int, wanted: int = 10) -> tuple[list[int], dict[str, int], Counting]:
    completer = Counting(random.Random(seed))
    collector = Collector(completer, nothing, 2, parallel)
    orders = cycled(["a", "b"], "train", 60)
    return await collector.gather(orders, wanted, even, nothing), dict(collector.rejected), completer


async def test_the_order_of_answers_changes_nothing() -> None:
    one, reasons, _ = await gathered(1, 0)
    assert one == [2, 4, 6, 8, 10, 12, 16, 18, 20, 22] and reasons["odd"] > 5 and reasons["bad"] > 5
    for seed in range(20):
        many, counted, completer = await gathered(4, seed)
        assert (many, counted) == (one, reasons)
        assert completer.most == 4


async def test_no_more_is_asked_than_may_be_needed() -> None:
    _, _, one = await gathered(1, 0)
    _, _, many = await gathered(8, 0)
    assert sorted(many.begun) == sorted(one.begun)


async def test_it_ends_when_the_orders_do() -> None:
    kept, _, _ = await gathered(4, 0, wanted=1000)
    assert kept == [number for number in range(60) if number % 2 == 0 and number % 7]


async def test_progress_hears_of_every_order() -> None:
    heard: list[int] = []
    collector = Collector(Counting(random.Random(0)), nothing, 2, 4)
    kept = await collector.gather(cycled([], "train", 60), 1000, even, heard.append)
    assert len(heard) == 60 and sum(heard) == len(kept)


def test_every_caption_has_its_turn_before_one_comes_again() -> None:
    assert [order.caption for order in cycled(["a", "b", "c"], "test", 7)] == list("abcabca")
