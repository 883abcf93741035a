"""A thing is taken away, resized, moved, repeated or edited alone, exactly, where it is known where it is.

What was behind it is made up from the rest of the picture (`completion.py`). For small weights, which paint
neither well.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy.ndimage import binary_dilation

from engine.editing.completion import completed
from engine.editing.exact.grammar_parts import IN_PLACE
from engine.editing.exact.operations import CannotApply, Operation, on_colours
from engine.editing.exact.parts import Box, OnPart, OwnColours, lay_over
from engine.editing.exact.people import to_the_pixel
from engine.editing.exact.router import plan
from engine.editing.knowledge import Knowledge
from engine.editing.pictures import rgb
from engine.editing.sight import SEEN, Likely, Sight, sight
from engine.editing.thing_wishes import Thing, moved, repeated, resized, taken_away

MOST = 0.5
"""Share of the picture that may be made up, and of a thing that may be outside of it."""
RIM = 1 / 50
"""Of the longer side: the thing's edge and its shadow there go with it."""
GAP = 0.1
"""Of a thing's width, between it and another one."""
_CALLED = re.compile(r"\b(?:the|this|that|my|our|his|her|their|your) (?=([a-z]+(?: [a-z]+){0,3}))")


@dataclass(frozen=True, slots=True)
class OnThing(Operation):
    """An edit of what `sight` finds."""

    sight: Sight

    @property
    def thing(self) -> Thing:
        return self.sight.thing

    @property
    def told_by_wish(self) -> bool:
        return True

    def apply(self, image: Image.Image) -> Image.Image:
        """Raises `CannotApply` where no such thing is seen, or too much of the picture is it."""
        return on_colours(image, lambda each: self.done(rgb(each)))

    @abstractmethod
    def done(self, picture: Image.Image) -> Image.Image:
        """The same of an RGB picture."""

    def without(self, picture: Image.Image, likely: Likely) -> Image.Image:
        """The picture with other pixels where the thing is."""
        radius = max(2, round(RIM * max(likely.shape)))
        down, across = np.ogrid[-radius : radius + 1, -radius : radius + 1]
        hole = binary_dilation(likely > SEEN, down**2 + across**2 <= radius**2)
        if hole.mean() > MOST:
            raise CannotApply(f"{self.thing} fills too much of the picture for that.".capitalize())
        large = np.asarray(Image.fromarray(hole).resize(picture.size, Image.Resampling.NEAREST))
        try:
            return Image.fromarray(completed(np.asarray(picture), large))
        except ValueError:
            raise CannotApply("This picture is too small for that.") from None


@dataclass(frozen=True, slots=True)
class TakeAway(OnThing):
    @property
    def phrase(self) -> str:
        return f"removed {self.thing}"

    def done(self, picture: Image.Image) -> Image.Image:
        return self.without(picture, self.sight.likely(picture))


@dataclass(frozen=True, slots=True)
class Resize(OnThing):
    """`factor` times as long, where it stands."""

    factor: float

    @property
    def phrase(self) -> str:
        return f"made {self.thing} {'bigger' if self.factor > 1 else 'smaller'}"

    def done(self, picture: Image.Image) -> Image.Image:
        likely = self.sight.likely(picture)
        cut, box = cut_out(picture, likely)
        width, height = (max(1, round(side * self.factor)) for side in cut.size)
        left = anchored(box[0], box[2], width, picture.width, 0.5)
        top = anchored(box[1], box[3], height, picture.height, 1.0)
        cut = cut.resize((width, height), Image.Resampling.LANCZOS)
        return laid(self.without(picture, likely), cut, left, top)


@dataclass(frozen=True, slots=True)
class Move(OnThing):
    """So far to the right and down, in shares of the picture's shorter side."""

    across: float
    down: float

    @property
    def phrase(self) -> str:
        return f"moved {self.thing}"

    def done(self, picture: Image.Image) -> Image.Image:
        likely = self.sight.likely(picture)
        cut, box = cut_out(picture, likely)
        side = min(picture.size)
        left, top = round(box[0] + self.across * side), round(box[1] + self.down * side)
        return laid(self.without(picture, likely), cut, left, top)


@dataclass(frozen=True, slots=True)
class Repeat(OnThing):
    """One more, beside it."""

    @property
    def phrase(self) -> str:
        return f"added another {self.thing.noun}"

    def done(self, picture: Image.Image) -> Image.Image:
        cut, box = cut_out(picture, self.sight.likely(picture))
        right = picture.width - box[2] > box[0]  # where there is more room
        step = round((box[2] - box[0]) * (1 + GAP)) * (1 if right else -1)
        if not -MOST * cut.width < box[0] + step < picture.width - (1 - MOST) * cut.width:
            raise CannotApply(f"There is no room for another {self.thing.noun}.")
        return laid(picture.copy(), cut, box[0] + step, box[1])


@dataclass(frozen=True, slots=True)
class Only(OnThing):
    """An edit that leaves every pixel in its place, of the thing alone."""

    operation: Operation

    @property
    def phrase(self) -> str:
        phrase = f" {self.operation.phrase} "
        if " it " in phrase:
            return phrase.replace(" it ", f" {self.thing} ", 1).strip()
        return f"{phrase.strip()} of {self.thing}"

    @property
    def told_by_wish(self) -> bool:
        return False

    def done(self, picture: Image.Image) -> Image.Image:
        mask = to_the_pixel(self.sight.likely(picture), picture)
        return lay_over(picture.copy(), OnPart("person", self.operation).edited(picture, mask), mask)


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
        seen = [sight(each, knowledge) for each in gone]
        return [TakeAway(each) for each in seen if each is not None] if all(seen) else []
    if (sized := resized(wish)) is not None and (found := sight(sized[0], knowledge)):
        return [Resize(found, sized[1])]
    if (shifted := moved(wish)) is not None and (found := sight(shifted[0], knowledge)):
        return [Move(found, *shifted[1:])]
    if (more := repeated(wish)) is not None and (found := sight(more, knowledge)):
        return [Repeat(found)]
    return _only(wish, knowledge)


def _only(wish: str, knowledge: Knowledge) -> Sequence[Operation]:
    """What a photo tool would do to the picture, if the wish said "it" instead of one thing's name."""
    text = wish.lower()
    for called in _CALLED.finditer(text):
        words = called[1].split()
        for count in range(len(words), 0, -1):
            noun = " ".join(words[:count])
            if knowledge.thing(noun) is None:
                continue
            found = plan(f"{text[: called.start()]}it{text[called.end() + len(noun) :]}")
            seen = sight(Thing(noun), knowledge)
            if (
                seen is None
                or found is None
                or not all(isinstance(each, IN_PLACE) for each in found.operations)
            ):
                return []
            return [Only(seen, each) for each in found.operations]
    return []
