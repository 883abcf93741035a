"""Going back in words never takes back more edits than the words say."""

from __future__ import annotations

import pytest

from bot.counting import steps_back


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("undo", 1),
        ("forget that", 1),
        ("go back two", 2),
        ("undo the last 3 edits", 3),
        ("undo that twice", 2),
        ("go back one step", 1),
        ("go back 0", 1),
        ("undo 123456789", 99),
    ],
)
def test_steps_back(text: str, steps: int) -> None:
    assert steps_back(text) == steps
