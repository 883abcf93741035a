"""Which thing is to go, to grow, to move, or to be there twice: "remove the cup on the left".

Only whole sentences of these forms are read; what the thing is, the caller must know ("remove the doubt").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from engine.editing.exact.filter_wishes import said_plainly
from engine.editing.knowledge import COLOURS

Side = Literal["left", "right", "back", "others"]
"""Or, of several, those that are farther off, or all but the one that the picture is of."""

WHOLE = re.compile(
    r"\b(it|everything|photo|photograph|picture|image|pic|shot|scene|style|look|season|weather"
    r"|(?:time of )?(?:the )?day|light|lighting|colou?rs)\b",
    re.IGNORECASE,
)
"""Words for the picture as a whole, or all that is in it."""

_IN = r"( (from|in|of|on) (it|(the|this|my|our) (photo|picture|image|pic|shot|scene|photograph)))?"
_BACK = (
    r"(in|from|at) the (far )?(?P<back>back|background|distance)|(?P<behind>behind (me|us|him|her|them|it))"
)
_SIDE = rf"( ((on|to|at|from) the (far )?(?P<side>left|right)( hand)?( side)?( edge)?|{_BACK}){_IN})?"
_WHICH = r"((all|both|every|all of) )?((the|that|this|these|those|my|our|his|her|their|your) )?"
THING = rf"{_WHICH}((?P<before>left|right)( hand)? )?(?P<noun>[a-z][a-z' ]*?){_SIDE}{_IN}"
_OUT = r"(remove|delete|erase|get rid of|take out|take away|edit out|photoshop out|lose|eliminate|wipe out)"
_GONE = r"(disappear|vanish|go away|invisible|gone)"
_TAKEN = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_OUT} {THING}",
        rf"(take|edit|photoshop) {THING} (away|out){_IN}",
        rf"(make|have|let) {THING} {_GONE}",
        rf"{THING} (should|must|has to|have to|needs to|need to) (be gone|go|disappear|go away|vanish)",
        rf"without {THING}",
        rf"no (more )?(?!(the|that|this|my|our|his|her|their|your|it|him|me|us|them)\b){THING}",
    )
)
_BUT = r"(but|except|except for|apart from|besides|other than)"
_BEHIND = rf"({_IN}| (in|from) the (back|background)| behind (me|us|him|her|them))*"
_OTHERS = re.compile(
    rf"{_OUT} (all )?((the|these|those|any) )?((other|random) (people|persons|guys|men|women)|others"
    rf"|rest of the people|(everyone|everybody) else|(everyone|everybody|people) {_BUT} (me|us|him|her|them))"
    rf"{_BEHIND}"
)
_PASSERS_BY = re.compile(
    rf"{_OUT} (all )?((the|these|those|any) )?(random )?"
    rf"(tourists|strangers|photo ?bombers|bystanders|passers ?by|onlookers|crowd){_BEHIND}"
)
_PEOPLE: tuple[tuple[re.Pattern[str], Side], ...] = ((_OTHERS, "others"), (_PASSERS_BY, "back"))
_FROM = re.compile(r" from (the|its|his|her|their) (background|rest|surroundings)$")
_ISOLATED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(isolate|separate|extract) {THING}",
        rf"(only keep|keep only|just keep|keep just) {THING}",
        rf"{_OUT} (everything|anything|all) ({_BUT}|around) {THING}",
    )
)
_NAMED = re.compile(THING)
_SEVERAL = re.compile(rf"{_OUT} (?P<things>.+ and .+)")
_FACTORS = {
    r"(twice|two times|2x|double) (as (big|large)|the size|bigger|larger)": 2.0,
    r"(three times|thrice|3x) (as (big|large)|the size|bigger|larger)": 3.0,
    r"(much|a lot|far|way) (bigger|larger)|huge|giant|gigantic|enormous": 1.7,
    r"(a (little|bit|tad)|a little bit|slightly) (bigger|larger)": 1.2,
    r"bigger|larger|big": 1.4,
    r"half (as (big|large)|the size|its size)|(two times|2x) smaller": 0.5,
    r"(much|a lot|far|way) smaller|tiny": 0.5,
    r"(a (little|bit|tad)|a little bit|slightly) smaller": 0.85,
    r"smaller|small": 0.7,
}
_SIZES = "|".join(f"(?P<size_{at}>{form})" for at, form in enumerate(_FACTORS))
_RESIZED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(make|have) {THING} ({_SIZES})",
        rf"{THING} (should|must|has to|needs to) be ({_SIZES})",
    )
)
_GROWN = re.compile(
    rf"(?P<more>enlarge|scale up|blow up|grow|magnify)?(?P<less>shrink|scale down|reduce)? {THING}"
)
_AGAIN = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(add|put|place|insert|there should be) (another|one more|a second|an extra) {THING}",
        rf"(duplicate|clone|copy|double) {THING}",
    )
)
_COLOUR = rf"(an? )?((dark|deep|light|pale|bright|very) )*({'|'.join(sorted(COLOURS))})( colou?r)?"
_PAINT = r"(make|turn|paint|dye|colou?r|recolou?r|spray|tint|change|set|switch)"
_COLOURED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_PAINT} {THING}( colou?r)?( (to|into|in|be))? {_COLOUR}",
        rf"{_PAINT} the colou?r of {THING}( (to|into|in|be))? {_COLOUR}",
        rf"{THING} (should|must|has to|needs to) be {_COLOUR}",
        rf"give {THING} {_COLOUR}",
    )
)
_SHIFTS: dict[str, tuple[int, int]] = {
    r"(to the )?left": (-1, 0),
    r"(to the )?right": (1, 0),
    r"up|upwards?|higher": (0, -1),
    r"down|downwards?|lower": (0, 1),
}
_WHERE = "|".join(f"(?P<way_{at}>{form})" for at, form in enumerate(_SHIFTS))
_MOVED = re.compile(
    rf"(move|shift|nudge|slide|push) {THING} ((?P<bit>a (little|bit|tad)|a little bit|slightly)|"
    rf"(?P<far>far|a lot|much|further|more))?( )?({_WHERE})"
)
_STEP = 0.18
"""Of the picture's shorter side: how far a thing is moved of which nobody said how far."""
_CAMERA = frozenset(
    ("camera", "frame", "border", "horizon", "picture", "photo", "image", "subject", "background")
)
"""Of the picture itself, mostly: "move the camera up"."""
_MORE = re.compile(r"\b(and|or|but|except|behind|with|without|who|that|which|from|in|on|of|at|near|next)\b")

_WHERE_SAID = {
    "left": " on the left",
    "right": " on the right",
    "back": " in the background",
}
_PRONOUNS = frozenset(("him", "her", "me", "us", "them", "everyone", "everybody"))
OF_SOMEBODY = frozenset(
    """
    hair beard moustache mustache eyebrows eyes eye nose mouth teeth ear ears face head hand hands arm arms
    leg legs foot feet skin finger fingers glasses sunglasses hat cap beanie helmet headscarf headband turban
    hijab wig patch mask shirt blouse sweater jumper pullover hoodie jacket coat vest waistcoat cardigan suit
    blazer tie scarf gloves glove dress skirt jeans trousers pants shorts stockings leggings socks sock shoes
    shoe boots boot necklace earring earrings ring bracelet watch belt uniform robe kimono cape apron top tank
    tee
    """.split()  # noqa: SIM905 - a list of eighty strings would be no easier to read
)
"""Behind these is more of somebody, which can't be made up from the rest of the picture."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What a person calls it, without an article, and on which side it is where that was said."""

    noun: str
    side: Side | None = None

    @property
    def wish(self) -> str:
        """How `SubjectNet` is asked for it."""
        return f"remove the {self.noun}"

    def __str__(self) -> str:
        if self.side == "others":
            return f"the other {self.noun}"
        where = "" if self.side is None else _WHERE_SAID[self.side]
        return f"{self.noun}{where}" if self.noun in _PRONOUNS else f"the {self.noun}{where}"


def taken_away(instruction: str) -> list[Thing] | None:
    """The things that are to be gone, if nothing else is asked for."""
    text = said_plainly(instruction)
    for form, side in _PEOPLE:
        if form.fullmatch(text):
            return [Thing("people", side)]
    things = _listed(text)
    if things is None:
        one = _read(_TAKEN, text)
        things = None if one is None else [one]
    return None if things is None or any(map(_behind_is_somebody, things)) else things


def _behind_is_somebody(thing: Thing) -> bool:
    return not OF_SOMEBODY.isdisjoint(thing.noun.split())


def _listed(text: str) -> list[Thing] | None:
    """Of "remove the cup, the plate and the fork"; `said_plainly` has left no commas."""
    found = _SEVERAL.fullmatch(text)
    if found is None:
        return None
    things = [read_thing(_NAMED.fullmatch(each)) for each in re.split(r" and ", found["things"])]
    return None if None in things else [thing for thing in things if thing is not None]


def resized(instruction: str) -> tuple[Thing, float] | None:
    """The thing that is to be larger or smaller, and how many times as long it shall be."""
    thing, factor = _sized(said_plainly(instruction))
    return None if thing is None or (factor < 1 and _behind_is_somebody(thing)) else (thing, factor)


def _sized(text: str) -> tuple[Thing | None, float]:
    for form in _RESIZED:
        if (found := form.fullmatch(text)) and (thing := read_thing(found)):
            factors = enumerate(_FACTORS.values())
            return thing, next(factor for at, factor in factors if found[f"size_{at}"])
    found = _GROWN.fullmatch(text)
    if found is None or not (found["more"] or found["less"]):
        return None, 1.0
    return read_thing(found), 1.4 if found["more"] else 0.7


def isolated(instruction: str) -> Thing | None:
    """The thing that is to be left alone, with nothing behind it."""
    return _read(_ISOLATED, _FROM.sub("", said_plainly(instruction)))


def coloured(instruction: str) -> Thing | None:
    """The thing that is to have another colour."""
    return _read(_COLOURED, said_plainly(instruction))


def repeated(instruction: str) -> Thing | None:
    """The thing of which there is to be one more."""
    return _read(_AGAIN, said_plainly(instruction))


def moved(instruction: str) -> tuple[Thing, float, float] | None:
    """The thing, and how far it is to go to the right and down, in shares of the shorter side."""
    found = _MOVED.fullmatch(said_plainly(instruction))
    thing = read_thing(found)
    if found is None or thing is None or _behind_is_somebody(thing):
        return None
    across, down = next(way for at, way in enumerate(_SHIFTS.values()) if found[f"way_{at}"])
    far = _STEP * (0.4 if found["bit"] else 2 if found["far"] else 1)
    return thing, across * far, down * far


def _read(forms: Iterable[re.Pattern[str]], text: str) -> Thing | None:
    """The thing of the first form that the text has."""
    return next((thing for form in forms if (thing := read_thing(form.fullmatch(text)))), None)


def read_thing(found: re.Match[str] | None, prefix: str = "") -> Thing | None:
    """What `THING` matched, with that prefix to its groups' names; None where that is no mere name."""
    if found is None:
        return None
    said, side = found[f"{prefix}noun"], found[f"{prefix}before"] or found[f"{prefix}side"]
    noun = said.removesuffix("'s")
    if _MORE.search(noun) or noun in _CAMERA:
        return None
    if found[f"{prefix}back"] or found[f"{prefix}behind"]:
        return Thing(noun, "back")
    return which(noun, "left" if side == "left" else "right" if side == "right" else None)


def which(noun: str, side: Side | None) -> Thing:
    """The thing there; "other dog" without a side is any but the one that the picture is of."""
    if side is None and noun.startswith("other "):
        return Thing(noun.removeprefix("other "), "others")
    return Thing(noun, side)
