"""Nobody is told a time that was not measured; what is told comes from steps, not from whole edits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forecast import Forecast, is_news
from engine.jobs import EditJob, Round, Waiting


@pytest.mark.parametrize(
    ("told", "now", "news"),
    [
        (None, Waiting(1), True),
        (Waiting(3, 40.0), Waiting(2, 40.0), True),
        (Waiting(2), Waiting(2, 40.0), True),
        (Waiting(2, 40.0), Waiting(2, 35.0), False),
        (Waiting(2, 40.0), Waiting(2, 55.0), False),
        (Waiting(2, 40.0), Waiting(2, 25.0), True),
        (Waiting(2, 40.0), Waiting(2, 70.0), True),
    ],
)
def test_a_time_is_told_anew_when_it_is_clearly_another(told: Waiting | None, now: Waiting, news: bool):
    assert is_news(told, now) == news


def edit(name: str, rounds: int = 1) -> EditJob:
    earlier = tuple(Round("make it winter", number) for number in range(rounds - 1))
    return EditJob(name, "ann", b"", "make it night", seed=1, earlier=earlier)


def make(forecast: Forecast, name: str, began: float, steps: int, pace: float, head=0.0, tail=0.0) -> float:
    """One edit from its begin to its end, alone; returns when it is done."""
    forecast.begin(edit(name), began)
    now = began + head
    for step in range(steps):
        now += pace
        forecast.step(name, step + 1, steps, now)
    forecast.end(name, now + tail, made=True)
    return now + tail


def test_nothing_is_promised_before_anything_was_measured():
    forecast = Forecast()
    forecast.begin(edit("a"), 0.0)
    assert forecast.left("a", 1.0) is None
    assert forecast.waits([edit("b"), edit("c")], 2, 1.0) == [None, None]


def test_the_warm_up_gives_the_first_times():
    forecast = Forecast()
    forecast.warmed_up(0.5, 20)
    assert forecast.waits([edit("a")], 1, 0.0) == [10.0]
    assert forecast.waits([edit("a"), edit("b"), edit("c", rounds=3)], 1, 0.0) == [10.0, 20.0, 50.0]


def test_steps_that_are_left_count_not_whole_edits():
    forecast = Forecast()
    forecast.warmed_up(1.0, 20)
    forecast.begin(edit("a"), 0.0)
    for step in range(1, 16):
        forecast.step("a", step, 20, float(step))
    assert forecast.left("a", 15.0) == pytest.approx(5.0)
    assert forecast.left("a", 15.5) == pytest.approx(4.5)
    assert forecast.waits([edit("b")], 1, 15.0) == [pytest.approx(25.0)]


def test_a_series_says_its_own_number_of_steps():
    forecast = Forecast()
    forecast.warmed_up(1.0, 20)
    forecast.begin(edit("a"), 0.0)
    forecast.step("a", 1, 60, 1.0)
    assert forecast.left("a", 1.0) == pytest.approx(59.0)


def test_head_and_tail_are_measured_too():
    forecast = Forecast()
    make(forecast, "a", 0.0, 10, 1.0, head=3.0, tail=2.0)
    end = make(forecast, "b", 100.0, 10, 1.0, head=3.0, tail=2.0)
    assert end == 115.0
    (eta,) = forecast.waits([edit("c")], 1, end)
    assert eta == pytest.approx(15.0, abs=1.0)


def test_exact_edits_take_no_steps():
    forecast = Forecast()
    for number in range(30):
        make(forecast, str(number), 0.0, 0, 0.0, head=0.4)
    assert forecast.waits([edit("a"), edit("b")], 1, 0.0) == [pytest.approx(0.4), pytest.approx(0.8)]


def test_what_runs_at_once_is_measured_apart():
    """Batched steps take longer than one alone, and less than in turns; it is measured how long."""
    forecast = Forecast()
    make(forecast, "alone", 0.0, 10, 1.0)
    assert forecast.waits([edit("a"), edit("b")], 2, 50.0) == [pytest.approx(20.0)] * 2  # as if in turns
    forecast.begin(edit("a"), 50.0)
    forecast.begin(edit("b"), 50.0)
    for step in range(1, 11):
        for name in ("a", "b"):
            forecast.step(name, step, 10, 50.0 + 1.25 * step)
    for name in ("a", "b"):
        forecast.end(name, 62.5, made=True)
    expected = [12.5, 12.5, 25.0, 25.0]
    assert forecast.waits([edit(name) for name in "cdef"], 2, 70.0) == pytest.approx(expected, rel=0.1)


def test_an_edit_that_joins_or_leaves_between_two_steps_is_no_measurement():
    forecast = Forecast()
    make(forecast, "alone", 0.0, 10, 1.0)
    forecast.begin(edit("a"), 20.0)
    forecast.step("a", 1, 10, 21.0)
    forecast.begin(edit("b"), 21.5)
    forecast.step("a", 2, 10, 40.0)
    forecast.end("a", 40.0, made=False)
    forecast.end("b", 40.0, made=False)
    assert forecast.waits([edit("c")], 1, 40.0) == [pytest.approx(10.0)]


def test_what_was_cancelled_says_nothing_about_the_length_of_an_edit():
    forecast = Forecast()
    make(forecast, "a", 0.0, 10, 1.0)
    forecast.begin(edit("b"), 20.0)
    forecast.step("b", 1, 10, 21.0)
    forecast.end("b", 21.0, made=False)
    assert forecast.waits([edit("c")], 1, 30.0) == [pytest.approx(10.0)]
    assert forecast.left("b", 30.0) is None


@given(
    pace=st.floats(0.01, 5.0),
    running=st.lists(st.integers(1, 19), max_size=3),
    rounds=st.lists(st.integers(1, 4), max_size=8),
    slots=st.integers(1, 4),
)
def test_the_forecast_is_what_a_simulated_worker_does(
    pace: float, running: list[int], rounds: list[int], slots: int
):
    """Against a worker that does `slots` edits at once, each step in the same time however many there are."""
    running = running[:slots]
    forecast = Forecast()
    forecast._step = dict.fromkeys(range(1, 5), pace)
    forecast._steps = 20.0
    for number, done in enumerate(running):
        forecast.begin(edit(f"r{number}"), 0.0)
        forecast._under_way[f"r{number}"].step = done
        forecast._under_way[f"r{number}"].steps = 20
    waiting = [edit(f"w{number}", each) for number, each in enumerate(rounds)]
    ends: dict[str, int] = {}
    work = {f"r{number}": 20 - done for number, done in enumerate(running)}
    line, now = list(waiting), 0
    while work or line:
        while line and len(work) < slots:
            job = line.pop(0)
            work[job.id] = 20 * (1 + len(job.earlier))
        now += 1
        for name in list(work):
            work[name] -= 1
            if not work[name]:
                ends[name] = now
                del work[name]
    expected = [ends[job.id] * pace for job in waiting]
    assert forecast.waits(waiting, slots, 0.0) == pytest.approx(expected)
