"""Round the picture: border, vignette, rounded corners."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageChops, ImageColor, ImageDraw

from engine.editing.exact.operations import Operation, Size, checked
from engine.editing.exact.phrases import adverb, colour_name, number
from engine.editing.exact.strips import assemble, picture

Transpose = Image.Transpose


def is_grey(colour: str) -> bool:
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return red == green == blue


@dataclass(frozen=True, slots=True)
class Border(Operation):
    """A border outside the picture: a share of its shorter side, or pixels when `pixels` is set."""

    colour: str
    width: float
    pixels: bool = False

    @property
    def phrase(self) -> str:
        size = f"{number(self.width)} px " if self.pixels else ""
        size = size or ("thin " if self.width < 0.03 else "thick " if self.width > 0.06 else "")
        article = "an" if not size and self.colour[0] in "aeiou" else "a"
        return f"put {article} {size}{colour_name(self.colour)} border around it"

    def apply(self, image: Image.Image) -> Image.Image:
        size = self.size_after(image.size)
        side = (size[0] - image.width) // 2
        if image.mode == "L" and not is_grey(self.colour):
            image = image.convert("RGB")
        framed = Image.new(image.mode, size, self.colour)
        framed.paste(image, (side, side))
        return framed

    def size_after(self, size: Size) -> Size:
        side = round(self.width) if self.pixels else max(1, round(self.width * min(size)))
        return checked(size[0] + 2 * side, size[1] + 2 * side)


@dataclass(frozen=True, slots=True)
class Vignette(Operation):
    """Fade to black (or white) towards the corners; `amount`, 0 to 1, is how much covers the very corner."""

    amount: float
    white: bool = False

    @property
    def phrase(self) -> str:
        kind = "a soft" if self.amount <= 0.4 else "a strong" if self.amount >= 0.8 else "a"
        return f"added {kind} {'white ' if self.white else ''}vignette"

    def apply(self, image: Image.Image) -> Image.Image:
        across, down = np.meshgrid(*[np.linspace(-1, 1, 257) ** 2] * 2)
        fade = np.clip((np.sqrt((across + down) / 2) - 0.35) / 0.65, 0, 1)
        fade = self.amount * fade * fade * (3 - 2 * fade)
        level = np.rint(255 * (fade if self.white else 1 - fade)).astype(np.uint8)
        mask = cv2.resize(level, image.size, interpolation=cv2.INTER_CUBIC)

        def strip(top: int, bottom: int) -> Image.Image:
            samples = np.asarray(image.crop((0, top, image.width, bottom)))
            layer = mask[top:bottom]
            if samples.ndim == 3:
                # Alpha stays: times 255, or screened with 0.
                alpha = [np.full_like(layer, 0 if self.white else 255)] * (samples.shape[2] - 3)
                layer = cv2.merge([layer] * 3 + alpha)
            if self.white:
                return picture(~cv2.multiply(~samples, ~layer, scale=1 / 255), image.mode)
            return picture(cv2.multiply(samples, layer, scale=1 / 255), image.mode)

        return assemble(image.mode, image.size, strip)


@dataclass(frozen=True, slots=True)
class RoundCorners(Operation):
    """Transparent rounded corners; the result is RGBA. `radius` is a share of the shorter side, or pixels."""

    radius: float
    pixels: bool = False

    @property
    def phrase(self) -> str:
        size = f" ({number(self.radius)} px)" if self.pixels else adverb(self.radius, 0.05, 0.16)
        return f"rounded the corners{size}"

    def apply(self, image: Image.Image) -> Image.Image:
        radius = self.radius if self.pixels else self.radius * min(image.size)
        radius = min(radius, min(image.size) / 2)
        done = image.convert("RGBA")
        mask = rounded_mask(image.size, radius)
        done.putalpha(ImageChops.multiply(done.getchannel("A"), mask))
        return done


def rounded_mask(size: tuple[int, int], radius: float) -> Image.Image:
    """255 inside, 0 outside, smooth on the arcs: each corner is drawn four times larger and reduced."""
    mask = Image.new("L", size, 255)
    edge = int(np.ceil(radius))
    if edge < 1:
        return mask
    large = Image.new("L", (edge * 4, edge * 4), 0)
    ImageDraw.Draw(large).ellipse((0, 0, radius * 8 - 1, radius * 8 - 1), fill=255)
    corner = large.reduce(4)
    width, height = size
    for across, left in ((False, 0), (True, width - edge)):
        for down, top in ((False, 0), (True, height - edge)):
            piece = corner.transpose(Transpose.FLIP_LEFT_RIGHT) if across else corner
            mask.paste(piece.transpose(Transpose.FLIP_TOP_BOTTOM) if down else piece, (left, top))
    return mask
