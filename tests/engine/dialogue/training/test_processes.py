"""Several processes take the steps that one process would have taken with the same batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.training.curve import Curve
from tests.engine.dialogue.training.runs import losses, perplexities, run
from tests.engine.training.launching import launch

RUNS = "tests.engine.dialogue.training.runs"


@pytest.mark.slow
@pytest.mark.timeout(700)
def test_two_processes_train_like_one(tmp_path: Path) -> None:
    """The source's chunks end with a batch of one, so that the second process has nothing in some steps."""
    for steps in ("8", "20"):
        launch(RUNS, str(tmp_path / "two"), steps, "0.0")
    run(tmp_path / "one", {"dropout": 0.0}, steps=20, decay="constant")
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), rel=1e-4)
    assert perplexities(tmp_path / "two") == pytest.approx(perplexities(tmp_path / "one"), rel=1e-4)
    steps = [row["step"] for row in Curve(tmp_path / "two").rows()]
    assert steps == [row["step"] for row in Curve(tmp_path / "one").rows()], "one process writes the curve"
    with pytest.raises(ValueError, match="has processes 2, not 1"):
        run(tmp_path / "two", {"dropout": 0.0}, steps=30, decay="constant")
