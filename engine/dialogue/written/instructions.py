"""The library of hand-written edit instructions with captions before and after (paper section 3.1.2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.dialogue.grammar.patterns import Split, share

LIBRARY = Path(__file__).parents[2] / "editing" / "data" / "instructions.jsonl"


@dataclass(frozen=True, slots=True)
class Instruction:
    """A change to a picture, with its caption before and after (paper figure 4)."""

    before: str
    instruction: str
    after: str


@lru_cache
def instructions() -> tuple[Instruction, ...]:
    """All of them, in the order of the file."""
    rows = map(json.loads, LIBRARY.read_text(encoding="utf-8").splitlines())
    return tuple(Instruction(row["before"], row["instruction"], row["after"]) for row in rows)


@lru_cache
def instructions_of(split: Split) -> tuple[Instruction, ...]:
    """Those of one split."""
    return tuple(share(instructions(), split, key=lambda each: each.instruction))
