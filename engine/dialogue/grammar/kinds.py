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
_GONE = re.compile(
    r"\b(?:remove|delete|erase|get rid of|take out|take away|lose|cut out|crop out) "
    rf"(?:one|an?|the|that|this) (?P<kind>[a-z-]+?){_END}"
)
_ADDED = re.compile(r"what should i add(?P<place> .*)?\?")
_SOMEBODY = re.compile(r"\b(?:some(?:body|one)|(?:a|one more|another) (?:person|celebrity))\b(?!['’])")
_SORT = re.compile(
    r"(?P<before>\b[a-z]+ )?\b(?:an?|one|some|any|more)(?: [a-z-]+)? (?P<kind>animal|pet|bird|fish|insect"
    r"|creature|monster|vehicle|car|plant|flower|tree|fruit|vegetable|food|snack|drink|dessert"
    r"|(?:musical )?instrument|toy|furniture|decorations?|ornament|prop|frame|border|logo|symbol|emoji"
    r"|sticker|sign|flag|tattoo|hat|hairstyle|(?:cartoon )?character|superhero|building|planet)"
    r"\b(?! (?:of|with|that|which)\b)"
)
"""Kinds of which there are many: who wants one of them, "an animal", has one in mind, or leaves it open."""
_ELSEWHERE = frozenset("on onto in into to of by near behind under above over with for like".split())  # noqa: SIM905
"""What stands between them and a wish for something else: "next to a tree"."""
_SOMETHING = re.compile(r"\b(?:some|any)things?\b")
_OPEN_TO = re.compile(
    r"what should i add( .*)?\?|what should the background become\?|which style would you like\?"
)
_OF_THING = re.compile(r"(?:how|what) should (?P<thing>.+) (?:look|become)\?")
_WIDE = re.compile(
    rf"{_OPEN_TO.pattern}|which (weather|mood) would you like\?|(how|what) should .+ (look|become)\?"
    r"|which part should stay when i crop it\?|what should the text( .+)? say\?"
    r"|should the light be brighter or darker\?|what (should i change about|would you like me to change:).+\?"
)
"""Questions that may be put closer; those for a colour, a size or a place ask what they should."""


def with_kind(question: str, wish: str) -> str:
    """The question, or a better one that names what the wish left open; all in the model's lower case."""
    said = wish.lower()
    if _REMOVED.fullmatch(question):
        return _which_to_remove(said) or question
    if (added := _ADDED.fullmatch(question)) and (what := _what_to_add(said)):
        return f"{what} should i add{added['place'] or ''}?"
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


def _which_to_remove(said: str) -> str | None:
    if several := _ONE_OF.search(said):
        return f"which of {several['all']} should i remove?"
    gone = _GONE.search(said)
    if gone is None or gone["kind"] in _NO_KIND - {"person", "man", "woman"}:
        return None
    return f"which {gone['kind']} should i remove?"


def _what_to_add(said: str) -> str | None:
    if _SOMETHING.search(said):
        return None
    sort = _SORT.search(said)
    if sort and (sort["before"] or "").strip() not in _ELSEWHERE:
        return f"which {sort['kind']}"
    return "who" if _SOMEBODY.search(said) else None
