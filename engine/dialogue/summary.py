"""What was done, said back to the person who asked for it: an instruction in the past tense."""

from __future__ import annotations

import re

from engine.dialogue.grammar.library import word_lists

_VERBS = word_lists("verbs")
PAST = dict(pair.split(" ") for pair in _VERBS["past"])
_SECOND_VERBS = frozenset(PAST) - frozenset(_VERBS["ambiguous"])
_OBJECTS = frozenset(("it", "them", "this", "that", "the", "my", "our", "his", "her", "me", "us"))
"""What stands after a verb: "and crop it", but "black and white", "salt and light"."""
_RAINING = re.compile(r"(?<=^made it )(rain|snow|hail|pour)ing\b(?! rain)")
_YOURS = {
    "my": "your",
    "me": "you",
    "i": "you",
    "mine": "yours",
    "our": "your",
    "us": "you",
    "myself": "yourself",
}


def yours(text: str) -> str:
    """The person's "my" in the bot's mouth."""
    return re.sub(r"\bmy\b", "your", text)


def _is_verb(word: str, following: list[str]) -> bool:
    return word in _SECOND_VERBS or (word in PAST and not _OBJECTS.isdisjoint(following))


def said_back(instruction: str) -> str:
    """ "make my hat red and add snow" becomes "i made your hat red and added snow."."""
    words = instruction.split(" ")
    quoted = False
    said: list[str] = []
    for at, word in enumerate(words):
        verb = at == 0 or (words[at - 1] == "and" and _is_verb(word, words[at + 1 : at + 2]))
        written = quoted or word.startswith('"')  # words to be written into the picture stay as they are
        quoted ^= word.count('"') % 2 == 1
        if written:
            said.append(word)
        else:
            said.append(PAST[word] if verb and word in PAST else _YOURS.get(word, word))
    if words[0] in PAST and len(words) > 1:
        return f"i {_RAINING.sub(lambda rains: rains[1], ' '.join(said))}."
    return f"here it is, {' '.join(said)}."
