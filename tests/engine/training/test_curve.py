"""The curve holds each step once, whatever a kill left behind, and can be drawn from few rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from engine.training.curve import Curve


def test_steps_that_are_done_again_and_half_a_row_are_forgotten(tmp_path: Path) -> None:
    curve = Curve(tmp_path)
    for step in (10, 20, 30):
        curve.note(step=step, loss=1.0 / step)
    with curve.file.open("a") as file:
        file.write('{"step": 40, "lo')
    curve.forget_after(20)
    assert [row["step"] for row in curve.rows()] == [10, 20]
    curve.note(step=30, loss=0.5)
    assert curve.rows()[-1] == {"step": 30, "loss": 0.5}


@pytest.mark.parametrize("rows", [[], [{"step": 10, "loss": 2.0}], [{"step": 4, "ppl": 9.0}]])
def test_it_is_drawn_from_any_rows(tmp_path: Path, rows: list[dict[str, float]]) -> None:
    curve = Curve(tmp_path)
    for row in rows:
        curve.note(**row)
    curve.draw()
    with Image.open(tmp_path / "curve.png") as picture:
        assert picture.size[0] >= 400
