"""A thing is taken away, resized or moved, exactly, where it is known where in the picture it is.

What was behind it is made up from the rest of the picture (`completion.py`). For small weights, which paint
neither well.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import binary_dilation, center_of_mass, label

from engine.editing.completion import completed
from engine.editing.exact.operations import CannotApply, Operation, on_colours
from engine.editing.exact.parts import Box, OwnColours
from engine.editing.exact.people import find_people, to_the_pixel
from engine.editing.knowledge import LOOK_SIDE, Knowledge, Looks
from engine.editing.pictures import rgb, thumbnail
from engine.editing.thing_wishes import Thing, moved, resized, taken_away

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
LEAST, MOST = 0.002, 0.4
"""Shares of the picture that the thing may have."""
RIM = 1 / 50
"""Of the longer side: the thing's edge and its shadow there go with it."""
CLEAR = 0.2
"""A patch this much smaller than the largest is a crumb, no thing of its own."""


@dataclass(frozen=True, slots=True)
class OnThing(Operation):
    """`wish`: in the person's words. `looks` tells where the thing is; None: people are, by themselves."""

    wish: str
    thing: Thing
    looks: Looks | None = field(repr=False, compare=False)

    @property
    def told_by_wish(self) -> bool:
        return True

    def apply(self, image: Image.Image) -> Image.Image:
        """Raises `CannotApply` where no such thing is seen, or too much of the picture is it."""
        return on_colours(image, lambda each: self.done(rgb(each)))

    @abstractmethod
    def done(self, picture: Image.Image) -> Image.Image:
        """The same of an RGB picture."""

    def seen(self, picture: Image.Image) -> Likely:
        """How likely (h, w) each pixel of the picture, made smaller, is the thing's; 0 beside it."""
        small = thumbnail(picture, LOOK_SIDE)
        people = find_people(picture)
        likely = np.zeros(small.size[::-1], np.float32)
        if people is not None:
            likely = np.asarray(people.resize(small.size), np.float32) / 255
        if self.looks is not None:
            found = self.looks(small)
            # It takes the people for whatever is asked for, if nothing else is there.
            if people is not None and likely[found > SEEN].mean() > 0.5:
                raise CannotApply(self._not_there)
            likely = found
        likely = self._meant(likely)
        share = float((likely > SEEN).mean())
        if share < LEAST:
            raise CannotApply(self._not_there)
        if share > MOST:
            raise CannotApply(f"{self.thing}".capitalize() + " fills too much of the picture for that.")
        return likely

    @property
    def _not_there(self) -> str:
        if self.looks is None:
            return "I can't find a person in this picture."
        return f"I can't tell where {self.thing} is in this picture."

    def _meant(self, likely: Likely) -> Likely:
        """Only the patch on the side that was named, if there are several."""
        patches, count = label(likely > SEEN)
        sizes = np.bincount(patches.ravel(), minlength=count + 1)[1:]
        clear = [at + 1 for at, size in enumerate(sizes) if size > CLEAR * sizes.max()]
        if len(clear) < 2:
            return likely
        if self.thing.side is None:
            if self.looks is None and self.thing.noun not in SEVERAL:
                raise CannotApply(
                    "I see more than one person. Tell me which: the one on the left, or on the right?"
                )
            return likely
        columns = {patch: center_of_mass(patches == patch)[1] for patch in clear}
        chosen = (min if self.thing.side == "left" else max)(columns, key=columns.__getitem__)
        return np.where(binary_dilation(patches == chosen, iterations=2), likely, 0).astype(np.float32)


class TakeAway(OnThing):
    @property
    def phrase(self) -> str:
        return f"removed {self.thing}"

    def done(self, picture: Image.Image) -> Image.Image:
        return without(picture, self.seen(picture))


@dataclass(frozen=True, slots=True)
class Resize(OnThing):
    """`factor` times as long, where it stands."""

    factor: float = 1.0

    @property
    def phrase(self) -> str:
        return f"made {self.thing} {'bigger' if self.factor > 1 else 'smaller'}"

    def done(self, picture: Image.Image) -> Image.Image:
        likely = self.seen(picture)
        cut, box = cut_out(picture, likely)
        width, height = (max(1, round(side * self.factor)) for side in cut.size)
        left = anchored(box[0], box[2], width, picture.width, 0.5)
        top = anchored(box[1], box[3], height, picture.height, 1.0)
        return laid(
            without(picture, likely), cut.resize((width, height), Image.Resampling.LANCZOS), left, top
        )


@dataclass(frozen=True, slots=True)
class Move(OnThing):
    """So far to the right and down, in shares of the picture's shorter side."""

    across: float = 0.0
    down: float = 0.0

    @property
    def phrase(self) -> str:
        return f"moved {self.thing}"

    def done(self, picture: Image.Image) -> Image.Image:
        likely = self.seen(picture)
        cut, box = cut_out(picture, likely)
        side = min(picture.size)
        left, top = round(box[0] + self.across * side), round(box[1] + self.down * side)
        return laid(without(picture, likely), cut, left, top)


def without(picture: Image.Image, likely: Likely) -> Image.Image:
    """The picture with other pixels where the thing is."""
    radius = max(2, round(RIM * max(likely.shape)))
    across, down = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    hole = binary_dilation(likely > SEEN, across**2 + down**2 <= radius**2)
    large = np.asarray(Image.fromarray(hole).resize(picture.size, Image.Resampling.NEAREST))
    try:
        return Image.fromarray(completed(np.asarray(picture), large))
    except ValueError:
        raise CannotApply("This picture is too small for that.") from None


def cut_out(picture: Image.Image, likely: Likely) -> tuple[Image.Image, Box]:
    """The thing alone, in its own colours (RGBA), and where in the picture it was."""
    mask = to_the_pixel(likely, picture)
    box = mask.getbbox()
    if box is None:
        raise CannotApply("I can't make out its edges.")
    cut = OwnColours(picture, mask).of(box)
    cut.putalpha(mask.crop(box))
    return cut, box


def anchored(first: int, last: int, length: int, whole: int, share: float) -> int:
    """Where a thing from `first` to `last` begins when it is `length` long: what touches the picture's edge
    goes on doing so, else the point at `share` of it stays."""
    if last >= whole:
        return whole - length
    return 0 if first <= 0 else round(first + share * (last - first - length))


def laid(picture: Image.Image, cut: Image.Image, left: int, top: int) -> Image.Image:
    picture.paste(cut, (left, top), cut)
    return picture


def on_things(wish: str, knowledge: Knowledge) -> Sequence[Operation]:
    """What a wish asks to be done with things, if each is known by name and can be found; else nothing."""
    if (gone := taken_away(wish)) is not None:
        found = [_found(each, knowledge) for each in gone]
        return [TakeAway(wish, *each) for each in found if each] if all(found) else []
    if (sized := resized(wish)) is not None and (found := _found(sized[0], knowledge)):
        return [Resize(wish, *found, sized[1])]
    if (shifted := moved(wish)) is not None and (found := _found(shifted[0], knowledge)):
        return [Move(wish, *found, *shifted[1:])]
    return []


def _found(thing: Thing, knowledge: Knowledge) -> tuple[Thing, Looks | None] | None:
    if thing.noun in SOMEBODY | SEVERAL:
        return thing, None
    name = knowledge.thing(thing.noun)
    if name is None:
        return None
    named = Thing(name, thing.side)
    looks = knowledge.looks(named.wish)
    return None if looks is None else (named, looks)
