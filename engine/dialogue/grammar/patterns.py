"""Patterns are plain sentences with `(a|b|)` for alternatives and `{slot}` for words; nothing more.

`{slot=her hair}` says its own words: "dye her hair", after which `{slot}` is her hair in question and answer.
"""

from __future__ import annotations

import random
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeVar

Split = Literal["train", "valid", "test"]
T = TypeVar("T")

_INNERMOST = re.compile(r"\(([^()]*)\)")
_SLOT = re.compile(r"\{(\w+)(?:=([^{}]+))?\}")


def split_of(text: str, every: int = 25) -> Split:
    """The split a pattern, word or caption belongs to: one in `every` is for validation, one for the test."""
    bucket = zlib.crc32(text.encode()) % every
    return "valid" if bucket == 0 else "test" if bucket == 1 else "train"


def share(items: Sequence[T], split: Split, key: Callable[[T], str] = str) -> list[T]:
    """The items of one split; lists too short to hold any out are used everywhere."""
    kept = [item for item in items if split_of(key(item)) == split]
    return kept or list(items)


def pick(rng: random.Random, patterns: Sequence[str], split: Split) -> str:
    return rng.choice(share(patterns, split))


def alternatives(pattern: str, rng: random.Random) -> str:
    """Choose one of every `(a|b|)`, from the inside out."""
    while "(" in pattern:
        pattern, found = _INNERMOST.subn(lambda m: rng.choice(m[1].split("|")), pattern)
        if not found:
            raise ValueError(f"unbalanced parentheses: {pattern}")
    return tidy(pattern)


def fill(pattern: str, slots: Callable[[str], str]) -> str:
    """Put words into the slots; `slots` is asked once for every slot that has none of its own."""
    return tidy(_SLOT.sub(lambda m: m[2] or slots(m[1]), pattern))


def own_words(pattern: str) -> dict[str, str]:
    """The words that slots of the pattern bring themselves."""
    return {name: words for name, words in _SLOT.findall(pattern) if words}


def tidy(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r" ([,.?!;:]+)(?= |$)", r"\1", text)


def words_in(patterns: Sequence[str]) -> set[str]:
    """Every literal word that stands in the patterns (all alternatives, no slots)."""
    text = _SLOT.sub(lambda m: m[2] or " ", " ".join(patterns))
    return set(re.findall(r"[a-z0-9%']+(?:-[a-z0-9]+)*", text.lower()))


def common_words(patterns: Iterable[str], least: int) -> frozenset[str]:
    """The literal words that stand in at least so many of the patterns."""
    counted = Counter(word for pattern in patterns for word in words_in([pattern]))
    return frozenset(word for word, times in counted.items() if times >= least)


class Binding:
    """Slots of one dialogue: a name keeps its first value, so that a wish and its answer agree."""

    def __init__(self, draw: Callable[[str], str]) -> None:
        self._draw = draw
        self.values: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        if name not in self.values:
            self.values[name] = self._draw(name.rstrip("0123456789"))
        return self.values[name]
