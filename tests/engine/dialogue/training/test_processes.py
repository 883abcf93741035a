"""Several processes take the steps that one process would have taken with the same batch."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from engine.dialogue.training.curve import Curve
from tests.engine.dialogue.training.runs import losses, perplexities, run

ROOT = Path(__file__).parents[4]


def launch(folder: Path, steps: int) -> None:
    """Two processes on the CPU; what --multi_gpu says is only that accelerate shall start both."""
    launcher = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"]
    settings = ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    ports = ["--main_process_port", "0"]  # any that is free
    module = ["-m", "tests.engine.dialogue.training.runs", str(folder), str(steps), "0.0"]
    job = subprocess.Popen([*launcher, *settings, *ports, *module], cwd=ROOT, start_new_session=True)
    try:
        assert job.wait(timeout=300) == 0
    finally:
        with suppress(ProcessLookupError):  # the launcher does not take its processes along
            os.killpg(job.pid, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.timeout(700)
def test_two_processes_train_like_one(tmp_path: Path) -> None:
    """The source's chunks end with a batch of one, so that the second process has nothing in some steps."""
    launch(tmp_path / "two", 8)
    launch(tmp_path / "two", 20)
    run(tmp_path / "one", {"dropout": 0.0}, steps=20, decay="constant")
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), rel=1e-4)
    assert perplexities(tmp_path / "two") == pytest.approx(perplexities(tmp_path / "one"), rel=1e-4)
    steps = [row["step"] for row in Curve(tmp_path / "two").rows()]
    assert steps == [row["step"] for row in Curve(tmp_path / "one").rows()], "one process writes the curve"
    with pytest.raises(ValueError, match="has processes 2, not 1"):
        run(tmp_path / "two", {"dropout": 0.0}, steps=30, decay="constant")
