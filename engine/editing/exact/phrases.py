"""Small pieces of the sentences that tell a person what was done."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.editing.exact.colour_names import UNSAID_COLOURS


def signed(value: float, unit: str = "") -> str:
    """+0.3 stops, −20 %: a real minus sign, one digit after the point where that tells something."""
    digits = 1 if round(abs(value), 1) else 2
    number = f"{abs(value):.{digits}f}".removesuffix(".0")
    return f"{'−' if value < 0 else '+'}{number}{unit}"


def percent(share: float) -> str:
    return signed(share * 100, " %")


def number(value: float) -> str:
    """12, 2.5: no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def degree(size: float, slight: float, strong: float) -> str:
    """The words before a comparative for a change of that size."""
    return "a bit " if size <= slight else "much " if size >= strong else ""


def enumerate_phrases(phrases: Sequence[str]) -> str:
    """a; a and b; a, b and c."""
    *head, last = phrases
    return f"{', '.join(head)} and {last}" if head else last


def adverb(size: float, slight: float, strong: float) -> str:
    """The words after a verb for a change of that size."""
    return " a bit" if size <= slight else " a lot" if size >= strong else ""


def colour_name(colour: str) -> str:
    """ "light blue" for "lightblue": the names of CSS as people say them."""
    colour = UNSAID_COLOURS.get(colour, colour).split(",")[0]
    return re.sub(r"^(light|dark|pale|medium|deep|hot|sky)(?=[a-z])", r"\1 ", colour)
