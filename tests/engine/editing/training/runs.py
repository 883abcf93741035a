"""Tiny training runs; as a module (folder, pairs, steps) it is the process that a test starts or kills."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from engine.editing.training.train import Outcome, train
from engine.training.accelerator import new_accelerator
from engine.training.curve import Curve
from tests.engine.editing.pairs import own_pairs
from tests.engine.editing.tiny import TINY

PHRASINGS = ("invert the colours", "make it a negative", "swap day and night")


def few_pairs(folder: Path, count: int = 6) -> Path:
    """A data set of `count` pairs, said in three ways, two of which are for validation as well."""
    own_pairs(folder, count, phrasings=list(PHRASINGS), skill="photo negative")
    rows = (folder / "pairs.jsonl").read_text(encoding="utf-8")
    (folder / "train.jsonl").write_text(rows, encoding="utf-8")
    (folder / "val.jsonl").write_text("".join(rows.splitlines(keepends=True)[:2]), encoding="utf-8")
    return folder


def run(
    folder: Path, pairs: Path, base: Path | None = None, minutes: float | None = None, **settings: Any
) -> Outcome:
    """Train a tiny editor in `folder`, or go on there."""
    torch.set_num_threads(1)
    config = replace(TINY, **settings)
    accelerator = new_accelerator(config.mixed_precision)
    return train(accelerator, pairs, folder, config, None if base is None else str(base), minutes)


def same_beginning(whole: Path, other: Path) -> None:
    """Editors from scratch differ in the last digits each time: `other` begins with that of `whole`."""
    shutil.copytree(whole / "start", other / "start")


def losses(folder: Path) -> dict[int, float]:
    return {row["step"]: row["loss"] for row in Curve(folder).rows()}


def weights(folder: Path) -> dict[str, torch.Tensor]:
    """What the run wrote."""
    files = sorted((folder / "editor").glob("*/*.safetensors"))
    return {
        f"{file.parent.name}.{name}": tensor for file in files for name, tensor in load_file(file).items()
    }


def same_weights(one: Path, other: Path) -> bool:
    first, second = weights(one), weights(other)
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def configuration(folder: Path, part: str) -> dict[str, Any]:
    return json.loads((folder / "editor" / part / "config.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), steps=int(sys.argv[3]), decay_share=0.0, save_minutes=0.0)
