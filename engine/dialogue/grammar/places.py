"""Where in the picture something vague was wanted: "put something on the roof" says already where."""

from __future__ import annotations

import re

_NO_THING = r"(?:please|pls|plz|maybe|or|for|is|are|was|and|but|so|that|would|too|somewhere|this)\b"
_WORD = rf"(?!{_NO_THING})[a-z][a-z'-]+"
_PLACE = re.compile(
    r"\b(?P<where>(?:on top of|next to|in front of|to the (?:left|right) of|on|onto|in|into|inside|beside"
    r"|behind|above|over|under|below|near|around) "
    rf"(?:the|my|his|her|our|their|your) (?:{_WORD} ){{0,2}}{_WORD})"
    rf"(?=$|[.,!?;]| {_NO_THING})"
)
_WHOLE = re.compile(
    r"\b(?:picture|photo|foto|photograph|image|pic|shot|screenshot|frame|post|set|mood|end|middle|moment|meantime)s?$"
)


def place_in(wish: str) -> str | None:
    """The last place that a wish names, "on the roof"; None where it names the whole picture or none."""
    found = [match["where"] for match in _PLACE.finditer(wish.lower())]
    return next((where for where in reversed(found) if not _WHOLE.search(where)), None)
