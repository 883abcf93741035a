"""Wordings that nobody wrote for the exact makers: of the dialogue model's grammar and of the library."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from engine.dialogue.grammar.library import sections
from engine.dialogue.grammar.patterns import alternatives, fill
from engine.editing.knowledge import content

LIBRARY = Path(__file__).parent / "instructions.jsonl"
_ELSEWHERE = re.compile(r"on the (left|right)|in the background")
"""Says more than the pair shows."""
_NO_ORDER = ("the", "i", "there", "it", "a", "an", "no", "in", "as", "what")
MOST = 40
"""Wordings of one pair; more would make the lists longer than the pictures."""


def from_grammar(
    section: str, starts: Iterable[str], slots: dict[str, str], rng: np.random.Generator
) -> list[str]:
    """What becomes of the lines with exactly these slots that begin so. The dialogue model passes on what
    people say as its instruction, and learned from these lines what that may be."""
    chance = random.Random(int(rng.integers(2**32)))
    return [
        re.sub(r"\ba (?=[aeio])", "an ", wish)
        for line in _lines(section, frozenset(slots))
        if line.startswith(tuple(starts))
        and not _ELSEWHERE.search(wish := fill(alternatives(line, chance), slots.__getitem__))
    ]


@cache
def _lines(section: str, slots: frozenset[str]) -> Sequence[str]:
    return [line for line in sections("wishes")[section].said if set(re.findall(r"\{(\w+)\}", line)) == slots]


def from_library(said: Iterable[str]) -> list[str]:
    """Instructions of the hand-written library that mean the same as one of these: all words that carry
    meaning are the same."""
    return [
        other for meant in {content(each) for each in said if content(each)} for other in _library()[meant]
    ]


@cache
def _library() -> defaultdict[frozenset[str], list[str]]:
    found: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for line in LIBRARY.read_text(encoding="utf-8").splitlines():
        instruction = json.loads(line)["instruction"]
        found[content(instruction)].append(instruction)
    return found


def varied(said: Sequence[str], rng: np.random.Generator) -> tuple[str, ...]:
    """Each wording once, some politely dressed as people do, with what the library has; at most `MOST`."""
    plain = list(dict.fromkeys([*said, *from_library(said)]))
    orders = [each for each in plain if each.split()[0] not in _NO_ORDER and "please" not in each]
    plain += [f"please {each}" for each in orders[::4]] + [f"{each} please" for each in orders[1::5]]
    if len(plain) > MOST:
        plain = [plain[index] for index in sorted(rng.permutation(len(plain))[:MOST])]
    return tuple(plain)
