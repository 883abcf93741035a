"""Where in the picture something vague was wanted: "put something on the roof" says already where."""

from __future__ import annotations

import re

_NO_THING = r"(?:please|pls|plz|maybe|or|for|is|are|was|and|but|so|that|would|too|somewhere|this|of|way)\b"
_WORD = rf"(?!{_NO_THING})[a-z][a-z'-]+"
_ON = (
    r"(?:on top of|next to|in front of|to the (?:left|right) of|on|onto|in|into|inside|beside|behind|above"
    r"|over|under|below|near|around|by|between|across|along)"
)
_THE = r"(?:the|my|his|her|its|our|their|your|this|that|these|those)"
_SIDES = r"(?:top|bottom|left|right|side|edge|front|back|corner)"
_PLACE = re.compile(
    rf"\b(?P<where>{_ON} {_THE} (?:{_WORD} ){{0,2}}{_WORD}|at the (?:{_WORD} )?{_SIDES})"
    rf"(?=$|[.,!?;]| {_NO_THING})"
)
_WHOLE = re.compile(
    r"\b(?:picture|photo|foto|photograph|image|pic|shot|screenshot|frame|post|set|mood|end|middle|moment|meantime)s?$"
)
PLACED = {
    "what should i add?": "what should i add {place}?",
    "what should the text say?": "what should the text {place} say?",
}
"""What is asked where a wish names the place of what it does not name."""


def place_in(wish: str) -> str | None:
    """The last place that a wish names, "on the roof"; None where it names the whole picture or none."""
    found = [match["where"] for match in _PLACE.finditer(wish.lower())]
    return next((where for where in reversed(found) if not _WHOLE.search(where)), None)


def with_place(question: str, wish: str) -> str:
    """The question with the place that the wish names, if it is of the kind that asks what is to be there."""
    place = place_in(wish) if question in PLACED else None
    return PLACED[question].format(place=place) if place else question
