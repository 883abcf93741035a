"""How often the router does what a person would expect, on instructions written before it was looked at.

    python -m tests.engine.editing.router [--wrong] [--held-out | --later | --fresh | --second | …]

A line of router.tsv is an instruction and what is expected: `-` (not a photo tool's work), or operations
(`A; B`), or either of two readings (`A | B`), or `mixed: clause => ... || clause => -`. A field is a value,
a range `1..5`, or `up`/`down` with `bit` or `much`, whose bands are below. Every third line is held out:
mend the router by the others, and look at those once, at the end. router_later.tsv was written later, in one
go and before the router was looked at again: the first 110 were then mended by, the last 74 looked at once.
router_fresh.tsv was written by somebody who had read neither the router nor the other two files: 86.5 % was
read rightly, and its causes of misreading were looked for only after that. router_second.tsv and
router_third.tsv were written likewise, with odder words, and mended by afterwards; router_fourth.tsv was,
too, and measured once: 63.8 %.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from engine.editing.exact import Plan, plan

FILE = Path(__file__).with_suffix(".tsv")
LATER = FILE.with_name("router_later.tsv")
FRESH = FILE.with_name("router_fresh.tsv")
SECOND, THIRD, FOURTH = (FILE.with_name(f"router_{name}.tsv") for name in ("second", "third", "fourth"))
BANDS: dict[str, dict[str, tuple[float, float]]] = {
    "stops": {"bit": (0.1, 0.45), "": (0.3, 0.9), "much": (0.7, 2.0)},
    "warmth": {"bit": (0.1, 0.4), "": (0.3, 0.7), "much": (0.6, 1.6)},
    "tint": {"bit": (0.1, 0.4), "": (0.3, 0.7), "much": (0.6, 1.6)},
    "factor": {"bit": (0.05, 0.25), "": (0.15, 0.5), "much": (0.4, 1.5)},
    "amount": {"bit": (0.1, 0.6), "": (0.3, 1.2), "much": (0.6, 3.0)},
    "radius": {"bit": (0.001, 0.05), "": (0.003, 0.15), "much": (0.01, 0.5)},
    "strength": {"bit": (0.01, 0.04), "": (0.03, 0.08), "much": (0.07, 0.2)},
    "width": {"bit": (0.005, 0.03), "": (0.03, 0.06), "much": (0.06, 0.2)},
}
"""What counts as a bit, as usual and as much: shares, stops, or a factor's distance from 1."""


@dataclass(frozen=True, slots=True)
class Line:
    instruction: str
    expected: str
    held_out: bool

    @property
    def kind(self) -> str:
        if self.expected.startswith("mixed: "):
            return "mixed"
        return "diffusion" if self.expected == "-" else "exact"


def read_lines(file: Path = FILE) -> list[Line]:
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]
    return [Line(row[0], row[1], place % 3 == 2) for place, row in enumerate(rows)]


def is_right(line: Line) -> bool:
    """Mixed wishes are not a photo tool's work as a whole; each of their clauses must be judged rightly."""
    if line.kind != "mixed":
        return agrees(plan(line.instruction), line.expected)
    clauses = [each.split(" => ") for each in line.expected.removeprefix("mixed: ").split(" || ")]
    return plan(line.instruction) is None and all(agrees(plan(words), want) for words, want in clauses)


def agrees(found: Plan | None, expected: str) -> bool:
    if found is None:
        return "-" in expected.split(" | ")
    for reading in expected.split(" | "):
        wanted = reading.split("; ")
        if (
            reading != "-"
            and len(wanted) == len(found.operations)
            and all(map(same, found.operations, wanted))
        ):
            return True
    return False


def same(operation: Any, wanted: str) -> bool:
    """`wanted` is a class with fields, after `person:` or `background:` where it works on that part only."""
    part, colon, inner = wanted.partition(": ")
    if colon:
        return getattr(operation, "part", None) == part and same(operation.operation, inner)
    name, *settings = wanted.split()
    if type(operation).__name__ != name:
        return False
    names = {each.name for each in fields(operation)}
    while settings:
        field, sign, value = settings.pop(0).partition("=")
        if field not in names:
            return False
        found = getattr(operation, field)
        if sign:
            if not same_value(found, value):
                return False
            continue
        direction = settings.pop(0)
        size = settings.pop(0) if settings and settings[0] in ("bit", "much") else ""
        low, high = BANDS[field][size]
        change = found - 1 if field == "factor" else found
        change = change if direction == "up" else -change
        if field == "factor" and direction == "down":
            high = min(high, 0.95)
        if not low <= change <= high:
            return False
    return True


def same_value(found: Any, wanted: str) -> bool:
    if isinstance(found, bool) or found is None:
        return wanted == {True: "true", False: "false", None: "null"}[found]
    if wanted == "null":
        return False
    if isinstance(found, tuple):
        return set(found) == set(wanted.split(","))
    if isinstance(found, int | float):
        low, _, high = wanted.partition("..")
        first, last = sorted((float(low), float(high or low)))
        return first - 0.004 <= found <= last + 0.004
    return found == wanted.replace("_", " ")


def main(arguments: list[str]) -> None:
    lines = [line for line in read_lines() if line.held_out == ("--held-out" in arguments)]
    for file in (LATER, FRESH, SECOND, THIRD, FOURTH):
        lines = read_lines(file) if f"--{file.stem.removeprefix('router_')}" in arguments else lines
    right, of = Counter[str](), Counter[str]()
    for line in lines:
        of[line.kind] += 1
        if is_right(line):
            right[line.kind] += 1
        elif "--wrong" in arguments:
            found = plan(line.instruction)
            print(f"{line.instruction}\n    wanted {line.expected}\n    found  {found and found.operations}")
    for kind in of:
        print(f"{kind}: {right[kind]} of {of[kind]}")
    print(f"in all: {right.total()} of {of.total()} ({right.total() / of.total():.1%})")


if __name__ == "__main__":
    main(sys.argv[1:])
