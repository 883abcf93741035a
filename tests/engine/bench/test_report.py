"""A goal that was missed is never told as met, and what was not measured is never told at all."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.bench import report

MEASURED: dict[str, Any] = {
    "date": "2026-01-02T03:04:05+00:00",
    "size": "starter",
    "device": "the CPU",
    "device_type": "cpu",
    "dtype": "float32",
    "torch": "2.13.0",
    "cores": 2,
    "load": [0.1, 1.2],
    "steps": 6,
    "looks": 4,
    "picture": [1280, 960],
    "threads": {"worker": 1, "stock": 2},
    "alone": {
        "ours": {"edit_s": 0.5, "loop_s": 0.3, "edits_s": [0.5]},
        "stock": {"edit_s": 0.75, "loop_s": 0.5, "edits_s": [0.75]},
        "stock_same_looks": {"edit_s": 1.5, "loop_s": None, "edits_s": [1.5]},
    },
    "waiting": [
        {"waiting": 1, "ours": 120.0, "stock": 80.0, "stock_same_looks": 40.0},
        {"waiting": 8, "ours": 100.0, "stock": 80.0, "stock_same_looks": 40.0, "stock_batch": 90.0},
    ],
    "dialogue": {
        "edits_beside": 2,
        "step_ms": 50.0,
        "alone": {"p50_ms": 20.0, "p95_ms": 30.0, "n": 40},
        "beside_edits": {"p50_ms": 50.0, "p95_ms": 105.0, "n": 40},
    },
    "memory": {"worker_rss": 500_000_000, "stock_rss": None},
    "store": [
        report.store_row(10, [0.004], [0.004], 0.003, 0.001),
        report.store_row(1_000_000, [0.006], [0.006], 0.003, 0.001),
    ],
    "profile": {"edit_ms": 500.0, "parts": [{"part": "region", "ms": 250.0, "share": 0.5}]},
}


def told(results: dict[str, Any]) -> dict[str, str]:
    return {goal["goal"]: goal["says"] for goal in report.goals(results)}


def test_each_goal_says_met_or_by_how_much_it_was_missed() -> None:
    assert told(MEASURED) == {
        "one edit, 4 looks each: times stock ≥ 2.00 x": "met",
        "8 waiting, stock one by one, 4 looks each: times stock ≥ 3.00 x": "missed by 17 %",
        "door to door ≤ 2.00 s": "met",
        "dialogue p95 beside edits, 1.5 steps + its own p95 ≤ 105 ms": "met",
        "bot + store at 10 turns ≤ 5.00 ms": "met",
        "bot + store at 1,000,000 turns ≤ 5.00 ms": "missed by 20 %",
        "1,000,000 turns against 10 ≤ 1.20 x": "missed by 25 %",
    }


def test_a_card_with_the_full_size_has_goals_of_its_own() -> None:
    results = copy.deepcopy(MEASURED) | {"size": "full", "device_type": "cuda", "looks": 1}
    del results["alone"]["stock_same_looks"], results["dialogue"], results["store"]
    assert told(results) == {
        "one edit: times stock ≥ 3.00 x": "missed by 50 %",
        "8 waiting, stock one by one: times stock ≥ 5.00 x": "missed by 75 %",
        "one edit ≤ 132 ms": "missed by 279 %",
    }


@pytest.mark.parametrize("size, device", [("full", "cpu"), ("starter", "cuda")])
def test_speed_has_no_goal_where_none_was_set(size: str, device: str) -> None:
    results = {**MEASURED, "size": size, "device_type": device}
    assert all(text.startswith(("dialogue", "bot + store", "1,000,000")) for text in told(results))


def test_what_was_not_measured_has_no_goal_and_no_place_in_the_table() -> None:
    head = ("date", "size", "device", "device_type", "dtype", "torch", "cores", "load")
    results: dict[str, Any] = {name: MEASURED[name] for name in head}
    results["goals"] = report.goals(results)
    assert results["goals"] == []
    assert report.table(results).splitlines() == [
        "date 2026-01-02T03:04:05+00:00 · size starter · device the CPU · dtype float32 · torch 2.13.0",
        "cores 2 · load before and after [0.1, 1.2]",
    ]


def test_the_table_holds_all_that_was_measured() -> None:
    table = report.table(MEASURED | {"goals": report.goals(MEASURED)})
    lines = [" ".join(line.split()) for line in table.splitlines()]
    for line in (
        "one edit alone door to door s denoising s",
        "ours 0.500 0.300",
        "stock, same looks 1.50 –",
        "waiting: edits a minute ours stock stock, one batch stock, same looks",
        "8 100 80.0 90.0 40.0",
        "1 120 80.0 – 40.0",
        "a question; one step takes 50.0 ms p50 ms p95 ms",
        "beside 2 edits 50.0 105",
        "worker, most in RAM 500",
        "stock, most in RAM –",
        "1,000,000 6.00 6.00 6.00 6.00 3.00 1.00",
        "region 250 50%",
        "1,000,000 turns against 10 ≤ 1.20 x 1.50 missed by 25 %",
    ):
        assert line in lines, table


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_a_quantile_has_at_least_that_share_at_or_below_it(values: list[float], share: float) -> None:
    found = report.quantile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values)
