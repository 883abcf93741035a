"""A thing in another colour, exactly, where it is known which part of the picture a wish speaks of.

The colour takes the place of the thing's own, whose light, shade and shine stay. For small weights, which
paint a thing in parts, or beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from engine.editing import merge
from engine.editing.data.effects import dyed, tint
from engine.editing.data.scenes import COLOURS as PAINTS
from engine.editing.exact.operations import CannotApply, Operation, on_colours
from engine.editing.knowledge import COLOURS, LOOK_SIDE, Knowledge
from engine.editing.pictures import rgb, thumbnail
from engine.editing.region import edged, scope
from engine.editing.sight import Sight, finds, means_many
from engine.editing.thing_wishes import Thing, coloured

SMALLEST = 0.002
"""Share of the picture that a thing must have."""
SAME = {"gray": "grey", "violet": "purple"}
SHADES = {"dark": (0, 0.45), "deep": (0, 0.25), "light": (1, 0.45), "pale": (1, 0.55)}
"""Towards black or white, and by which share."""
NOTHING_THERE = "I can't tell what in this picture should change its colour."

_COLOUR = re.compile(rf"\b(?:({'|'.join(SHADES)})[ -]?)?({'|'.join(COLOURS)})\b")
_SEVERAL = re.compile(rf"\b({'|'.join(COLOURS)}) (and|or|with|,) ({'|'.join([*SHADES, *COLOURS])})\b")
_NOT = re.compile(r"\b(?:not|instead of|rather than)\b")
RGB = tuple[float, float, float]
Finds = Callable[[Image.Image], NDArray[np.float32]]
"""An RGB picture -> how likely (h, w) each pixel of it, made `LOOK_SIDE` long, is the thing's."""


def colour_of(instruction: str) -> RGB | None:
    """The colour, of [0, 1], that a wish asks for: the last of two, "paint the red door green".

    None where it names none or several.
    """
    wanted = _NOT.split(instruction.lower())[0]
    found = _COLOUR.findall(wanted)
    if not 0 < len(found) < 3 or _SEVERAL.search(wanted):
        return None
    shade, name = found[-1]
    name = SAME.get(name, name)
    paint = PAINTS[name] if name in PAINTS else [level / 255 for level in ImageColor.getrgb(name)[:3]]
    end, share = SHADES.get(shade, (0, 0.0))
    red, green, blue = (level + share * (end - level) for level in paint)
    return red, green, blue


@dataclass(frozen=True, slots=True)
class Recolour(Operation):
    """`wish`: in the person's words. `finds` tells where the thing is, in a picture made smaller."""

    wish: str
    colour: RGB
    finds: Finds = field(repr=False, compare=False)

    @property
    def phrase(self) -> str:
        return f"painted “{self.wish}”"

    @property
    def told_by_wish(self) -> bool:
        return True

    def apply(self, image: Image.Image) -> Image.Image:
        """Raises `CannotApply` where no such thing is seen."""
        return on_colours(image, self._recoloured)

    def _recoloured(self, image: Image.Image) -> Image.Image:
        plain = rgb(image)
        small = thumbnail(plain, LOOK_SIDE)
        likely = self.finds(plain)
        if (likely > 0.5).mean() < SMALLEST:
            raise CannotApply(NOTHING_THERE)
        source = np.asarray(small, np.float32) / 255
        edited = dyed(source, tint(*self.colour), likely > 0.5)
        planes = merge.within(merge.coefficients(source, edited), edged(source, likely))
        return Image.fromarray(merge.apply(planes, np.asarray(plain)))


def recolouring(wish: str, knowledge: Knowledge) -> Recolour | None:
    """What a wish asks for, if that is one colour for what can be found; of things of a known name the one
    meant."""
    colour = colour_of(wish) if scope(wish) == "subject" else None
    thing = coloured(wish)
    name = None if thing is None else knowledge.thing(thing.noun)
    if colour is None or (name is None and not knowledge.covers(wish)):
        return None
    looks = knowledge.looks(wish) if name is None else finds(name, wish, knowledge)
    if looks is None:
        return None
    if thing is not None and name is not None:
        seen = Sight(Thing(name, thing.side), looks, means_many(thing.noun, name))
        return Recolour(wish, colour, seen.likely)
    return Recolour(wish, colour, lambda picture: looks(thumbnail(picture, LOOK_SIDE)))
