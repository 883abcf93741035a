"""Where in a picture a thing is that has a name, or a side, or is a person."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import binary_dilation, center_of_mass, label

from engine.editing.exact.operations import CannotApply
from engine.editing.exact.people import find_people
from engine.editing.knowledge import LOOK_SIDE, Knowledge, Looks
from engine.editing.pictures import thumbnail
from engine.editing.thing_wishes import OF_SOMEBODY, Thing

Likely = NDArray[np.float32]

SOMEBODY = frozenset(
    ("person", "man", "woman", "boy", "girl", "guy", "lady", "kid", "child", "him", "her", "me")
)
SEVERAL = frozenset(
    (
        "people",
        "persons",
        "men",
        "women",
        "boys",
        "girls",
        "guys",
        "kids",
        "children",
        "everyone",
        "them",
        "us",
    )
)
SEEN = 0.4
"""Likelihood from which a pixel is the thing's."""
LEAST = 0.002
"""Share of the picture that the thing must have."""
CLEAR = 0.2
"""A patch this much smaller than the largest is a crumb, no thing of its own."""
NOBODY = "I can't find a person in this picture."
WHICH = "I see more than one person. Tell me which: the one on the left, or on the right?"


@dataclass(frozen=True, slots=True)
class Sight:
    """`looks` tells where the thing is; None: it is a person, or several."""

    thing: Thing
    looks: Looks | None = field(repr=False, compare=False)

    def likely(self, picture: Image.Image) -> Likely:
        """How likely (h, w) each pixel of an RGB picture, made smaller, is the thing's; 0 beside it.

        Raises `CannotApply` where no such thing is seen.
        """
        small = thumbnail(picture, LOOK_SIDE)
        people = _people(picture, small.size)
        found = people if self.looks is None else self.looks(small)
        seen = found > SEEN
        # Where nothing else is, the network takes people for whatever is asked for.
        worn = OF_SOMEBODY & set(self.thing.noun.split())
        mistaken = self.looks is not None and not worn and (people * seen).sum() > 0.5 * seen.sum()
        if seen.mean() < LEAST or mistaken:
            raise CannotApply(self._not_there)
        return self._meant(found)

    @property
    def _not_there(self) -> str:
        return NOBODY if self.looks is None else f"I can't tell where {self.thing} is in this picture."

    def _meant(self, likely: Likely) -> Likely:
        """Only the patch on the side that was named, if there are several."""
        patches, count = label(likely > SEEN)
        sizes = np.bincount(patches.ravel(), minlength=count + 1)[1:]
        clear = [at + 1 for at, size in enumerate(sizes) if size > CLEAR * sizes.max()]
        if len(clear) < 2:
            return likely
        if self.thing.side is None:
            if self.looks is None and self.thing.noun not in SEVERAL:
                raise CannotApply(WHICH)
            return likely
        columns = {patch: center_of_mass(patches == patch)[1] for patch in clear}
        chosen = (min if self.thing.side == "left" else max)(columns, key=columns.__getitem__)
        return np.where(binary_dilation(patches == chosen, iterations=2), likely, 0).astype(np.float32)


def _people(picture: Image.Image, size: tuple[int, int]) -> Likely:
    mask = find_people(picture)
    if mask is None:
        return np.zeros(size[::-1], np.float32)
    return np.asarray(mask.resize(size), np.float32) / 255


def sight(thing: Thing, knowledge: Knowledge) -> Sight | None:
    """How to find what a wish speaks of; None where it isn't known by name, or nothing can look for it."""
    if thing.noun in SOMEBODY | SEVERAL:
        return Sight(thing, None)
    name = knowledge.thing(thing.noun)
    if name is None:
        return None
    named = Thing(name, thing.side)
    looks = knowledge.looks(named.wish)
    return None if looks is None else Sight(named, looks)
