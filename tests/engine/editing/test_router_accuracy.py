"""The router does what a person would expect, on instructions written before it was looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.editing.router import FILE, FOURTH, FRESH, LATER, SECOND, THIRD, is_right, read_lines


@pytest.mark.parametrize(
    ("file", "kind", "floor"),
    [
        (FILE, "exact", 0.97),
        (FILE, "diffusion", 0.98),
        (FILE, "mixed", 1.0),
        (LATER, "exact", 0.94),
        (LATER, "diffusion", 1.0),
        (LATER, "mixed", 1.0),
        (FRESH, "exact", 0.97),
        (FRESH, "diffusion", 0.98),
        (FRESH, "mixed", 1.0),
        (SECOND, "exact", 0.7),
        (SECOND, "diffusion", 1.0),
        (SECOND, "mixed", 1.0),
        (THIRD, "exact", 0.6),
        (THIRD, "diffusion", 1.0),
        (THIRD, "mixed", 1.0),
        (FOURTH, "exact", 0.42),
        (FOURTH, "diffusion", 1.0),
    ],
)
def test_the_share_of_instructions_that_is_read_rightly_stays_up(file: Path, kind: str, floor: float) -> None:
    lines = [line for line in read_lines(file) if line.kind == kind]
    wrong = [line.instruction for line in lines if not is_right(line)]
    assert 1 - len(wrong) / len(lines) >= floor, wrong
