"""A thing is taken away, resized, moved, repeated or edited alone, exactly, where it is known where it is.

What was behind it is made up from the rest of the picture (`completion.py`). For small weights, which paint
neither well.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageChops
from scipy.ndimage import binary_dilation, label

from engine.editing.completion import completed
from engine.editing.exact.grammar_parts import IN_PLACE
from engine.editing.exact.operations import CannotApply, Operation, on_colours
from engine.editing.exact.parts import Box, OwnColours, edited, lay_over
from engine.editing.exact.people import to_the_pixel
from engine.editing.exact.router import plan
from engine.editing.knowledge import Knowledge
from engine.editing.pictures import rgb
from engine.editing.sight import SEEN, SEVERAL, SOMEBODY, Likely, Sight, alone, sight
from engine.editing.thing_wishes import (
    WHOLE,
    Side,
    Thing,
    isolated,
    moved,
    repeated,
    resized,
    taken_away,
    which,
)

MOST = 0.5
"""Share of the picture that may be made up."""
RIM = 1 / 50
"""Of the longer side: the thing's edge and its shadow there go with it."""
GAP = 0.1
"""Of a thing's width, between it and another one."""
TRANSPARENT = "I can't do that in a picture with transparent parts yet."
_PEOPLE = SOMEBODY | SEVERAL
SPEAKER = frozenset(("me", "us"))
"""Whom the bot would have to call otherwise."""
_NOT_ONLY = re.compile(r"\b(everything|all|but|except|apart|besides|not|rest|around|behind|other|others)\b")
"""Says that more is meant than the thing, or something else."""
_THE = r"(?:the|this|that|my|our|his|her|their|your) (?=([a-z]+(?: [a-z]+){0,3}))"
_CALLED = re.compile(rf"\b{_THE}")
_REST = re.compile(
    r"\b(?:(?:everything|anything|all|(?:what|whatever)(?: i|')s)(?: that(?: i|')s)? "
    r"(?:behind|around|but|except(?: for)?|apart from|besides|other than)"
    rf"|(?:the )?background (?:behind|of|around)) {_THE}"
)
_SPARED = re.compile(rf",? (?:but(?: not| for)?|except(?: for)?|apart from|not) {_THE}")
_KEPT = re.compile(rf"(?:^|,? )(?:(?:but|and|while) )?(?:keep|leave|keeping|leaving) (?:only |just )?{_THE}")
"""What comes in front of the thing, where an edit is for all but that."""
_AS_IT_IS = re.compile(
    r" (?:in (?:full )?colou?r|colou?red|colou?rful|as (?:it|he|she) (?:is|was)|alone|untouched|unchanged)\b"
    r",?(?: and\b)?"
)
_THE_REST = re.compile(r"\b(?:the rest|(?:every|all)(?:thing)? else)\b")
_ALL = re.compile(r"\b(?:it all|all of it|everything|all|the rest)\b")
_SIDES: dict[str, Side] = {"left": "left", "right": "right", "back": "back", "background": "back"}
_ON_SIDE = re.compile(rf" (?:on|to|at|in) the ({'|'.join(reversed(_SIDES))})(?: side)?\b")


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
        if self.moves_pixels:
            refuse_transparency(image)
        return on_colours(image, lambda each: self.done(rgb(each)))

    @property
    def moves_pixels(self) -> bool:
        return True

    @abstractmethod
    def done(self, picture: Image.Image) -> Image.Image:
        """The same of an RGB picture."""


@dataclass(frozen=True, slots=True)
class TakeAway(OnThing):
    @property
    def phrase(self) -> str:
        return f"removed {self.thing}"

    def done(self, picture: Image.Image) -> Image.Image:
        return without(self.thing, picture, self.sight.likely(picture))


@dataclass(frozen=True, slots=True)
class Resize(OnThing):
    """`factor` times as long, where it stands."""

    factor: float

    @property
    def phrase(self) -> str:
        return f"made {self.thing} {'bigger' if self.factor > 1 else 'smaller'}"

    def done(self, picture: Image.Image) -> Image.Image:
        likely = self.sight.likely(picture)
        behind = without(self.thing, picture, likely)
        cut, box = cut_out(picture, likely)
        width, height = (max(1, round(side * self.factor)) for side in cut.size)
        left = anchored(box[0], box[2], width, picture.width, 0.5)
        top = anchored(box[1], box[3], height, picture.height, 1.0)
        # No more of it than will be seen, as three times 24 megapixels are too many.
        seen = max(left, 0), max(top, 0), min(left + width, picture.width), min(top + height, picture.height)
        part = tuple((edge - (left, top)[at % 2]) / self.factor for at, edge in enumerate(seen))
        size = seen[2] - seen[0], seen[3] - seen[1]
        part = tuple(min(edge, cut.size[at % 2]) for at, edge in enumerate(part))
        return laid(behind, cut.resize(size, Image.Resampling.LANCZOS, part), *seen[:2])


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
        if not (inside(left, cut.width, picture.width) and inside(top, cut.height, picture.height)):
            raise CannotApply(f"That would push {self.thing} out of the picture.")
        return laid(without(self.thing, picture, likely), cut, left, top)


@dataclass(frozen=True, slots=True)
class Repeat(OnThing):
    """One more, beside the largest: on the side that was named, else where there is more room."""

    side: Literal["left", "right"] | None

    @property
    def phrase(self) -> str:
        return f"added another {self.thing.noun}"

    def done(self, picture: Image.Image) -> Image.Image:
        cut, box = cut_out(picture, largest(self.sight.likely(picture)))
        right = picture.width - box[2] > box[0] if self.side is None else self.side == "right"
        left = box[0] + round(cut.width * (1 + GAP)) * (1 if right else -1)
        if not inside(left, cut.width, picture.width):
            raise CannotApply(f"There is no room for another {self.thing.noun}.")
        return laid(picture.copy(), cut, left, box[1])


@dataclass(frozen=True, slots=True)
class CutOut(OnThing):
    """Nothing but the thing; the rest is transparent."""

    @property
    def phrase(self) -> str:
        return f"removed everything but {self.thing}"

    @property
    def told_by_wish(self) -> bool:
        return self.thing.noun in SPEAKER

    def apply(self, image: Image.Image) -> Image.Image:
        refuse_transparency(image)
        return self.done(rgb(image))

    def done(self, picture: Image.Image) -> Image.Image:
        """RGBA."""
        cut, box = cut_out(picture, self.sight.likely(picture))
        nothing = Image.new("RGBA", picture.size)
        nothing.paste(cut, box[:2])
        return nothing


@dataclass(frozen=True, slots=True)
class Only(OnThing):
    """An edit that leaves every pixel in its place, of the thing alone."""

    operation: Operation

    @property
    def what(self) -> str:
        return str(self.thing)

    @property
    def phrase(self) -> str:
        phrase = f" {self.operation.phrase} "
        if " it " in phrase:
            return phrase.replace(" it ", f" {self.what} ", 1).strip()
        return f"{phrase.strip()} of {self.what}"

    @property
    def told_by_wish(self) -> bool:
        return False

    @property
    def moves_pixels(self) -> bool:
        return False

    def done(self, picture: Image.Image) -> Image.Image:
        mask = to_the_pixel(self.sight.likely(picture), picture)
        return lay_over(picture.copy(), edited(self.operation, picture, mask), mask)


def refuse_transparency(image: Image.Image) -> None:
    """Raises `CannotApply` where a pixel would take its transparency elsewhere, or lose it."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] < 255:
        raise CannotApply(TRANSPARENT)


def without(thing: Thing, picture: Image.Image, likely: Likely) -> Image.Image:
    """The picture with other pixels where the thing is. Raises `CannotApply` where it is too much of it."""
    radius = max(2, round(RIM * max(likely.shape)))
    down, across = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    hole = binary_dilation(likely > SEEN, down**2 + across**2 <= radius**2)
    if hole.mean() > MOST:
        raise CannotApply(f"{thing} fills too much of the picture for that.".capitalize())
    large = np.asarray(Image.fromarray(hole).resize(picture.size, Image.Resampling.NEAREST))
    try:
        return Image.fromarray(completed(np.asarray(picture), large))
    except ValueError:
        raise CannotApply("This picture is too small for that.") from None


@dataclass(frozen=True, slots=True)
class AllBut(Only):
    """An edit that leaves every pixel in its place, of all but the thing."""

    @property
    def what(self) -> str:
        return f"all but {self.thing}"

    def done(self, picture: Image.Image) -> Image.Image:
        mask = to_the_pixel(self.sight.likely(picture), picture)
        rest = edited(self.operation, picture, ImageChops.invert(mask))
        return lay_over(rest.convert("RGB"), picture, mask)


def cut_out(picture: Image.Image, likely: Likely) -> tuple[Image.Image, Box]:
    """The thing alone, in its own colours (RGBA), and where in the picture it was."""
    mask = to_the_pixel(likely, picture)
    box = mask.getbbox()
    if box is None:
        raise CannotApply("I can't make out its edges.")
    cut = OwnColours(picture, mask).of(box)
    cut.putalpha(mask.crop(box))
    return cut, box


def largest(likely: Likely) -> Likely:
    """Without all patches but that one."""
    patches, count = label(likely > SEEN)
    sizes = np.bincount(patches.ravel(), minlength=count + 1)
    sizes[0] = 0
    return alone(likely, patches == sizes.argmax())


def inside(first: int, length: int, whole: int) -> bool:
    """Whether at least half of a thing is still to be seen."""
    return -length <= 2 * first <= 2 * whole - length


def anchored(first: int, last: int, length: int, whole: int, share: float) -> int:
    """Where a thing from `first` to `last` begins when it is `length` long: what touches one edge of the
    picture goes on doing so, else the point at `share` of it stays."""
    if (first <= 0) != (last >= whole):
        return 0 if first <= 0 else whole - length
    return round(first + share * (last - first - length))


def laid(picture: Image.Image, cut: Image.Image, left: int, top: int) -> Image.Image:
    picture.paste(cut, (left, top), cut)
    return picture


def on_things(wish: str, knowledge: Knowledge) -> Sequence[Operation]:
    """What a wish asks to be done with things, if each is known by name and can be found; else nothing."""
    if (one := isolated(wish)) is not None and (found := sight(one, knowledge)):
        return [CutOut(found)]
    if (gone := taken_away(wish)) is not None:
        seen = [sight(each, knowledge) for each in gone]
        return [TakeAway(each) for each in seen if each is not None] if all(seen) else []
    if (sized := resized(wish)) is not None and (found := sight(sized[0], knowledge)):
        return [Resize(found, sized[1])]
    if (shifted := moved(wish)) is not None and (found := sight(shifted[0], knowledge)):
        return [Move(found, *shifted[1:])]
    if (more := repeated(wish)) is not None and more.side not in ("back", "others"):
        found = sight(Thing(more.noun), knowledge, many=True)
        return [] if found is None else [Repeat(found, more.side)]
    return _only(wish, knowledge)


def _only(wish: str, knowledge: Knowledge) -> Sequence[Operation]:
    """What a photo tool would do to the picture, if the wish said "it" instead of one thing's name, or
    nothing of what it spares."""
    text = wish.lower()
    forms = ((_KEPT, "", AllBut), (_REST, "it", AllBut), (_SPARED, "", AllBut), (_CALLED, "it", Only))
    for form, said, kind in forms:
        for found in form.finditer(text):
            words = found[1].split()
            nouns = (" ".join(words[:count]) for count in range(len(words), 0, -1))
            noun = next((each for each in nouns if each in _PEOPLE or knowledge.thing(each)), None)
            if noun is None:
                continue
            before, after = text[: found.start()], text[found.end() + len(noun) :]
            side = _ON_SIDE.match(after)
            after = after[side.end() :] if side else after
            if form is _KEPT:
                kept = _AS_IT_IS.match(after)
                if kept is None:
                    continue
                before, after = (_THE_REST.sub("it", each) for each in (before, after[kept.end() :]))
            if kind is AllBut:
                before = _ALL.sub("it", before)
            if _NOT_ONLY.search(before + after) or (kind is Only and WHOLE.search(before + after)):
                return []
            thing = which(noun, None if side is None else _SIDES[side[1]])
            seen, done = sight(thing, knowledge), plan(f"{before}{said}{after}")
            if (
                seen is None
                or done is None
                or not all(isinstance(each, IN_PLACE) for each in done.operations)
            ):
                return []
            return [kind(seen, each) for each in done.operations]
    return []
