"""A run that was killed, stopped or cut into pieces goes on as if it had not been."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.editing.training import objective
from engine.training import stopping
from engine.training.stopping import Stopped
from tests.engine.editing.tiny import save, standard_parts
from tests.engine.editing.training.runs import few_pairs, losses, run, same_beginning, same_weights
from tests.engine.training.launching import ROOT, launch

RUNS = "tests.engine.editing.training.runs"


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return few_pairs(tmp_path_factory.mktemp("resuming") / "pairs")


@pytest.fixture
def at_step(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, Callable[[], None]], None]]:
    """Have something happen while a step is under way."""

    def arrange(step: int, happens: Callable[[], None]) -> None:
        real = objective.pairs_of_step

        def drawn(number: int, *more: Any) -> list[int]:
            if number == step:
                happens()
            return real(number, *more)

        monkeypatch.setattr(objective, "pairs_of_step", drawn)

    yield arrange
    monkeypatch.undo()


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the run may catch it."""


def killed() -> None:
    raise Killed


def terminated() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("frozen", [False, True])
def test_broken_off_between_checkpoints_and_resumed_is_as_if_never_broken_off(
    pairs: Path,
    tmp_path: Path,
    at_step: Callable[[int, Callable[[], None]], None],
    monkeypatch: pytest.MonkeyPatch,
    frozen: bool,
) -> None:
    base = save(standard_parts(), tmp_path / "base") if frozen else None
    settings = {"steps": 9, "log_every": 2, "train_text_encoder": not frozen}
    run(tmp_path / "whole", pairs, base, **settings)
    same_beginning(tmp_path / "whole", tmp_path / "cut")
    at_step(4, terminated)
    with pytest.raises(Stopped, match="at step 5; the same command goes on"):
        run(tmp_path / "cut", pairs, base, **settings)
    monkeypatch.undo()
    at_step(7, killed)
    with pytest.raises(Killed):
        run(tmp_path / "cut", pairs, base, **settings)
    monkeypatch.undo()
    assert max(losses(tmp_path / "cut")) == 6
    assert run(tmp_path / "cut", pairs, base, **settings).finished
    assert losses(tmp_path / "cut") == losses(tmp_path / "whole")
    assert same_weights(tmp_path / "cut", tmp_path / "whole")


def test_pieces_of_some_minutes_add_up_to_the_same_run(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "whole", pairs, steps=9)
    same_beginning(tmp_path / "whole", tmp_path / "pieces")
    ticks = iter(range(0, 10_000, 10))  # the clock is asked once at the beginning and once for each step
    monkeypatch.setattr(stopping, "time", SimpleNamespace(monotonic=lambda: float(next(ticks))))
    reached = []
    for _ in range(10):
        outcome = run(tmp_path / "pieces", pairs, steps=9, minutes=0.5)
        reached.append(outcome.step)
        if outcome.finished:
            break
        assert not (tmp_path / "pieces" / "editor").exists()
    assert len(reached) > 2 and reached == sorted(set(reached)) and reached[-1] == 9
    assert losses(tmp_path / "pieces") == losses(tmp_path / "whole")
    assert same_weights(tmp_path / "pieces", tmp_path / "whole")


def test_a_finished_run_that_is_started_again_gives_the_same_and_adds_nothing(
    pairs: Path, tmp_path: Path
) -> None:
    first, rows = run(tmp_path, pairs), losses(tmp_path)
    assert run(tmp_path, pairs) == first
    assert losses(tmp_path) == rows


def test_a_broken_newest_checkpoint_costs_only_the_steps_since_the_one_before(
    pairs: Path, tmp_path: Path
) -> None:
    run(tmp_path / "whole", pairs, steps=8, decay_share=0.0)
    same_beginning(tmp_path / "whole", tmp_path / "cut")
    run(tmp_path / "cut", pairs, steps=6, decay_share=0.0, save_minutes=0.0)
    newest = sorted((tmp_path / "cut" / "checkpoints").iterdir())[-1]
    next(newest.glob("*.safetensors")).write_bytes(b"half")
    run(tmp_path / "cut", pairs, steps=8, decay_share=0.0)
    assert losses(tmp_path / "cut") == losses(tmp_path / "whole")
    assert same_weights(tmp_path / "cut", tmp_path / "whole")


def test_a_folder_of_another_run_is_refused(pairs: Path, tmp_path: Path) -> None:
    run(tmp_path / "run", pairs, steps=1)
    with pytest.raises(ValueError, match="has batch 4, not 5"):
        run(tmp_path / "run", pairs, steps=2, batch=5)
    with pytest.raises(ValueError, match="has base None, not"):
        run(tmp_path / "run", pairs, tmp_path, steps=2)
    with pytest.raises(ValueError, match="begun with other pairs"):
        run(tmp_path / "run", few_pairs(tmp_path / "others", 5), steps=2)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_with_signal_9_and_resumed_is_as_if_never_killed(pairs: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", RUNS, str(tmp_path / "killed"), str(pairs), "1000000"]
    child = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    checkpoints = tmp_path / "killed" / "checkpoints"
    try:
        while len(list(checkpoints.glob("0*"))) < 2:
            assert child.poll() is None, "the run ended by itself"
            time.sleep(0.05)
    finally:
        child.kill()
        child.wait()
    steps = max(int(at.name) for at in checkpoints.glob("0*")) + 5
    same_beginning(tmp_path / "killed", tmp_path / "whole")
    for folder in ("killed", "whole"):
        run(tmp_path / folder, pairs, steps=steps, decay_share=0.0)
    assert losses(tmp_path / "killed") == losses(tmp_path / "whole")
    assert same_weights(tmp_path / "killed", tmp_path / "whole")


@pytest.mark.slow
@pytest.mark.timeout(700)
def test_two_processes_train_like_one(tmp_path: Path) -> None:
    """With 300 pairs both have a chunk of the cache to fill; the run goes on in two, and then in one."""
    pairs = few_pairs(tmp_path / "pairs", 300)
    for steps in ("5", "12"):
        launch(RUNS, str(tmp_path / "two"), str(pairs), steps)
    same_beginning(tmp_path / "two", tmp_path / "one")
    run(tmp_path / "one", pairs, steps=12, decay_share=0.0)
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), rel=1e-4)
    assert len(list((tmp_path / "two" / "cache").glob("source-*.npy"))) == 2
    for folder in ("two", "one"):
        run(tmp_path / folder, pairs, steps=16, decay_share=0.0)
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), rel=1e-4)
