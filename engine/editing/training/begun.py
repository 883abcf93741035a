"""What a run was begun with, so that its folder is not gone on with by mistake; and how far it came."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """`finished`: the weights were written; else the time was up, and the same command goes on."""

    step: int
    steps: int
    finished: bool


def fingerprint(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def already(out: Path, asked: dict[str, Any]) -> bool:
    """Whether the run in `out` was begun, with start/run.json. Raises `ValueError` with one sentence if it
    was with other things than `asked`."""
    file = out / "start" / "run.json"
    if not file.is_file():
        return False
    begun = json.loads(file.read_text(encoding="utf-8"))
    for name, value in asked.items():
        was = begun.get(name)
        if was == value:
            continue
        if name == "pairs":
            raise ValueError(f"The run in {out} was begun with other pairs; use those or another folder.")
        raise ValueError(f"The run in {out} has {name} {was}, not {value}; use that or another folder.")
    return True
