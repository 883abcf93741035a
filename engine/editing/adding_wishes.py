"""Wishes for something new in a picture, or for another thing in one's place: "add two cats on the left".

Only whole sentences of these forms are read; whether there is a sticker of the noun, the caller must know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from engine.editing.exact.filter_wishes import said_plainly
from engine.editing.knowledge import COLOURS
from engine.editing.thing_wishes import THING, Thing, read_thing

Spot = Literal["left", "right", "middle", "top", "bottom", "sky", "background", "everywhere"]
"""Where in the picture; two of them are a corner."""
Relation = Literal[
    "beside", "left of", "right of", "on", "above", "under", "behind", "before", "on face", "worn"
]
"""What is "worn" by somebody is beside them, if it can't be worn."""

_PICTURE = r"(it|(the|this|my|our) (photo|picture|image|pic|shot|scene|frame))"
_OF = rf"( (of|in|on) {_PICTURE})?"
_SPOTS: dict[str, tuple[Spot, ...]] = {
    rf"(on|to|at|in) the (far )?left( hand)?( side)?{_OF}": ("left",),
    rf"(on|to|at|in) the (far )?right( hand)?( side)?{_OF}": ("right",),
    rf"(in|at|to) the (very )?(middle|centre|center){_OF}": ("middle",),
    rf"(in|into|to|at) the (top|upper) left( hand)?( corner)?{_OF}": ("top", "left"),
    rf"(in|into|to|at) the (top|upper) right( hand)?( corner)?{_OF}": ("top", "right"),
    rf"(in|into|to|at) the (bottom|lower) left( hand)?( corner)?{_OF}": ("bottom", "left"),
    rf"(in|into|to|at) the (bottom|lower) right( hand)?( corner)?{_OF}": ("bottom", "right"),
    rf"(at|on|to) the top{_OF}": ("top",),
    rf"(at|on|to) the bottom{_OF}|in the foreground{_OF}": ("bottom",),
    r"((up|high) )?(in|into|to|on|across) the (blue |night )?sky|above|overhead|in the air": ("sky",),
    rf"(in|into|to) the (background|distance|back){_OF}": ("background",),
    rf"(all over|all around|everywhere)( in)?( {_PICTURE})?": ("everywhere",),
    rf"(to|in|into|on|onto) {_PICTURE}|somewhere|there|here": (),
}
_RELATIONS: dict[str, Relation] = {
    r"next to|beside|by|near|close to|at the side of|alongside": "beside",
    r"(to|on) the left( side)? of|left of": "left of",
    r"(to|on) the right( side)? of|right of": "right of",
    r"on top of|on|onto|upon": "on",
    r"over|above": "above",
    r"under|below|beneath|underneath": "under",
    r"behind|in back of": "behind",
    r"in front of|before": "before",
}
_PRONOUN = r"(?P<pronoun>him|her|me|them|us|everyone|everybody)"
_WEARER = THING.replace("?P<", "?P<wearer_")
_FACE = (
    r"(on|onto|over|to|in) (?P<whose>his|her|my|their|our|the|((the|my|our|his|her|their) )?[a-z]+'s) "
    r"(heads?|faces?|eyes?|hair|nose)"
)
_PLACE = (
    "("
    + "|".join(f"(?P<spot_{at}>{form})" for at, form in enumerate(_SPOTS))
    + f"|{_FACE}|("
    + "|".join(f"(?P<relation_{at}>{form})" for at, form in enumerate(_RELATIONS))
    + f") (?P<there>{THING.replace('?P<', '?P<there_')})"
    + ")"
)
_COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "three": 3, "a few": 3,
    "four": 4, "several": 4, "five": 5, "a bunch of": 5, "six": 6, "many": 7, "lots of": 7, "a lot of": 7,
    "some": None, "more": None, "a pair of": None,
}  # fmt: skip
"""None: as many as the noun says."""
_LARGE = r"big|large|huge|giant|gigantic|enormous|massive|oversized"
_TINY = r"small|little|tiny|mini|miniature|wee"
_LOOKS = (
    rf"(((?P<large>{_LARGE})|(?P<tiny>{_TINY})|(?P<colour>(light |dark )?({'|'.join(sorted(COLOURS))}))"
    r"|nice|cute|funny|beautiful|pretty|lovely|cool|silly|new|real|flying|shiny) )*"
)
_COUNT = rf"(?P<count>{'|'.join(sorted(_COUNTS, key=len, reverse=True))})"
_COUNTED = rf"{_COUNT} {_LOOKS}(?P<new>[a-z][a-z' -]*?)"
_WHAT = rf"({_COUNT} )?{_LOOKS}(?P<new>[a-z][a-z' -]*?)"
_ADD = (
    r"((add|put|stick|paste|photoshop|drop|throw|pop)( in)?|place|insert|include|draw|hang|show|slap"
    r"|let there be|there should be|there must be|could there be|i need|have)"
)
_ADDED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_ADD} {_WHAT}( {_PLACE})?( too| as well)?",
        rf"{_ADD} {_PLACE} {_WHAT}",
        *(
            rf"give {who} {what}( to (wear|hold|have))?"
            for what in (_COUNTED, _WHAT)
            for who in (_PRONOUN, _WEARER)
        ),
        rf"(make|let|have) {_PRONOUN} (wear|wearing) {_WHAT}",
        rf"(make|let|have) {_WEARER} (wear|wearing) {_WHAT}",
        rf"fill (the (?P<filled>sky)|{_PICTURE}) with {_WHAT}",
    )
)
_EXCHANGED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(replace|swap|exchange|switch|substitute) {THING} (with|for|by|to|into) {_WHAT}",
        rf"(turn|change|transform|convert|make) {THING} (into|to|in to) {_WHAT}",
        rf"(make|have) {THING} (be )?(?=an? ){_WHAT}",
        rf"(put|have|add) (?=an? ){_WHAT} (instead of|in place of) {THING}",
    )
)
_EVERYONE = frozenset(("them", "us", "everyone", "everybody", "their", "our"))
_ARTICLE = re.compile(r"^(the|my|our|this|that|his|her) (?=.)")


@dataclass(frozen=True, slots=True)
class New:
    """What is to be there: so many, None for one or some by the noun, `factor` times as large as usual."""

    noun: str
    count: int | None = 1
    factor: float = 1.0
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """`spots` of the picture, or where something else is; `thing` None with "worn": on every face."""

    spots: tuple[Spot, ...] = ()
    relation: Relation | None = None
    thing: Thing | None = None


def added(instruction: str) -> tuple[New, Place] | None:
    """What is wished for, and where."""
    text = said_plainly(instruction)
    for form in _ADDED:
        if found := form.fullmatch(text):
            return _new(found), _place(found)
    return None


def exchanged(instruction: str) -> tuple[Thing, New] | None:
    """The thing that is to go, and what shall stand in its place."""
    text = said_plainly(instruction)
    for form in _EXCHANGED:
        if (found := form.fullmatch(text)) and (thing := read_thing(found)):
            return thing, _new(found)
    return None


def _new(found: re.Match[str]) -> New:
    factor = 1.6 if found["large"] else 0.6 if found["tiny"] else 1.0
    return New(found["new"], _COUNTS.get(found["count"] or "some"), factor, found["colour"])


def _place(found: re.Match[str]) -> Place:
    groups = {name: said for name, said in found.groupdict().items() if said is not None}
    if "filled" in groups:
        return Place(("sky", "everywhere"))
    if "wearer_noun" in groups:
        return Place((), "worn", read_thing(found, "wearer_"))
    if (who := groups.get("pronoun") or groups.get("whose")) is not None:
        noun = _ARTICLE.sub("", {"his": "him", "my": "me"}.get(who, who).removesuffix("'s"))
        everyone = noun in _EVERYONE or noun == "the"
        return Place((), "worn" if "pronoun" in groups else "on face", None if everyone else Thing(noun))
    for at, spots in enumerate(_SPOTS.values()):
        if f"spot_{at}" in groups:
            return Place(spots)
    for at, relation in enumerate(_RELATIONS.values()):
        if f"relation_{at}" in groups:
            return Place((), relation, read_thing(found, "there_"))
    return Place()
