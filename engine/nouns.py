"""English nouns: one of them with its article, several of them."""

from __future__ import annotations

import re

NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
_PLURALS = {
    "mouse": "mice", "goose": "geese", "sheep": "sheep", "deer": "deer", "wolf": "wolves", "grapes": "grapes",
    "fish": "fish", "bread": "loaves of bread", "knife": "knives", "potato": "potatoes", "tomato": "tomatoes",
    "mosquito": "mosquitoes", "volcano": "volcanoes", "snowman": "snowmen", "leaf": "leaves", "elf": "elves",
    "loaf": "loaves", "ox": "oxen",
}  # fmt: skip


def number(count: int) -> str:
    """In words as far as `NUMBERS` goes, "many" beyond."""
    return NUMBERS[count] if count < len(NUMBERS) else "many"


def article(noun: str) -> str:
    if noun in ("grapes",):
        return f"some {noun}"
    return f"{'an' if noun[0] in 'aeio' or noun.startswith('umbrella') else 'a'} {noun}"


def plural(noun: str) -> str:
    head, of, rest = noun.partition(" of ")
    if of:
        return f"{plural(head)}{of}{rest}"
    *before, last = noun.split(" ")
    if last in _PLURALS:
        return " ".join([*before, _PLURALS[last]])
    if re.search(r"(s|x|ch|sh)$", last):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", last) else f"{noun}s"
