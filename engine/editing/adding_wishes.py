"""Wishes for something new in a picture, or for another thing in one's place: "add two cats on the left".

Only whole sentences of these forms are read; what it is that is to be there, `stickers/wanted.py` must know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from engine.editing.exact.filter_wishes import said_plainly
from engine.editing.thing_wishes import THING, Thing, read_thing

Spot = Literal["left", "right", "middle", "top", "bottom", "sky", "background", "everywhere"]
"""Where in the picture; two of them are a corner."""
Relation = Literal[
    "beside", "left of", "right of", "on", "above", "under", "behind", "before",
    "worn", "head", "face", "eyes", "nose", "shoulder",
]  # fmt: skip
"""To something, or somebody: from the head on, the part of a face, or what is below it.

What somebody is given that can't be worn is beside them."""

_PICTURE = r"(it|(the|this|my|our) (photo|picture|image|pic|shot|scene|frame))"
_OF = rf"( (of|in|on) {_PICTURE})?"
_SPOTS: dict[str, tuple[Spot, ...]] = {
    rf"(on|to|at|in) the (far )?left( hand)?( side)?{_OF}": ("left",),
    rf"((on|to|at|in) the (far )?right( hand)?( side)?|to the side){_OF}": ("right",),
    rf"(in|at|to) the (very )?(middle|centre|center){_OF}": ("middle",),
    rf"(in|into|to|at) the (top|upper) left( hand)?( corner)?{_OF}": ("top", "left"),
    rf"(in|into|to|at) the (top|upper) right( hand)?( corner)?{_OF}": ("top", "right"),
    rf"(in|into|to|at) the (bottom|lower) left( hand)?( corner)?{_OF}": ("bottom", "left"),
    rf"(in|into|to|at) (the (bottom|lower) right( hand)?( corner)?|(the|a) corner){_OF}": ("bottom", "right"),
    rf"(at|on|to) (the )?top{_OF}": ("top",),
    rf"(at|on|to) the bottom{_OF}|in the foreground{_OF}": ("bottom",),
    r"on the (ground|grass|floor|road|street|lawn|field|sand|snow)": ("bottom",),
    r"((up|high) )?(in|into|to|on|across) the (blue |night )?sky|above|overhead|in the air": ("sky",),
    rf"(in|into|to) the (background|distance|back){_OF}": ("background",),
    rf"(all over|all around|everywhere)( in)?( {_PICTURE})?": ("everywhere",),
    rf"(to|in|into|on|onto) {_PICTURE}|somewhere|there|here": (),
}
_RELATIONS: dict[str, Relation] = {
    r"next to|beside|by|near|close to|at the side of|alongside": "beside",
    r"(to|on) the left( side)? of|left of": "left of",
    r"(to|on) the right( side)? of|right of": "right of",
    r"on top of|on|onto|upon|to": "on",
    r"over|above": "above",
    r"under|below|beneath|underneath": "under",
    r"behind|in back of": "behind",
    r"in front of|before": "before",
}
_PARTS: dict[str, Relation] = {
    r"heads?|hair": "head",
    r"faces?": "face",
    r"eyes": "eyes",
    r"noses?": "nose",
    r"(left |right )?shoulders?": "shoulder",
}
_PRONOUN = r"(?P<pronoun>him|her|me|them|us|everyone|everybody)"
_WEARER = THING.replace("?P<", "?P<wearer_")
_FACE = (
    r"(?P<whose>his|her|my|their|our|the|((the|my|our|his|her|their) )?[a-z]+'s) ("
    + "|".join(f"(?P<part_{at}>{form})" for at, form in enumerate(_PARTS))
    + ")"
)
_PLACE = (
    "("
    + "|".join(f"(?P<spot_{at}>{form})" for at, form in enumerate(_SPOTS))
    + f"|(on|onto|over|to|in) {_FACE}|("
    + "|".join(f"(?P<relation_{at}>{form})" for at, form in enumerate(_RELATIONS))
    + f") (an? )?(?P<there>{THING.replace('?P<', '?P<there_')})"
    + ")"
)
_COUNTED = r"(?P<new>(an?|one|two|three|four|five|six|some|\d) [a-z0-9][a-z0-9' ]*?)"
_WHAT = r"(?P<new>[a-z0-9][a-z0-9' ]*?)"
_ADD = (
    r"((add|put|stick|paste|photoshop|drop|throw)( in)?|place|insert|include|draw|hang"
    r"|let there be|there should be|there must be|could there be|i need)"
)
_ADDED = tuple(
    re.compile(rf"(to |also |and |let's |lets )*{pattern}( too| as well)?")
    for pattern in (
        rf"{_ADD} {_PLACE} {_COUNTED}",
        rf"{_ADD} {_WHAT}( {_PLACE})?",
        *(
            rf"give {who} {what}( to (wear|hold|have))?"
            for what in (_COUNTED, _WHAT)
            for who in (_PRONOUN, _WEARER)
        ),
        *(rf"(make|let|have) {who} (wear|wearing) {_WHAT}" for who in (_PRONOUN, _WEARER)),
        rf"(cover|hide|block|censor)( up)? {_FACE} with {_WHAT}",
        rf"fill (the (?P<sky>sky)|(?P<whole>{_PICTURE})) with {_WHAT}",
    )
)
_EXCHANGED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(replace|swap|exchange|switch|substitute) (an? )?{THING} (with|for|by) {_WHAT}",
        rf"(turn|change|transform|convert|make|swap|switch) {THING} (into|to|in to) {_COUNTED}",
        rf"make {THING} (be )?(?=an? ){_COUNTED}",
        rf"(put|add) {_COUNTED} (instead of|in place of) {THING}",
    )
)
_AND = re.compile(
    r"^((?:please |can you )?(?:add|put|place) (?:(?!\band\b).)+),? and (?=(?:an?|two|three|some) )",
    re.IGNORECASE,
)
_EVERYONE = frozenset(("us", "everybody", "their", "our", "the"))
_ARTICLE = re.compile(r"^(the|my|our|this|that|his|her|their) (?=.)")


@dataclass(frozen=True, slots=True)
class Place:
    """`spots` of the picture, or where something else is, or somebody."""

    spots: tuple[Spot, ...] = ()
    relation: Relation | None = None
    thing: Thing | None = None


def added(instruction: str) -> tuple[str, Place] | None:
    """What is wished for, in the person's words, and where."""
    text = said_plainly(instruction)
    for form in _ADDED:
        if (found := form.fullmatch(text)) and (place := _place(found)) is not None:
            return found["new"], place
    return None


def in_full(instruction: str) -> str:
    """With its verb said again: "add two cows on the left and a cat" -> "... and add a cat"."""
    return _AND.sub(r"\1 and add ", instruction)


def exchanged(instruction: str) -> tuple[Thing, str] | None:
    """The thing that is to go, and what shall stand in its place, in the person's words."""
    text = said_plainly(instruction)
    for form in _EXCHANGED:
        if (found := form.fullmatch(text)) and (thing := read_thing(found)):
            return thing, found["new"]
    return None


def _place(found: re.Match[str]) -> Place | None:
    """None where it is by something that is no mere name: "next to the man who waves"."""
    said = {name: text for name, text in found.groupdict().items() if text is not None}
    if "sky" in said or "whole" in said:
        return Place(("sky", "everywhere") if "sky" in said else ("everywhere",))
    if "wearer_noun" in said:
        thing = read_thing(found, "wearer_")
        return None if thing is None else Place((), "worn", thing)
    if (who := said.get("pronoun") or said.get("whose")) is not None:
        noun = _ARTICLE.sub("", {"his": "him", "my": "me"}.get(who, who).removesuffix("'s"))
        parts = (part for at, part in enumerate(_PARTS.values()) if f"part_{at}" in said)
        return Place((), next(parts, "worn"), Thing("everyone" if noun in _EVERYONE else noun))
    for at, spots in enumerate(_SPOTS.values()):
        if f"spot_{at}" in said:
            return Place(spots)
    for at, relation in enumerate(_RELATIONS.values()):
        if f"relation_{at}" in said:
            thing = read_thing(found, "there_")
            return None if thing is None else Place((), relation, thing)
    return Place()
