"""A run that was killed or stopped goes on as if it had not been, and a checkpoint is never half a one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.dialogue.grammar.examples import Example
from engine.dialogue.training import checkpoint
from engine.dialogue.training.source import Source
from engine.training.stopping import Stopped
from tests.engine.dialogue.training.runs import few_dialogues, losses, perplexities, run

ROOT = Path(__file__).parents[4]


def same_weights(one: torch.nn.Module, other: torch.nn.Module) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def interrupted_at(count: int, error: BaseException | None = None) -> Source:
    """Dialogues whose chunk `count` comes with SIGTERM, or with an error."""
    plain = few_dialogues()

    def chunk(number: int) -> list[Example]:
        if number == count:
            if error is not None:
                raise error
            os.kill(os.getpid(), signal.SIGTERM)
        return plain.chunk(number)

    return Source(chunk, plain.held_out)


def test_broken_off_between_checkpoints_and_resumed_is_as_if_never_broken_off(tmp_path: Path) -> None:
    _, whole = run(tmp_path / "whole", steps=22, checkpoint_every=5)
    with pytest.raises(MemoryError):
        run(tmp_path / "broken", source=interrupted_at(4, MemoryError()), steps=22, checkpoint_every=5)
    assert not same_weights(run(tmp_path / "other", steps=12)[1], whole)
    outcome, resumed = run(tmp_path / "broken", steps=22, checkpoint_every=5)
    assert outcome.step == 22
    assert same_weights(resumed, whole)
    assert losses(tmp_path / "broken") == losses(tmp_path / "whole")
    assert perplexities(tmp_path / "broken") == perplexities(tmp_path / "whole")


def test_told_to_stop_it_saves_the_step_and_goes_on_from_there(tmp_path: Path) -> None:
    _, whole = run(tmp_path / "whole", steps=14, checkpoint_every=100)
    with pytest.raises(Stopped, match="at step 9; the same command goes on"):
        run(tmp_path / "stopped", source=interrupted_at(2), steps=14, checkpoint_every=100)
    assert same_weights(run(tmp_path / "stopped", steps=14, checkpoint_every=100)[1], whole)
    assert losses(tmp_path / "stopped") == losses(tmp_path / "whole")


def test_the_handlers_of_signals_are_given_back(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    run(tmp_path, steps=1)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


@pytest.mark.parametrize("moment", ["writing", "between the renames", "before the old one goes"])
def test_a_kill_while_saving_leaves_a_whole_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    run(tmp_path, steps=4, decay="constant")
    with monkeypatch.context() as patch:
        if moment == "writing":
            patch.setattr(checkpoint, "asdict", _killed)
        elif moment == "between the renames":
            patch.setattr(Path, "rename", _renamed_once())
        else:
            patch.setattr(checkpoint.shutil, "rmtree", _removed_if_new)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, steps=8, decay="constant")
    _, resumed = run(tmp_path, steps=8, decay="constant")
    _, whole = run(tmp_path / "whole", steps=8, decay="constant")
    assert same_weights(resumed, whole)


def _killed(*args: Any, **more: Any) -> None:
    raise KeyboardInterrupt


def _renamed_once() -> Any:
    rename, calls = Path.rename, []

    def once(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return rename(self, target)

    return once


def _removed_if_new(folder: Path, ignore_errors: bool = False) -> None:
    if folder.name == "checkpoint.old" and folder.exists():
        raise KeyboardInterrupt


def test_another_batch_seed_or_model_is_refused(tmp_path: Path) -> None:
    run(tmp_path, steps=4)
    with pytest.raises(ValueError, match="has batch 4, not 8"):
        run(tmp_path, steps=8, batch=8)
    with pytest.raises(ValueError, match="has seed 3, not 1"):
        run(tmp_path, steps=8, seed=1)
    with pytest.raises(ValueError, match="of another model"):
        run(tmp_path, {"d_model": 64}, steps=8)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_with_signal_9_and_resumed_is_as_if_never_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.engine.dialogue.training.runs", str(tmp_path / "killed")]
    child = subprocess.Popen([*command, "1000000", "0.1"], cwd=ROOT)
    try:
        while not (tmp_path / "killed" / "checkpoint").is_dir():
            assert child.poll() is None, "the run ended by itself"
            time.sleep(0.1)
    finally:
        child.kill()
        child.wait()
    done = max(perplexities(tmp_path / "killed"))
    _, resumed = run(tmp_path / "killed", steps=done + 10, decay="constant")
    _, whole = run(tmp_path / "whole", steps=done + 10, decay="constant")
    assert same_weights(resumed, whole)
    assert losses(tmp_path / "killed") == losses(tmp_path / "whole")
