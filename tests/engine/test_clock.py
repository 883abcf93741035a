"""No job is blamed for the time that the worker spent on another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import WorkClock


def test_only_own_time_counts():
    clock = WorkClock(limit=10.0)
    clock.turn(("a",), 0.0)
    clock.turn(("b",), 4.0)
    clock.turn(("a",), 5.0)
    assert clock.deadline() == 11.0
    clock.turn(("b",), 6.0)
    assert clock.deadline() == 15.0
    assert clock.end("b", 8.0) == 3.0
    assert clock.end("a", 9.0) == 5.0


def test_silence_after_being_given_work_has_a_limit_too():
    clock = WorkClock(limit=10.0)
    clock.turn((), 100.0)
    assert clock.deadline() == 110.0


def test_a_job_of_several_rounds_has_the_limit_for_each():
    clock = WorkClock(limit=10.0)
    clock.allow("a", 3)
    clock.turn(("a",), 0.0)
    assert clock.deadline() == 30.0
    clock.end("a", 5.0)
    clock.turn(("a",), 5.0)
    assert clock.deadline() == 15.0


def test_the_others_of_a_batch_go_on():
    clock = WorkClock(limit=10.0)
    clock.turn(("a", "b"), 0.0)
    assert clock.end("a", 2.0) == 1.0
    assert clock.working == ("b",)
    assert clock.end("b", 3.0) == 2.0
    assert clock.working == ()


def test_a_hang_of_many_is_seen_as_soon_as_that_of_one():
    clock = WorkClock(limit=10.0)
    clock.turn(("a", "b", "c", "d"), 0.0)
    assert clock.deadline() == 10.0
    clock.turn(("a", "b", "c", "d"), 8.0)
    assert clock.deadline() == 16.0


@given(st.lists(st.tuples(st.sets(st.sampled_from("abc"), min_size=1), st.integers(0, 100))))
def test_the_seconds_add_up(turns: list[tuple[set[str], int]]):
    clock = WorkClock(limit=1.0)
    now = 0.0
    for job_ids, seconds in turns:
        clock.turn(tuple(job_ids), now)
        now += seconds
    assert sum(clock.end(job_id, now) for job_id in "abc") == pytest.approx(now)
