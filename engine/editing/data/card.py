"""The data card: what a set holds, how it was made, and what was left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from engine.editing.data.splits import Split


@dataclass(slots=True)
class Tally:
    """Counts, while a set is built. `rejected`: items by reason; `candidates`: what CLIP thought of each;
    `strangers`: struck names that fit no item."""

    kept: Counter[Split] = field(default_factory=Counter)
    makers: Counter[str] = field(default_factory=Counter)
    skills: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    candidates: Counter[str] = field(default_factory=Counter)
    strangers: int = 0

    def summary(self) -> dict[str, Any]:
        return {
            **{split: self.kept[split] for split in get_args(Split)},
            "rejected": dict(self.rejected.most_common()),
            "candidates": dict(self.candidates.most_common()),
            "struck_without_item": self.strangers,
        }


def write_card(file: Path, about: Iterable[str], tally: Tally, sha256: str) -> None:
    """`about`: a paragraph for each maker and for the filter."""
    kept = tally.kept
    parts = [
        "# Editing pairs",
        f"Made by `dialogpaint data editing`: {kept['train']} training, {kept['val']} validation and "
        f"{kept['test']} test pairs; sha256 of the lists {sha256}.",
        *about,
        _table("maker", "pairs", tally.makers),
        "## Left out",
        _table("reason", "items", tally.rejected) if tally.rejected else "Nothing.",
    ]
    if tally.candidates:
        parts += ["What CLIP thought of the candidates:", _table("verdict", "candidates", tally.candidates)]
    if tally.strangers:
        parts.append(
            f"{tally.strangers} names in the strike lists fit no item: of other inputs, or another seed?"
        )
    if tally.skills:
        parts += ["## Skills of the exact pairs", _table("skill", "training pairs", tally.skills)]
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _table(what: str, number: str, counts: Counter[str]) -> str:
    rows = [f"| {name} | {count} |" for name, count in sorted(counts.items())]
    return "\n".join([f"| {what} | {number} |", "|---|---|", *rows])
