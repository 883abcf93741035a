"""Steps that the worker tells together are one tick, whatever way it takes the edits in turns."""

from __future__ import annotations

import os

import pytest

from engine.bench.material import picture
from engine.bench.ours import BenchError, Timed, edit, peak_rss, started, tick
from engine.config import EngineConfig
from engine.jobs import EditJob, Refused


def test_edits_that_take_turns_tick_as_often_as_they_step() -> None:
    first = Timed(1.0, (0.1, 0.3, 0.5))
    second = Timed(1.0, (0.2, 0.4, 0.6))
    assert tick([first, second]) == pytest.approx(0.1)


def test_edits_in_one_batch_tick_once_for_all() -> None:
    first = Timed(1.0, (0.1, 0.3, 0.5))
    second = Timed(1.0, (0.101, 0.301, 0.501))
    assert tick([first, second]) == pytest.approx(0.2, abs=0.002)


def test_a_single_step_tells_nothing_about_the_others() -> None:
    assert Timed(1.0, (0.5,)).loop is None
    assert tick([Timed(1.0, (0.5,))]) is None
    assert Timed(1.0, (0.5, 0.6, 0.7)).loop == pytest.approx(0.3)


def test_no_two_pictures_are_equal_and_each_is_the_same_every_time() -> None:
    pictures = [picture(number, (64, 48)) for number in range(20)]
    assert len(set(pictures)) == 20
    assert pictures == [picture(number, (64, 48)) for number in range(20)]


@pytest.mark.skipif(not os.path.exists("/proc"), reason="only Linux tells")  # noqa: PTH110
def test_memory_is_told_for_a_process_that_is_there() -> None:
    assert (peak_rss(os.getpid()) or 0) > 1_000_000
    assert peak_rss(None) is None


async def test_an_engine_that_does_not_start_is_one_sentence() -> None:
    with pytest.raises(BenchError, match=r"engine\.editor"):
        async with started(EngineConfig(device="cpu", editor="no/such/folder/here")):
            pass


async def test_a_wish_that_is_not_painted_is_not_timed_as_if_it_were() -> None:
    class Refusing:
        async def run(self, job: EditJob, on_progress: object) -> object:
            return Refused("I can't do that.")

    with pytest.raises(BenchError, match="I can't do that"):
        await edit(Refusing(), EditJob("1", "ann", b"", "make it night", 0))  # type: ignore[arg-type]
