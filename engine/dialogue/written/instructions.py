"""The library of hand-written edit instructions with captions before and after (paper section 3.1.2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

LIBRARY = Path(__file__).parents[2] / "editing" / "data" / "instructions.jsonl"


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a caption says before and after the edit that the instruction asks for."""

    before: str
    instruction: str
    after: str


@lru_cache
def instructions() -> tuple[Instruction, ...]:
    """All of them, in the order of the file."""
    rows = map(json.loads, LIBRARY.read_text(encoding="utf-8").splitlines())
    return tuple(Instruction(row["before"], row["instruction"], row["after"]) for row in rows)
