"""Checkpoints that are whole whenever the run is killed, and hold all that an exact resumption needs."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from accelerate import Accelerator

NEVER = -1


@dataclass
class Progress:
    """Where a run is; Accelerate keeps weights, optimizer, gradient scaler and random numbers.

    `chunk` and `at` are the next batch's place in the stream, `pending` the sum of losses since the curve's
    last row, `measured` the step of the last measurement, `waited` the measurements since `best`. `batch`,
    `seed` and `processes` must stay the same.
    """

    batch: int
    seed: int
    processes: int
    step: int = 0
    chunk: int = 0
    at: int = 0
    seconds: float = 0.0
    pending: float = 0.0
    pending_steps: int = 0
    ppl: float | None = None
    measured: int = NEVER
    best: float | None = None
    waited: int = 0


def save(accelerator: Accelerator, folder: Path, progress: Progress) -> None:
    """Write next to the old checkpoint, then change places: a kill at any moment leaves a whole one."""
    fresh, current, old = (folder / name for name in ("checkpoint.new", "checkpoint", "checkpoint.old"))
    if accelerator.is_main_process:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
    accelerator.wait_for_everyone()
    # As safetensors it would warn at each checkpoint that the tied embeddings are written once.
    accelerator.save_state(str(fresh), safe_serialization=False)
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        (fresh / "progress.json").write_text(json.dumps(asdict(progress), indent=1) + "\n", "utf-8")
        if current.exists():
            shutil.rmtree(old, ignore_errors=True)
            current.rename(old)
        fresh.rename(current)
        shutil.rmtree(old, ignore_errors=True)
    accelerator.wait_for_everyone()


def load(accelerator: Accelerator, folder: Path, begin: Progress) -> Progress:
    """The state of the run in `folder`, put into what `accelerator` prepared; `begin` if there is none.

    Raises ValueError with one sentence when the checkpoint is of another run.
    """
    found = [f for name in ("checkpoint", "checkpoint.old") if (f := folder / name).is_dir()]
    if not found:
        return begin
    try:
        progress = Progress(**json.loads((found[0] / "progress.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"The checkpoint in {folder} can't be read: {error}.") from error
    for name in ("batch", "seed", "processes"):
        was, asked = getattr(progress, name), getattr(begin, name)
        if was != asked:
            raise ValueError(
                f"The run in {folder} has {name} {was}, not {asked}; use that or another folder."
            )
    try:
        accelerator.load_state(str(found[0]))
    except (RuntimeError, ValueError) as error:
        raise ValueError(f"The checkpoint in {folder} is of another model or optimizer.") from error
    return progress
