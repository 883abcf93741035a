"""Checkpoints in files of bounded size, whole whenever the run is killed.

Each checkpoint is a folder named after its step: safetensors files of at most so many bytes, in which a large
tensor lies in several flat pieces, and `state.json` with every tensor's shape and what else is to be known.
"""

from __future__ import annotations

import json
import logging
import math
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

_KEPT = 2
_HEADER = 160
"""Bytes that a safetensors file spends on a piece besides its name and data, with room to spare."""

log = logging.getLogger(__name__)


def save(
    folder: Path, step: int, tensors: Iterable[tuple[str, Tensor]], facts: dict[str, Any], max_file: int
) -> None:
    """Write the checkpoint of `step` beside the others, move it into place, and keep the newest two."""
    part, final = folder / "part", folder / f"{step:08d}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    shapes: dict[str, Any] = {}

    def noted() -> Iterator[tuple[str, Tensor]]:
        for name, tensor in tensors:
            shapes[name] = [str(tensor.dtype).removeprefix("torch."), list(tensor.shape)]
            yield name, tensor

    for number, pieces in enumerate(_files(noted(), max_file), 1):
        save_file(pieces, part / f"state-{number:05d}.safetensors")
    (part / "state.json").write_text(json.dumps({"facts": facts, "tensors": shapes}) + "\n", "utf-8")
    shutil.rmtree(final, ignore_errors=True)
    part.rename(final)
    for old in _found(folder)[_KEPT:]:
        shutil.rmtree(old)


def load(folder: Path) -> tuple[dict[str, Any], dict[str, Tensor]] | None:
    """The facts and tensors (on the CPU) of the newest checkpoint that can be read; None if there is none.

    Raises ValueError with one sentence if none of those that are there can be read.
    """
    found = _found(folder)
    for checkpoint in found:
        try:
            return _read(checkpoint)
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            log.warning("the checkpoint %s can't be read (%s); trying the one before", checkpoint, error)
    if found:
        raise ValueError(f"None of the checkpoints in {folder} can be read.")
    return None


def _found(folder: Path) -> list[Path]:
    """Newest first."""
    return sorted((at for at in folder.glob("*") if at.name.isdigit()), reverse=True)


def _files(tensors: Iterable[tuple[str, Tensor]], max_file: int) -> Iterator[dict[str, Tensor]]:
    """The contents of each file: pieces named tensor@offset, filled to the brim."""
    pieces: dict[str, Tensor] = {}
    room = max_file
    for name, tensor in tensors:
        flat, at = tensor.detach().reshape(-1), 0
        while at < len(flat):
            size = flat.element_size()
            fit = (room - _HEADER - len(name)) // size
            if pieces and fit < min(len(flat) - at, 1024):  # no crumbs
                yield pieces
                pieces, room = {}, max_file
                continue
            pieces[f"{name}@{at}"] = piece = flat[at : at + fit].cpu().clone()
            room -= _HEADER + len(name) + size * len(piece)
            at += len(piece)
    yield pieces


def _read(checkpoint: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    state = json.loads((checkpoint / "state.json").read_text(encoding="utf-8"))
    tensors = {
        name: torch.empty(shape, dtype=getattr(torch, dtype))
        for name, (dtype, shape) in state["tensors"].items()
    }
    missing = {name: math.prod(shape) for name, (_, shape) in state["tensors"].items()}
    for file in sorted(checkpoint.glob("*.safetensors")):
        for label, piece in load_file(file).items():
            name, _, at = label.rpartition("@")
            tensors[name].view(-1)[int(at) : int(at) + len(piece)] = piece
            missing[name] -= len(piece)
    if any(missing.values()):
        raise ValueError("a file is missing")
    return state["facts"], tensors
