"""What a person wants a sticker of, in their words: "two big red balloons and a dog"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.editing.knowledge import COLOURS
from engine.editing.stickers import Sticker, sticker, stickers
from engine.nouns import NUMBERS, article, number, plural

SOME, MANY = 3, 7
_COUNTS = {
    "a": 1, "an": 1, "the": 1, "a couple of": 2, "a pair of": 2, "a few": SOME, "several": 4, "a bunch of": 5,
    "many": MANY, "lots of": MANY, "a lot of": MANY, "ten": 10, "seven": 7, "eight": 8, "nine": 9,
    **{number: count for count, number in enumerate(NUMBERS) if count},
    **{str(count): count for count in range(1, 10)},
}  # fmt: skip
_UNCOUNTED = ("some", "more", "some more", "a bit of", "a little bit of")
_NUMBERS = "|".join(sorted((*_COUNTS, *_UNCOUNTED), key=len, reverse=True))
_COUNTED = re.compile(rf"(?:(?P<count>{_NUMBERS}) (?:more )?)?(?P<what>.+)")
_NEXT = re.compile(rf" (?:and|plus) (?=(?:an?|some|the|\d|{'|'.join(NUMBERS[1:])}) )")
_FACTORS = dict.fromkeys(("big", "large", "huge", "giant", "gigantic", "enormous", "massive"), 1.6)
_FACTORS |= dict.fromkeys(("small", "little", "tiny", "mini", "miniature", "wee"), 0.6)
_LOOKS = frozenset(
    ("nice", "cute", "funny", "beautiful", "pretty", "lovely", "cool", "silly", "new", "shiny")
)
_SHADES = frozenset(("light", "dark"))
_LIGHT = frozenset(("sun", "lightning", "fire", "sparkle", "sparkles", "flame"))
"""Without an article these are light, no things."""
_ENDS_IN_S = frozenset(("bus", "octopus", "cactus", "lotus", "compass"))
_MASS = frozenset(
    """
    bread money lightning tea coffee milk honey beer wine champagne popcorn cheese chocolate bacon sushi
    spaghetti pasta corn garlic broccoli whisky confetti treasure luggage candy santa dracula saturn poo poop
    """.split()  # noqa: SIM905 - a list of thirty strings would be no easier to read
)
_AN = frozenset(("hourglass", "suv"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """`noun` as it was said; `factor` times as large as usual; `given`: how many, None if it wasn't said."""

    sticker: Sticker
    noun: str
    given: int | None = None
    colour: str | None = None
    factor: float = 1.0

    @property
    def count(self) -> int:
        if self.given is not None:
            return self.given
        return 1 if self.noun in stickers() else SOME

    def called(self, many: bool = False) -> str:
        """ "two red balloons"; `many`: without their number, as there are more."""
        colour = f"{self.colour} " if self.colour is not None else ""
        singular = self.noun in stickers()
        in_plural = _looks_plural(self.noun) or self.noun in _MASS
        if many or self.count > 1:
            how_many = "" if many else f"{number(self.count)} "
            return f"{how_many}{colour}{plural(self.noun) if singular and not in_plural else self.noun}"
        said = f"{colour}{self.noun}"
        if in_plural:
            return said
        return f"an {said}" if said in _AN else article(said)


def _looks_plural(noun: str) -> bool:
    return noun.endswith("s") and not noun.endswith("ss") and noun.split()[-1] not in _ENDS_IN_S


def wanted(what: str) -> Sequence[Wanted] | None:
    """All that is named; None if there is no sticker of some of it."""
    each = [_one(part) for part in _NEXT.split(what)]
    found = [one for one in each if one is not None]
    return found if len(found) == len(each) else None


def _one(what: str) -> Wanted | None:
    read = _COUNTED.fullmatch(what)
    if read is None:
        return None
    words, colour, factor = read["what"].split(), None, 1.0
    while words:
        noun = " ".join(words)
        if (drawn := sticker(noun)) is not None:
            return _checked(Wanted(drawn, noun, _COUNTS.get(read["count"]), colour, factor), read["count"])
        first = words.pop(0)
        if first in _SHADES and words and words[0] in COLOURS:
            colour = f"{first} {words.pop(0)}"
        elif first in COLOURS:
            colour = first
        elif first in _FACTORS:
            factor = _FACTORS[first]
        elif first not in _LOOKS:
            return None
    return None


def _checked(one: Wanted, count: str | None) -> Wanted | None:
    """None of what is known, as "the cat" is in the picture, but the sky's things, and of light."""
    if count == "the" and one.sticker.where != "in the sky":
        return None
    if one.noun in _LIGHT and (one.given is None or one.factor < 1):
        return None
    if count == "a pair of" and _looks_plural(one.noun) and one.noun in stickers():
        return replace(one, given=1)
    return one
