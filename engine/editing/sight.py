"""Where in a picture a thing is that has a name, or a side, or is a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import binary_dilation, center_of_mass, label

from engine.editing.exact.operations import CannotApply
from engine.editing.exact.people import FACES_SIDE, find_faces, find_people
from engine.editing.flat import by_area, is_flat
from engine.editing.knowledge import LOOK_SIDE, NAMED, PERSON, Knowledge, Looks, either, is_clear
from engine.editing.pictures import thumbnail
from engine.editing.thing_wishes import OF_SOMEBODY, Thing
from engine.nouns import plural

Likely = NDArray[np.float32]

SOMEBODY = frozenset(
    """
    person man woman boy girl guy lady kid child baby bloke chap dude gentleman him her me mum mom dad mother
    father brother sister son daughter wife husband boyfriend girlfriend friend grandma grandpa nan uncle aunt
    cousin ex bride groom
    """.split()  # noqa: SIM905 - a list of fifty strings would be no easier to read
)
SEVERAL = frozenset(
    """
    people persons men women boys girls guys kids children everyone everybody them us
    """.split()  # noqa: SIM905 - a list of a dozen strings would be no easier to read
)
SEEN = 0.4
"""Likelihood from which a pixel is the thing's."""
SURE = 0.7
"""Mean likelihood there from which it is the thing: on the validation pairs those below it overlap with the
true masks by a sixth, those above 0.9 by four fifths."""
LEAST = 0.002
"""Share of the picture that the thing must have."""
FARTHER, SMALL = 0.6, 0.02
"""Share of the largest patch under which one stands behind it; and of the picture, if all are far off."""
CLEAR = 0.2
"""A patch this much smaller than the largest is a crumb, no thing of its own."""
NOBODY = "I can't find a person in this picture."
WHICH = "I see more than one. Tell me which: the one on the left, or on the right?"


@dataclass(frozen=True, slots=True)
class Sight:
    """`looks` tells where the thing is; None: it is a person, or several.

    `many`: all that is found may be meant, "the cars". Of "the car" there is one: where the network sees two,
    one of them was something else each time on the validation and test pairs (3 of 109).
    """

    thing: Thing
    looks: Looks | None = field(repr=False, compare=False)
    many: bool = False
    faceless: Looks | None = field(default=None, repr=False, compare=False)
    """Sees people whose faces can't be seen, too."""

    def likely(self, picture: Image.Image) -> Likely:
        """How likely (h, w) each pixel of an RGB picture, made smaller, is the thing's; 0 beside it.

        Raises `CannotApply` where no such thing is seen.
        """
        small = thumbnail(picture, LOOK_SIDE)
        found = self._people(small) if self.looks is None else self.looks(small)
        sure = np.mean(found, where=found > SEEN) >= SURE if (found > SEEN).any() else False
        if self.looks is not None and is_flat(small):
            found = by_area(found, small, SEEN)
        if _largest(found > SEEN) < LEAST or not sure:
            raise CannotApply(self._not_there)
        patches, _ = label(found > SEEN)
        if self.looks is None and not (self.many and self.thing.side is None):
            patches = by_face(patches, find_faces(thumbnail(picture, FACES_SIDE)))
        return self._meant(found, patches)

    def _people(self, small: Image.Image) -> Likely:
        """Those whose faces vouch for them; others, too, where several are meant, one of several, or nobody
        else is there."""
        seen = people_in(small)
        if self.faceless is None or (seen.any() and not self.many and self.thing.side is None):
            return seen
        others = self.faceless(small)
        patches, count = label(others > SEEN)
        clear = [at + 1 for at in range(count) if is_clear(others[patches == at + 1], NAMED)]
        return np.maximum(seen, np.where(np.isin(patches, clear), others, 0))

    @property
    def _not_there(self) -> str:
        if self.looks is not None:
            return f"I can't tell where {self.thing} is in this picture."
        return NOBODY if self.thing.side is None else f"I can't see {self.thing} in this picture."

    def _meant(self, likely: Likely, patches: NDArray[np.integer]) -> Likely:
        """Of several patches, numbered from 1, those that were meant. Raises `CannotApply` where that can't
        be told."""
        shares = np.bincount(patches.ravel(), minlength=2)[1:] / patches.size
        seen = [at + 1 for at, share in enumerate(shares) if share >= LEAST]
        side = self.thing.side
        if side in ("back", "others"):
            seen = self._smaller(shares, seen)
        elif side is not None:
            centres = {at: center_of_mass(patches == at)[1] / likely.shape[1] for at in seen}
            half = [at for at, centre in centres.items() if (centre > 0.5) == (side == "right")]
            if not half and len(seen) < 2:
                raise CannotApply(self._not_there)
            one = (min if side == "left" else max)(centres, key=centres.__getitem__)
            seen = half if self.many and half else [one]
        if not seen:
            raise CannotApply(self._not_there)
        clear = [at for at in seen if shares[at - 1] > CLEAR * max(shares[each - 1] for each in seen)]
        if len(clear) > 1 and not self.many:
            raise CannotApply(WHICH)
        if self.many and side is None:
            return likely
        return alone(likely, np.isin(patches, seen if self.many else clear))

    def _smaller(self, shares: NDArray[np.float64], seen: list[int]) -> list[int]:
        """The patches that stand behind the largest. In the background that itself, too, where it is far off,
        or the only thing: somebody else stands before it then."""
        largest = float(shares.max())
        only_thing = len(seen) == 1 and self.looks is not None
        if self.thing.side == "back" and (largest < SMALL or only_thing):
            return seen
        return [at for at in seen if shares[at - 1] < FARTHER * largest]


def alone(likely: Likely, patch: NDArray[np.bool_]) -> Likely:
    """`likely` on one patch and its soft edge; 0 elsewhere."""
    return np.where(binary_dilation(patch, iterations=2), likely, 0).astype(np.float32)


def by_face(patches: NDArray[np.integer], faces: NDArray[np.float32]) -> NDArray[np.integer]:
    """Patches (h, w) of people, numbered from 1; where several faces (x, y, width, height in shares) are in
    one, each pixel with the face that is nearest in widths of it."""
    height, width = patches.shape
    down, across = np.mgrid[:height, :width]
    middles = [(x * width, y * height, max(w * width, 1)) for x, y, w, _ in faces.tolist()]
    inside = [
        int(patches[min(max(int(y), 0), height - 1), min(max(int(x), 0), width - 1)]) for x, y, _ in middles
    ]
    parted = patches.copy()
    for patch in set(inside) - {0}:
        own = [middle for middle, at in zip(middles, inside, strict=True) if at == patch]
        if len(own) > 1:
            nearest = np.argmin([np.hypot(across - x, (down - y) / 3) / w for x, y, w in own], 0)
            parted = np.where(patches == patch, parted.max() + 1 + nearest, parted)
    numbers = np.unique(parted[parted > 0])
    return np.where(parted > 0, np.searchsorted(numbers, parted) + 1, 0)


def _largest(seen: NDArray[np.bool_]) -> float:
    """Share of the picture that the largest patch has."""
    return float(np.bincount(label(seen)[0].ravel(), minlength=2)[1:].max() / seen.size)


def people_in(small: Image.Image) -> Likely:
    """How likely (H, W) each pixel is a person's; 0 where no face is seen."""
    mask = find_people(small)
    return np.zeros(small.size[::-1], np.float32) if mask is None else np.asarray(mask, np.float32) / 255


def sight(thing: Thing, knowledge: Knowledge, many: bool = False) -> Sight | None:
    """How to find what a wish speaks of; None where it isn't known by name, or nothing can look for it.

    `many`: whether all such things will do, also where one was spoken of.
    """
    if thing.noun in SOMEBODY | SEVERAL:
        return Sight(thing, None, many or thing.noun in SEVERAL, knowledge.kinds.get(PERSON))
    name = knowledge.thing(thing.noun)
    if name is None:
        return None
    named = Thing(name, thing.side)
    looks = finds(name, named.wish, knowledge)
    return None if looks is None else Sight(named, looks, many or means_many(thing.noun, name))


def finds(name: str, wish: str, knowledge: Knowledge) -> Looks | None:
    """What tells where a thing of a known name is: first by its kind, if that is one of those, then by the
    wish."""
    told = knowledge.looks(wish)
    if told is not None and OF_SOMEBODY.isdisjoint(name.split()):
        told = partial(not_people, told)
    return either(knowledge.kinds.get(name), told, NAMED)


def not_people(looks: Looks, picture: Image.Image) -> Likely:
    """What is found, or nothing if that is people: where nothing else is, the network that reads the wish
    takes them for whatever is asked for."""
    found = looks(picture)
    seen = found > SEEN
    mistaken = (people_in(picture) * seen).sum() > 0.5 * seen.sum()
    return np.zeros_like(found) if mistaken else found


def means_many(noun: str, name: str) -> bool:
    """Whether a noun is the plural of a thing's name: "old cars" of "car". What always is one is none."""
    return plural(name) != name and noun.endswith(plural(name))
