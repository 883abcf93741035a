"""Capitals: the model reads and writes lower case, people don't."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.dialogue.context import normal
from engine.dialogue.grammar.closed import GLUE_WORDS
from engine.jobs import Turn


class Casing:
    """Gives words back the capitals that the person wrote: "van gogh" becomes "Van Gogh" again."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._as_said: dict[str, str] = {}
        for turn in turns:
            if turn.speaker == "bot" or turn.text.isupper():
                continue
            for found in re.finditer(r"[^\W\d_][\w'’-]*", turn.text):
                word = found[0]
                first = re.search(r"(^|[.!?]\s)\s*$", turn.text[: found.start()]) is not None
                named = re.match(r" [A-Z][a-z]", turn.text[found.end() :]) is not None  # "Grand Opening"
                first = first and not (named and word.lower() not in GLUE_WORDS)
                if word != word.lower() and (not first or word[1:] != word[1:].lower()):
                    self._as_said[normal(word)] = word

    def __call__(self, text: str) -> str:
        return re.sub(r"[^\W\d_][\w'’-]*", lambda found: self._as_said.get(found[0], found[0]), text)


def sentences(text: str) -> str:
    """Capitals where English wants them: sentence beginnings and "I"."""
    text = re.sub(r"(^|[.!?] )([a-z])", lambda found: found[1] + found[2].upper(), text)
    return re.sub(r"\bi\b(?=$|[ ,.!?']|'m|'ll|'d|'ve)", "I", text)
