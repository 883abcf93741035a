"""Two steps of one lane never run at the same time, and a wake-up is never missed."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from bot.lanes import Lanes


async def test_one_at_a_time_within_a_lane_side_by_side_between_lanes() -> None:
    work = {"a": 5, "b": 5}
    inside: dict[str, int] = defaultdict(int)
    together: set[frozenset[str]] = set()

    async def step(key: str) -> bool:
        if not work[key]:
            return False
        inside[key] += 1
        assert inside[key] == 1
        together.add(frozenset(key for key, n in inside.items() if n))
        await asyncio.sleep(0)
        inside[key] -= 1
        work[key] -= 1
        return True

    lanes = Lanes("test", step)
    lanes.wake("a")
    lanes.wake("b")
    await lanes.idle()
    assert work == {"a": 0, "b": 0}
    assert frozenset("ab") in together


async def test_a_wake_up_while_the_lane_looks_for_more_is_not_missed() -> None:
    looked = 0

    async def step(key: str) -> bool:
        nonlocal looked
        looked += 1
        if looked == 1:
            lanes.wake(key)  # new work came just after the look found none
        await asyncio.sleep(0)
        return False

    lanes = Lanes("test", step)
    lanes.wake("a")
    await lanes.idle()
    assert looked == 2


async def test_a_broken_step_stops_its_own_lane_only_until_the_next_wake_up() -> None:
    calls: list[str] = []

    async def step(key: str) -> bool:
        calls.append(key)
        if key == "a" and calls.count("a") == 1:
            raise RuntimeError("disk")
        return False

    lanes = Lanes("test", step)
    lanes.wake("a")
    lanes.wake("b")
    await lanes.idle()
    lanes.wake("a")
    await lanes.idle()
    assert sorted(calls) == ["a", "a", "b"]


async def test_stop_lets_a_step_end_and_begins_no_other() -> None:
    ended: list[str] = []
    begun = asyncio.Event()

    async def step(key: str) -> bool:
        begun.set()
        await asyncio.sleep(0)
        ended.append(key)
        return True

    lanes = Lanes("test", step)
    lanes.wake("a")
    await begun.wait()
    await lanes.stop(patience=20.0)
    assert ended
    count = len(ended)
    lanes.wake("a")
    await asyncio.sleep(0)
    assert len(ended) == count


async def test_one_look_sees_all_that_the_lane_was_woken_for_until_then() -> None:
    work, looked = 1, 0

    async def step(key: str) -> bool:
        nonlocal work, looked
        looked += 1
        if not work:
            return False
        work -= 1
        lanes.wake(key)  # what it did may be a reason to look again, which it does anyway
        return True

    lanes = Lanes("test", step)
    for _ in range(3):
        lanes.wake("a")
    await lanes.idle()
    assert looked == 2
