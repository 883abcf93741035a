"""Two ids are never equal, and a later one never sorts before an earlier one."""

from __future__ import annotations

import pytest

from bot.ids import new_id


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(set(ids))
    assert {len(name) for name in ids} == {16}


def test_a_clock_that_goes_back_does_not_turn_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    before = new_id()
    monkeypatch.setattr("bot.ids.time.time_ns", lambda: 0)
    assert new_id() > before
