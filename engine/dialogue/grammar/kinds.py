"""Of what the person wants another one: "give the pancakes a different topping" asks for a topping.

A question that doesn't name it ("What should the pancakes become?") is answered with anything. Backgrounds,
moods and light are asked for in words of their own.
"""

from __future__ import annotations

import re

_OWN = "".join(
    rf"(?<!\b{word} )" for word in ("the", "my", "our", "his", "her", "their", "your", "this", "like")
)
_ANOTHER = (
    rf"(?<!into )(?:another|an other|(?:a |some |any )?{_OWN}(?:different|other|new)|some (?:kind|sort) of)"
    r"(?! than\b)"
)
_OF = r"(?: (?:kind|sort|type|style) of(?: an?)?)?"
_END = (
    r"(?=$|[.,!?;:]| (?:please|pls|plz|thanks|thx|for|on|in|at|to|of|with|behind|under|above|over|instead|too"
    r"|would|could|can|will|should|might|may|maybe|then|now|up|there|here|if|and|or|but|because|cause|that"
    r"|like)\b)"
)
_KIND = re.compile(rf"\b{_ANOTHER}{_OF} (?P<kind>(?:[a-z-]+ )??[a-z-]+?){_END}")
_OPEN = re.compile(
    r"\b(?:an?|some|any)(?: [a-z-]+)? "
    r"(?P<kind>filter|effect|theme|font|pattern|texture|costume|outfit|accessory|facial expression)"
    r"\b(?! (?:of|with|like|that)\b)"
)
_NO_KIND = frozenset(
    """
    one ones thing things something way look looks stuff it this that them these those person people man
    woman time pic picture photo image version try idea edit change day colour color colours colors two
    than side angle half kind sort type shade tone size place places way ways pls please thx now then job too
    background backdrop else altogether entirely completely location scenery surroundings setting country city
    room landscape environment light lighting feeling mood vibe atmosphere feel frame
    """.split()  # noqa: SIM905 - a list of fifty strings would be no easier to read
)
_ONE_OF = re.compile(
    r"\bone of (?P<all>(?:the|these|those|my|our|his|her|their)(?: two| three| four)? "
    r"(?:[a-z-]+s|people|men|women|children))\b"
)
_REMOVED = re.compile(r"what should i remove\?")
_OPEN_TO = re.compile(
    r"what should i add( .*)?\?|what should the background become\?|which style would you like\?"
)
_OF_THING = re.compile(r"(?:how|what) should (?P<thing>.+) (?:look|become)\?")
_WIDE = re.compile(
    rf"{_OPEN_TO.pattern}|which (weather|mood) would you like\?|(how|what) should .+ (look|become)\?"
    r"|which part should stay\?|what should the text( .+)? say\?|should it be brighter or darker\?"
    r"|what should (i change about|be better).+\?"
)
"""Questions that may be put closer; those for a colour, a size or a place ask what they should."""


def with_kind(question: str, wish: str) -> str:
    """The question, or a better one that names what the wish left open; all in the model's lower case."""
    said = wish.lower()
    if _REMOVED.fullmatch(question) and (several := _ONE_OF.search(said)):
        return f"which of {several['all']} should i remove?"
    if not _WIDE.fullmatch(question):
        return question
    kinds = [each["kind"] for each in _KIND.finditer(said)]
    if _OPEN_TO.fullmatch(question):
        kinds += [each["kind"] for each in _OPEN.finditer(said)]
    kind = next((each for each in reversed(kinds) if each.split()[-1] not in _NO_KIND), None)
    if kind is None or kind.split()[-1].rstrip("s") in question:
        return question
    thing = _OF_THING.fullmatch(question)
    of = "" if thing is None or thing["thing"] == "the background" else f" for {thing['thing']}"
    return f"which {kind} would you like{of}?"
