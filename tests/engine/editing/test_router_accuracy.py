"""The router does what a person would expect, on instructions written before it was looked at."""

from __future__ import annotations

import pytest

from tests.engine.editing.router import is_right, read_lines


@pytest.mark.parametrize(("kind", "floor"), [("exact", 0.97), ("diffusion", 0.98), ("mixed", 1.0)])
def test_the_share_of_instructions_that_is_read_rightly_stays_up(kind: str, floor: float) -> None:
    lines = [line for line in read_lines() if line.kind == kind]
    wrong = [line.instruction for line in lines if not is_right(line)]
    assert 1 - len(wrong) / len(lines) >= floor, wrong
