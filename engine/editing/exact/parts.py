"""Edits of the people in a picture alone, or of all that is behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from PIL import Image, ImageChops, ImageColor

from engine.editing.exact.detail import Blur, BlurPixels, gaussian
from engine.editing.exact.operations import CannotApply, Operation
from engine.editing.exact.people import find_people
from engine.editing.exact.phrases import colour_name
from engine.editing.exact.strips import each_strip, picture

Part = Literal["person", "background"]
TRANSPARENT = "transparent"
EDGE = 1 / 128
"""Radius, as a share of the longer side, in which colours on both sides of the edge are looked for."""
SIDES = 512
"""The longer side, about, of the picture that they are looked for in."""


class NobodyFound(CannotApply):
    """The picture shows nobody, so person and background can't be told apart exactly."""

    def __init__(self) -> None:
        super().__init__("I can't find a person in this picture, so I can't tell what is background.")


Finds = Callable[[Image.Image], Image.Image]
"""A picture -> an L mask of its size, 255 on what stands before the background. Raises `CannotApply`."""


def mask_of_people(image: Image.Image, else_by: Finds | None = None) -> Image.Image:
    """255 on people; where nobody is found, what `else_by` finds. Raises `NobodyFound`."""
    people = find_people(image)
    if people is not None:
        return people
    if else_by is None:
        raise NobodyFound
    return else_by(image)


@dataclass(frozen=True, slots=True)
class OnPart(Operation):
    """An edit that leaves every pixel in its place, done to the people or to the background only.

    `else_by` finds what is in front where nobody is.
    """

    part: Part
    operation: Operation
    else_by: Finds | None = field(default=None, repr=False, compare=False)

    @property
    def phrase(self) -> str:
        where = "the background" if self.part == "background" else "only the person"
        phrase = self.operation.phrase
        if " it" in f"{phrase} ":
            return f" {phrase} ".replace(" it ", f" {where} ", 1).strip()
        return f"{phrase} of {where}"

    def apply(self, image: Image.Image) -> Image.Image:
        people = mask_of_people(image, self.else_by)
        done = edited(self.operation, image, people if self.part == "person" else ImageChops.invert(people))
        if done.mode != image.mode:
            image = image.convert(done.mode)
        if self.part == "background":
            return lay_over(done, image, people)
        return lay_over(image.copy(), done, people)


def edited(operation: Operation, image: Image.Image, mask: Image.Image) -> Image.Image:
    """The edit, of which only what the mask shows will be used."""
    if isinstance(operation, Blur | BlurPixels):
        # Only the part's own colours are mixed, so that the other part leaves no halo.
        return gaussian(image, operation.pixels(image), mask)
    return operation.apply(image)


@dataclass(frozen=True, slots=True)
class Backdrop(Operation):
    """One colour, or nothing (`TRANSPARENT`, which makes it RGBA), behind the people, or what `else_by` finds
    where there are none."""

    colour: str
    else_by: Finds | None = field(default=None, repr=False, compare=False)

    @property
    def phrase(self) -> str:
        if self.colour == TRANSPARENT:
            return "removed the background"
        return f"made the background {colour_name(self.colour)}"

    def apply(self, image: Image.Image) -> Image.Image:
        mask = mask_of_people(image, self.else_by)
        own = OwnColours(image.convert("RGB"), mask)
        if image.mode == "RGBA":
            mask = ImageChops.multiply(mask, image.getchannel("A"))
        if self.colour != TRANSPARENT:
            done = Image.new("RGB", image.size, ImageColor.getrgb(self.colour)[:3])
            each_box(mask, lambda box: done.paste(own.of(box), box, mask.crop(box)))
            return done
        done = image.convert("RGB")
        each_box(mask, lambda box: done.paste(own.of(box), box))
        done.putalpha(mask)
        return done


Box = tuple[int, int, int, int]
"""Left, top, right and bottom, the last two excluded."""


def each_box(mask: Image.Image, work: Callable[[Box], object]) -> None:
    """Call `work` with the part of each strip in which the mask is not 0."""

    def strip(top: int, bottom: int) -> None:
        found = mask.crop((0, top, mask.width, bottom)).getbbox()
        if found is not None:
            left, first, right, last = found
            work((left, top + first, right, top + last))

    each_strip(mask.height, strip)


def lay_over(below: Image.Image, above: Image.Image, mask: Image.Image) -> Image.Image:
    """`below` itself, with `above` where the mask is 255."""
    each_box(mask, lambda box: below.paste(above.crop(box), box, mask.crop(box)))
    return below


class OwnColours:
    """The colours of the people alone, where the old background shows through at the edge.

    M. Forte, "Approximate fast foreground colour estimation" (ICIP 2021): mean colours of both sides nearby,
    and what the pixel differs from their mixture.
    """

    def __init__(self, image: Image.Image, mask: Image.Image) -> None:
        """`image` is RGB; `mask` is 255 on people."""
        self._image, self._mask = image, mask
        small, cut = (each.reduce(max(1, max(each.size) // SIDES)) for each in (image, mask))
        sides = [nearby(small, cut), nearby(small, ImageChops.invert(cut))]
        self._front, self._back = (np.asarray(each, np.float32).reshape(-1, 3) for each in sides)
        # Which of the small picture's pixels each row and column lies in.
        down = (np.arange(image.height) + 0.5) * small.height / image.height
        across = (np.arange(image.width) + 0.5) * small.width / image.width
        self._below, self._across = down.astype(int) * small.width, across.astype(int)

    def of(self, box: Box) -> Image.Image:
        """That part of the picture; where nobody is, as it was."""
        piece, levels = self._image.crop(box), np.asarray(self._mask.crop(box))
        # 0 and 255 are left out: 0 - 1 wraps round.
        mixed = np.flatnonzero(levels - np.uint8(1) < 254)
        if not len(mixed):
            return piece
        rows, columns = np.divmod(mixed, piece.width)
        places = self._below[box[1] + rows] + self._across[box[0] + columns]
        front, back = self._front.take(places, 0), self._back.take(places, 0)
        samples = np.array(piece).reshape(-1, 3)
        share = levels.ravel()[mixed, None].astype(np.float32) / 255
        own = front + share * (samples.take(mixed, 0) - share * front - (1 - share) * back)
        samples[mixed] = np.rint(np.clip(own, 0, 255, out=own))
        return picture(samples.reshape(*levels.shape, 3), "RGB")


def nearby(image: Image.Image, mask: Image.Image) -> Image.Image:
    """The mean colour round each pixel of what the mask shows."""
    return gaussian(image, EDGE * max(image.size), mask)
