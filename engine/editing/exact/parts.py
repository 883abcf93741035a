"""Edits of the people in a picture alone, or of all that is behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageChops, ImageColor

from engine.editing.exact.detail import Blur, BlurPixels, gaussian
from engine.editing.exact.operations import CannotApply, Operation
from engine.editing.exact.people import find_people
from engine.editing.exact.phrases import colour_name
from engine.editing.exact.strips import assemble, picture

Part = Literal["person", "background"]
TRANSPARENT = "transparent"
EDGE = 1 / 128
"""Radius, as a share of the longer side, in which colours on both sides of the edge are looked for."""


class NobodyFound(CannotApply):
    """The picture shows nobody, so person and background can't be told apart exactly."""

    def __init__(self) -> None:
        super().__init__("I can't find a person in this picture, so I can't tell what is background.")


def mask_of(part: Part, image: Image.Image) -> Image.Image:
    """255 on the part; raises `NobodyFound`."""
    people = find_people(image)
    if people is None:
        raise NobodyFound
    return people if part == "person" else ImageChops.invert(people)


@dataclass(frozen=True, slots=True)
class OnPart(Operation):
    """An edit that leaves every pixel in its place, done to the people or to the background only."""

    part: Part
    operation: Operation

    @property
    def phrase(self) -> str:
        where = "the background" if self.part == "background" else "only the person"
        phrase = self.operation.phrase
        if " it" in f"{phrase} ":
            return f" {phrase} ".replace(" it ", f" {where} ", 1).strip()
        return f"{phrase} of {where}"

    def apply(self, image: Image.Image) -> Image.Image:
        mask = mask_of(self.part, image)
        done = self.edited(image, mask)
        if done.mode != image.mode:
            image = image.convert(done.mode)
        return laid_over(image, done, mask)

    def edited(self, image: Image.Image, mask: Image.Image) -> Image.Image:
        if isinstance(self.operation, Blur | BlurPixels):
            # Only the part's own colours are mixed, so that the other part leaves no halo.
            return gaussian(image, self.operation.pixels(image), mask)
        return self.operation.apply(image)


@dataclass(frozen=True, slots=True)
class Backdrop(Operation):
    """One colour, or nothing (`TRANSPARENT`, which makes it RGBA), behind the people."""

    colour: str

    @property
    def phrase(self) -> str:
        if self.colour == TRANSPARENT:
            return "removed the background"
        return f"made the background {colour_name(self.colour)}"

    def apply(self, image: Image.Image) -> Image.Image:
        mask = mask_of("person", image)
        done = without_fringe(image.convert("RGB"), mask)
        if image.mode == "RGBA":
            mask = ImageChops.multiply(mask, image.getchannel("A"))
        if self.colour == TRANSPARENT:
            done.putalpha(mask)
            return done
        return laid_over(Image.new("RGB", image.size, ImageColor.getrgb(self.colour)[:3]), done, mask)


def laid_over(below: Image.Image, above: Image.Image, mask: Image.Image) -> Image.Image:
    """`above` where the mask is 255, `below` where it is 0."""

    def strip(top: int, bottom: int) -> Image.Image:
        box = (0, top, below.width, bottom)
        return Image.composite(above.crop(box), below.crop(box), mask.crop(box))

    return assemble(below.mode, below.size, strip)


def without_fringe(image: Image.Image, mask: Image.Image) -> Image.Image:
    """The colours of the people alone, where the old background shows through at the edge.

    M. Forte, "Approximate fast foreground colour estimation" (ICIP 2021): mean colours of both sides nearby,
    and what the pixel differs from their mixture.
    """
    small, cut = image.copy(), mask.copy()
    for each in (small, cut):
        each.thumbnail((512, 512), Image.Resampling.BOX)
    sides = [nearby(small, cut), nearby(small, ImageChops.invert(cut))]
    fronts, backs = (np.asarray(each, np.float32).reshape(-1, 3) for each in sides)
    # Which of the small picture's pixels each row and column lies in.
    below = ((np.arange(image.height) + 0.5) * small.height / image.height).astype(int) * small.width
    across = ((np.arange(image.width) + 0.5) * small.width / image.width).astype(int)

    def strip(top: int, bottom: int) -> Image.Image:
        box = (0, top, image.width, bottom)
        piece, levels = image.crop(box), np.asarray(mask.crop(box))
        # 0 and 255 are left out: 0 - 1 wraps round.
        mixed = np.flatnonzero(levels - np.uint8(1) < 254)
        if not len(mixed):
            return piece
        rows, columns = np.divmod(mixed, image.width)
        places = below[top + rows] + across[columns]
        front, back = fronts.take(places, 0), backs.take(places, 0)
        samples = np.array(piece).reshape(-1, 3)
        share = levels.ravel()[mixed, None].astype(np.float32) / 255
        own = front + share * (samples.take(mixed, 0) - share * front - (1 - share) * back)
        samples[mixed] = np.rint(np.clip(own, 0, 255, out=own))
        return picture(samples.reshape(*levels.shape, 3), "RGB")

    return assemble("RGB", image.size, strip)


def nearby(image: Image.Image, mask: Image.Image) -> Image.Image:
    """The mean colour round each pixel of what the mask shows."""
    return gaussian(image, EDGE * max(image.size), mask)
