"""Killed at 200 random lines and moments, the bot says what it would have said, once, and forgets nothing.

`python -m tests.whole.kill --times 1000` does the same for longer, and prints a table.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.whole.kill import kill

TIMES = 200


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_killed_two_hundred_times_people_see_what_they_would_have_seen(tmp_path: Path) -> None:
    report = await kill(TIMES, seed=1, folder=tmp_path)
    print(report.table())
    assert report.wrong == []
    assert report.times >= TIMES
    assert sum(times > 0 for times in report.killed.values()) >= 6, "the moments are too much alike"
