"""Other words for what the vocabulary knows: slang, idioms and slips (`sayings.txt`).

"Knock it down a hair" is "decrease it a bit". Nothing here touches what is to be written into the picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from engine.editing.exact.tokens import SPELLING, UNITS, Token

_ALIKE = 0.85
_SHORTEST = 6
"""Letters of a word from which a slip in it is mended: "backgroung", "automaticaly"."""


@cache
def _phrases() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Each saying, in words, and what it is in plain ones."""
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in re.sub(r"\n +", " ", text).splitlines():
        plain, colon, sayings = line.partition(":")
        if colon and not line.startswith("#"):
            for saying in sayings.split(","):
                found[tuple(SPELLING.get(word, word) for word in saying.split())] = tuple(plain.split())
    return found


@cache
def _longest() -> int:
    return max(map(len, _phrases()))


def plainly(tokens: Sequence[Token], vocabulary: frozenset[str]) -> list[Token]:
    """The tokens with each saying in plain words, and with slips mended towards the vocabulary."""
    return list(_mended(_replaced(tokens), vocabulary))


def _replaced(tokens: Sequence[Token]) -> list[Token]:
    words = [str(each.value) if each.kind in ("word", "mark") else "\0" for each in tokens]
    done: list[Token] = []
    at = 0
    while at < len(tokens):
        for length in range(min(_longest(), len(tokens) - at), 0, -1):
            plain = _phrases().get(tuple(words[at : at + length]))
            if plain is not None:
                said = " ".join(each.text for each in tokens[at : at + length])
                done += [Token("word", said, word) for word in plain]
                at += length
                break
        else:
            done.append(tokens[at])
            at += 1
    return done


def _mended(tokens: Sequence[Token], vocabulary: frozenset[str]) -> Iterator[Token]:
    for each in tokens:
        if each.kind != "word" or each.value in vocabulary or each.value in UNITS:
            yield each
            continue
        word = str(each.value)
        drawn_out = re.sub(r"(.)\1{2,}", r"\1", word)
        if drawn_out != word:
            meant = "too" if drawn_out == "to" else drawn_out
            yield Token("word", each.text, meant)
            continue
        near = [known for known in vocabulary if known[0] == word[0] and word.removesuffix("s") != known]
        slips = get_close_matches(word, near, 1, _ALIKE) if len(word) >= _SHORTEST else []
        yield Token("word", each.text, slips[0]) if slips else each
