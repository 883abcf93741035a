"""Messages that hold more than one wish: "make it snow. oh, also give the dog a red scarf"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from engine.dialogue.context import WORD, normal
from engine.dialogue.grammar.closed import GLUE_WORDS, TALK_WORDS
from engine.dialogue.own_words import is_order

_SENTENCES = re.compile(r"(?<=\w)[.!?;:]+\s+|\s\+\s|,? (?:plus|also) ")
_JOINED = re.compile(r"(?:,|,? and(?: then)?|,? then) (?=(?P<following>.+))")
_LINKS = re.compile(
    r"^(?:(?:oh|ah|ok|and|also|plus|then|next|after that|while you're at it|second|finally)\b[,:]* *)+"
)
_LIKED = re.compile(
    r"(?:i|we)(?:'d| would)? (?:like|want|need)\b|(?:can|could|would|will|may) (?:you|we|i|the|my|his|her)\b"
)
_CORRECTS = re.compile(
    r"\"|\b(?:no|nope|nah|actually|instead|wait|or|don't|dont|never|what if|yesterday|rather)\b"
)
"""What is said then is no second wish beside the first, or is to be written."""
_REFERS_BACK = re.compile(r"\b(?:it|its|them|they|ones?)\b")
_COLOURS = frozenset(
    ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "grey")
)
_SIDES = frozenset(("left", "right", "top", "bottom", "middle", "front", "back"))


def parts_of(said: str, instruction: str) -> list[str]:
    """The parts of a message that may each be a wish, in the model's lower case; none where there is but one,
    the instruction has all that they say, or they can't be understood alone: "too bright, make it olive"."""
    if _CORRECTS.search(normal(said)):
        return []
    kept = set(WORD.findall(instruction)) | TALK_WORDS
    parts = [part for part in _parts(normal(said)) if set(WORD.findall(part)) - TALK_WORDS]
    lost = any(set(WORD.findall(part)) - kept for part in parts)
    return parts if lost and len(parts) > 1 and not any(map(_REFERS_BACK.search, parts[1:])) else []


def all_of(instruction: str, wishes: Sequence[str]) -> str:
    """One instruction of what the whole message was taken for and what its parts were, in their order.

    Parts that speak of the same, "it's too foggy. remove the fog", are one wish, and so is what the
    instruction says already.
    """
    if any(_same(one, other) for one, other in combinations(wishes, 2)):
        return instruction
    together = " and ".join(wishes)
    sides = _SIDES & set(WORD.findall(instruction))  # they are glue elsewhere
    if (
        len(wishes) > 1
        and _content(instruction) < _content(together)
        and sides <= set(WORD.findall(together))
    ):
        return together
    new = [wish for wish in wishes if not _same(wish, instruction)]
    return " and ".join((instruction, *new))


def _parts(said: str) -> Iterator[str]:
    for sentence in _SENTENCES.split(said):
        start = 0
        for joint in _JOINED.finditer(sentence):
            following = _LINKS.sub("", joint["following"])
            if is_order(following) or _LIKED.match(following):
                yield _LINKS.sub("", sentence[start : joint.start()])
                start = joint.end()
        yield _LINKS.sub("", sentence[start:])


def _content(instruction: str) -> set[str]:
    return set(WORD.findall(instruction)) - GLUE_WORDS


def _same(one: str, other: str) -> bool:
    return any(_alike(a, b) for a in _content(one) - _COLOURS for b in _content(other) - _COLOURS)


def _alike(one: str, other: str) -> bool:
    """Whether two words have the same stem, "fog" and "foggy"; but not "car" and "carpet"."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and len(long) - len(short) < len(short)
