"""With many people at once nobody's answer is lost, and none comes twice.

`python -m tests.whole.load --minutes 5 --users 200` does the same for longer, and prints what it measured.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.whole.load import load


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_twenty_people_at_once_get_each_answer_once(tmp_path: Path) -> None:
    report = await load(20, 20, tmp_path, pause=1.0)
    print(report.table())
    assert not report.both.lost
    assert not report.both.doubled
    assert report.both.answers >= 20
    assert set(report.strain.replies) == {"delivered"}
    assert set(report.strain.jobs) == {"done"}
