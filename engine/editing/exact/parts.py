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
from engine.editing.exact.strips import assemble

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
        return Image.composite(done, image, mask)

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
        plain = Image.new("RGB", image.size, ImageColor.getrgb(self.colour)[:3])
        plain.paste(done, mask=mask)
        return plain


def without_fringe(image: Image.Image, mask: Image.Image) -> Image.Image:
    """The colours of the people alone, where the old background shows through at the edge.

    M. Forte, "Approximate fast foreground colour estimation" (ICIP 2021): mean colours of both sides nearby,
    and what the pixel differs from their mixture.
    """
    small, cut = image.copy(), mask.copy()
    for each in (small, cut):
        each.thumbnail((512, 512), Image.Resampling.BOX)
    sides = [nearby(small, cut), nearby(small, ImageChops.invert(cut))]
    scale = np.array([small.height / image.height, small.width / image.width])
    fronts, backs = (np.asarray(each, np.float32) for each in sides)

    def strip(top: int, bottom: int) -> Image.Image:
        box = (0, top, image.width, bottom)
        piece, levels = image.crop(box), np.asarray(mask.crop(box))
        # 0 and 255 are left out: 0 - 1 wraps round.
        rows, columns = np.nonzero(levels - np.uint8(1) < 254)
        if not len(rows):
            return piece
        places = ((np.stack([rows + top, columns], 1) + 0.5) * scale).astype(int)
        front, back = (each[places[:, 0], places[:, 1]] for each in (fronts, backs))
        pixels = np.array(piece)
        share = levels[rows, columns, None].astype(np.float32) / 255
        own = front + share * (pixels[rows, columns] - share * front - (1 - share) * back)
        pixels[rows, columns] = np.rint(np.clip(own, 0, 255))
        return Image.fromarray(pixels)

    return assemble(image.mode, image.size, strip)


def nearby(image: Image.Image, mask: Image.Image) -> Image.Image:
    """The mean colour round each pixel of what the mask shows."""
    return gaussian(image, EDGE * max(image.size), mask)
