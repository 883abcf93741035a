"""Filters that small weights do worse than, or can't: a photo as a drawing, squares, film grain."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from engine.editing.exact import styles
from engine.editing.exact.operations import Operation, on_colours
from engine.editing.exact.strips import assemble, picture
from engine.editing.pictures import scaled

SIDE, LEAST = 1400, 1000
"""Longer side, in pixels, at which it is drawn at most and at least, and then resized to the picture's."""
CELLS = 64
"""Squares of a pixelated picture along its longer side."""
GRAIN_SIDE = 2400
"""Grains along the longer side, at most."""
GRAIN = 22
"""Standard deviation of the grain, before it is softened, in levels of 255."""

DRAWN: dict[str, styles.Style] = {
    "a pencil sketch": styles.pencil,
    "a charcoal drawing": styles.charcoal,
    "a watercolour": styles.watercolour,
    "an oil painting": styles.oil,
    "a comic": styles.comic,
    "a neon drawing": styles.neon,
    "a pop art print": styles.pop_art,
    "a poster": styles.poster,
    "a pixel art picture": styles.pixel_art,
    "a mosaic": styles.mosaic,
    "a stained glass window": styles.stained_glass,
    "a line drawing": styles.lines,
    "a blueprint": styles.blueprint,
    "a newspaper print": styles.halftone,
    "a pastel drawing": styles.pastel,
}
"""By what the person is told."""


@dataclass(frozen=True, slots=True)
class Drawing(Operation):
    """The photo in a style, the same each time."""

    style: str

    @property
    def phrase(self) -> str:
        return f"turned it into {self.style}"

    def apply(self, image: Image.Image) -> Image.Image:
        return on_colours(image, self._drawn)

    def _drawn(self, image: Image.Image) -> Image.Image:
        pixels = np.asarray(image.convert("RGB"))
        side = int(np.clip(max(image.size), LEAST, SIDE))
        drawn = DRAWN[self.style](sized(pixels, side).astype(np.float32) / 255, np.random.default_rng(0))
        levels = np.rint(drawn * 255).astype(np.uint8)
        if levels.shape == pixels.shape:
            return Image.fromarray(levels)
        smaller = levels.shape[0] > image.height
        squares = self.style == "a pixel art picture"
        way = cv2.INTER_AREA if smaller else cv2.INTER_NEAREST if squares else cv2.INTER_CUBIC
        return Image.fromarray(cv2.resize(levels, image.size, interpolation=way))


def sized(pixels: styles.Levels, side: int) -> styles.Levels:
    """(H, W, 3), made so large that its longer side has so many pixels."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    if scale == 1:
        return pixels
    return cv2.resize(
        pixels, scaled((width, height), scale), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    )


@dataclass(frozen=True, slots=True)
class Pixelate(Operation):
    """Squares of one colour, the mean of what they cover."""

    @property
    def phrase(self) -> str:
        return "pixelated it"

    def apply(self, image: Image.Image) -> Image.Image:
        return on_colours(image, lambda colours: in_squares(colours, max(2, round(max(image.size) / CELLS))))


def in_squares(image: Image.Image, side: int) -> Image.Image:
    """The picture in squares of `side` pixels, the last ones cut off."""
    cells = -(-image.width // side), -(-image.height // side)
    large = image.reduce(side).resize((cells[0] * side, cells[1] * side), Image.Resampling.NEAREST)
    return large.crop((0, 0, *image.size))


@dataclass(frozen=True, slots=True)
class Grain(Operation):
    """The grain of film: strongest in the middle tones, the same in all colours."""

    @property
    def phrase(self) -> str:
        return "added film grain"

    def apply(self, image: Image.Image) -> Image.Image:
        return on_colours(image, lambda colours: grained(colours.convert("RGB")))


def grained(image: Image.Image) -> Image.Image:
    """An RGB picture with grain; larger ones get larger grains, as a larger print of the same film."""
    scale = min(1.0, GRAIN_SIDE / max(image.size))
    columns, rows = scaled(image.size, scale)
    grain = np.random.default_rng(0).standard_normal((rows, columns), np.float32)
    grain = cv2.resize(cv2.GaussianBlur(grain, (0, 0), 0.7) * GRAIN, image.size)

    def strip(top: int, bottom: int) -> Image.Image:
        pixels = np.asarray(image.crop((0, top, image.width, bottom)))
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
        here = grain[top:bottom] * (0.35 + 2.6 * grey * (1 - grey))
        return picture(cv2.add(pixels, cv2.merge([here] * 3), dtype=cv2.CV_8U), "RGB")

    return assemble("RGB", image.size, strip)
