"""How many edits a person wants to go back, in words: "undo the last two", "go back 3 steps"."""

from __future__ import annotations

import re

NUMBERS = {
    word: number
    for number, words in {
        1: "one once",
        2: "two twice both couple",
        3: "three thrice",
        4: "four",
        5: "five",
        6: "six",
        7: "seven",
        8: "eight",
        9: "nine",
        10: "ten",
    }.items()
    for word in words.split()
}


def steps_back(text: str) -> int:
    """The first number in `text`, 1 when it names none; at most 99."""
    for word in re.findall(r"[a-z]+|\d+", text.lower()):
        if word in NUMBERS:
            return NUMBERS[word]
        if word.isdecimal() and int(word) > 0:
            return min(int(word), 99)
    return 1
