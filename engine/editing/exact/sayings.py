"""Other words for what the vocabulary knows: slang, idioms and slips (`sayings.txt`).

"Knock it down a hair" is "decrease it a bit". Nothing here touches what is to be written into the picture.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from engine.editing.exact.tokens import SPELLING, Token
from engine.editing.exact.words import LEXICON

_ALIKE = 0.85
_OFTEN_MISTYPED = frozenset(
    """
    contrast saturation saturated brightness exposure background vignette temperature highlights shadows
    sharpen sharpness automatic automatically balance straighten horizontal horizontally vertical vertically
    clockwise transparent greyscale monochrome vibrance vibrant resolution picture image border corners
    rotate mirror resize slightly brighten darken
    """.split()  # noqa: SIM905 - a list of forty strings would be no easier to read
)
"""The words towards which slips are mended: near others there are words that mean something else."""
_SHORTEST = 6


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


@cache
def _known() -> frozenset[str]:
    return frozenset(word for phrase in LEXICON for word in phrase) | _OFTEN_MISTYPED


def plainly(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each saying in plain words, and slips mended."""
    return _replaced([_mended(each) for each in _replaced(tokens)])


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


def _mended(token: Token) -> Token:
    """ "waaay" is "way", "backgroung" the background."""
    word = str(token.value)
    if token.kind != "word" or word in _known():
        return token
    drawn_out = re.sub(r"(.)\1{2,}", r"\1", word)
    if drawn_out != word:
        return Token("word", token.text, "too" if drawn_out == "to" else drawn_out)
    near = [known for known in _OFTEN_MISTYPED if known[0] == word[0] and word.removesuffix("s") != known]
    slips = get_close_matches(word, near, 1, _ALIKE) if len(word) >= _SHORTEST else []
    return Token("word", token.text, slips[0]) if slips else token
