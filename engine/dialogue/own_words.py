"""The last guard: where the instruction makes no sense or loses something, the person's own words are used."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.dialogue.context import normal
from engine.dialogue.grammar.closed import EDIT_WORDS, FUNCTION_WORDS
from engine.dialogue.grammar.english import VERBS
from engine.dialogue.grammar.library import sections
from engine.dialogue.grammar.patterns import words_in
from engine.jobs import Turn

_WISHES = sections("wishes")
_POLITE = frozenset(words_in([*_WISHES["before"].said, *_WISHES["after"].said]))
_LAST_WORDS = frozenset(
    {"please", "pls", "plz", "thanks", "thank", "you", "thx", "ty", "cheers", "lol", "haha"}
)
_ONE_WISH = 14
_LONGEST = 40


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", normal(text))


def nonsense(instruction: str) -> bool:
    """Nothing but function words, or the same words again and again."""
    words = re.findall(r"[^\s,\"]+", instruction)
    return set(words) <= FUNCTION_WORDS or (len(words) > 6 and len(set(words)) * 2 < len(words))


def loses_something(turns: Sequence[Turn], instruction: str) -> bool:
    """Whether a short wish of one sentence says a thing that the instruction leaves out.

    Answers to a question are left to the model (they are rarely a whole wish), and so are longer texts, whose
    stories do not belong into an instruction.
    """
    said = turns[-1].text.strip()
    asked = len(turns) > 1 and turns[-2].text.rstrip().endswith("?")
    words = _words(said)
    if asked or len(words) > _ONE_WISH or re.search(r"[.!?;:] +\w", said):
        return False
    return bool(set(words) - set(_words(instruction)) - _POLITE - EDIT_WORDS)


def own_words(turns: Sequence[Turn]) -> str:
    """What the person said last, without politeness around it, as an instruction; "" if there are no words."""
    words = normal(turns[-1].text).split(" ")
    start = next((at for at, word in enumerate(words) if word in VERBS), 0)
    if {word.strip(",.!?") for word in words[:start]} <= _POLITE:
        words = words[start:]
    while len(words) > 1 and words[-1].strip(",.!?") in _LAST_WORDS:
        words.pop()
    text = " ".join(words[-_LONGEST:]).rstrip(".!?, ")
    return text if _words(text) else ""
