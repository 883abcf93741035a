"""Wishes to be somewhere else, "put the cat on a beach", said as the starter learned them: backgrounds."""

from __future__ import annotations

import re

from engine.editing.data.phrases import SCENES
from engine.editing.exact.filter_wishes import said_plainly
from engine.editing.knowledge import Knowledge
from engine.editing.sight import SEVERAL, SOMEBODY

_NOT_THERE = frozenset(
    (
        "a wall",
        "something plain",
        "water",
        "trees",
        "stars",
        "a sunset",
        "the sunset",
        "a red sky",
        "a sunset sky",
    )
)
"""A cat in water stays before the same background, and at sunset it is another light."""
_PLACES = sorted({said for scene in SCENES.values() for said in scene} - _NOT_THERE, key=len, reverse=True)
_ELSEWHERE = re.compile(
    r"(put|place|set|move|teleport|transport|take|bring|photoshop|send|drop|transfer) "
    r"(?P<what>it|this|(?:(?:the|this|that|my|our|his|her|their) )?[a-z ]+?) "
    rf"((on|onto|in|into|at|to|on to|in to|in front of|before|by|inside) (?P<place>{'|'.join(_PLACES)})"
    r"|(?P<under>underwater))"
)
_ARTICLE = re.compile(r"^(the|this|that|my|our|his|her|their) ")


def elsewhere(wish: str, knowledge: Knowledge) -> str | None:
    """The wish for that background; None where another thing is wished for, or of something unknown."""
    found = _ELSEWHERE.fullmatch(said_plainly(wish))
    if found is None:
        return None
    what = _ARTICLE.sub("", found["what"], 1)
    known = what in {"it", "this"} | SOMEBODY | SEVERAL or knowledge.thing(what) is not None
    return f"change the background to {found['place'] or found['under']}" if known else None
