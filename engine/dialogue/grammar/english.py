"""Just enough English: verbs, gerunds, and words as people mistype them."""

from __future__ import annotations

import random
import re

from engine.dialogue.grammar.library import word_lists
from engine.dialogue.summary import PAST

VERBS = frozenset(PAST) | frozenset(word_lists("verbs")["vague"])

_GERUND_DROP_E = re.compile(r"(?<=[^aeiou])e$|(?<=[aeiou][^aeiou])e$")


def gerund(instruction: str) -> str:
    """ "make it red" becomes "making it red", for "would you mind ..."."""
    head, _, rest = instruction.partition(" ")
    doubled = {
        "put",
        "set",
        "cut",
        "swap",
        "drop",
        "get",
        "let",
        "wrap",
        "trim",
        "crop",
        "flip",
        "hit",
        "blur",
        "dim",
    }
    stem = head + head[-1] if head in doubled else _GERUND_DROP_E.sub("", head)
    return f"{stem}ing {rest}"


_SLANG = {
    "you": "u",
    "please": "plz",
    "picture": "pic",
    "background": "bg",
    "your": "ur",
    "are": "r",
    "because": "cuz",
    "photo": "foto",
    "want to": "wanna",
    "with": "w/",
    "and": "n",
    "the": "da",
    "to": "2",
    "though": "tho",
    "don't": "dont",
    "can't": "cant",
    "it's": "its",
    "i'm": "im",
    "that's": "thats",
    "something": "smth",
    "i'd": "id",
    "doesn't": "doesnt",
    "what's": "whats",
}


def mistype(word: str, rng: random.Random) -> str:
    """One slip of the finger: two letters swapped, one left out, doubled or wrong."""
    if len(word) < 4 or not word.isalpha():
        return word
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice("aeiorstnl") + word[at + 1 :]


def as_typed(text: str, known: frozenset[str], rng: random.Random) -> str:
    """The text as a hurried person types it. Only words in `known` get mistyped: others must copy."""
    at = rng.random()
    if at < 0.55:
        return text
    if at < 0.70:
        return re.sub(r'[.,?!"](?!\d)', "", text)
    if at < 0.76:
        return text + rng.choice(("!", "!!", "...", ".", " :)", "!!!", "?", "??"))
    words = text.split(" ")
    if at < 0.88:
        return " ".join(_SLANG.get(word, word) if rng.random() < 0.5 else word for word in words)
    return " ".join(mistype(word, rng) if word in known and rng.random() < 0.35 else word for word in words)
