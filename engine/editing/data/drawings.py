"""Flat drawn landscapes, as children and picture books draw them: plain colours, clean edges, no texture.

Photos and soft paintings alone leave a network helpless before a drawing: where one colour fills half of the
picture, everything that it is unsure of shows.
"""

from __future__ import annotations

from colorsys import hsv_to_rgb

import numpy as np
from PIL import Image, ImageDraw

from engine.editing.data.splits import Array

FINER = 3
"""Drawn so many times larger, for soft edges."""
Colour = tuple[int, int, int]
Rng = np.random.Generator


def drawing(shape: tuple[int, int], rng: Rng) -> tuple[Array, float]:
    """A landscape (H, W, 3) in [0, 1], and its horizon: where the ground begins, from the top in [0, 1]."""
    rows, columns = shape
    picture = Image.new("RGB", (columns * FINER, rows * FINER), _colour(rng, (0.5, 0.62), (0.15, 0.6), 0.85))
    pen = _Pen(ImageDraw.Draw(picture), picture.size)
    horizon = float(rng.uniform(0.45, 0.75))
    if rng.random() < 0.5:
        pen.bands(picture.getpixel((0, 0)), horizon, int(rng.integers(3, 7)))
    if rng.random() < 0.7:
        pen.disc(rng.uniform(0.1, 0.9), rng.uniform(0.08, 0.25), rng.uniform(0.05, 0.11), (250, 214, 60))
    for _ in range(int(rng.integers(0, 4))):
        pen.cloud(rng.uniform(0.05, 0.95), rng.uniform(0.08, horizon * 0.6), rng.uniform(0.05, 0.1), rng)
    for level in range(int(rng.integers(0, 3))):
        pen.hills(horizon - 0.06 * (2 - level), rng, _colour(rng, (0.22, 0.6), (0.15, 0.5), 0.6))
    pen.ground(horizon, _ground(rng))
    if rng.random() < 0.3:
        pen.path(horizon, rng, _colour(rng, (0.08, 0.14), (0.1, 0.35), 0.75))
    for _ in range(int(rng.integers(0, 6))):
        pen.tree(rng.uniform(0.03, 0.97), rng.uniform(horizon + 0.03, 0.95), rng.uniform(0.1, 0.24), rng)
    if rng.random() < 0.6:
        pen.house(rng.uniform(0.15, 0.85), rng.uniform(horizon + 0.05, 0.9), rng.uniform(0.12, 0.22), rng)
    small = picture.resize((columns, rows), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / 255, horizon


def _colour(rng: Rng, hue: tuple[float, float], saturation: tuple[float, float], value: float) -> Colour:
    found = hsv_to_rgb(rng.uniform(*hue), rng.uniform(*saturation), min(1.0, value * rng.uniform(0.85, 1.15)))
    return _bytes(found)


def _ground(rng: Rng) -> Colour:
    """Mostly grass, now and then sand or a pavement."""
    kind = rng.random()
    if kind < 0.7:
        return _colour(rng, (0.24, 0.38), (0.4, 0.75), 0.65)
    return _colour(rng, (0.09, 0.14), (0.25, 0.5) if kind < 0.9 else (0.0, 0.1), 0.8)


def _bytes(colour: tuple[float, ...]) -> Colour:
    red, green, blue = (round(255 * min(max(each, 0.0), 1.0)) for each in colour)
    return red, green, blue


class _Pen:
    """Shapes in shares of the picture: x of its width, y and sizes of its height."""

    def __init__(self, draw: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
        self._draw = draw
        self._width, self._height = size

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return x * self._width, y * self._height

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        across, down = self._at(x, y)
        reach = radius * self._height
        self._draw.ellipse((across - reach, down - reach, across + reach, down + reach), colour)

    def box(self, x: float, y: float, wide: float, high: float, colour: Colour) -> None:
        """`x` is the middle, `y` the foot."""
        across, down = self._at(x, y)
        half = wide * self._height / 2
        self._draw.rectangle((across - half, down - high * self._height, across + half, down), colour)

    def gable(self, x: float, y: float, wide: float, high: float, colour: Colour) -> None:
        """A triangle; `x` is the middle, `y` the foot."""
        across, down = self._at(x, y)
        half = wide * self._height / 2
        top = (across, down - high * self._height)
        self._draw.polygon([(across - half, down), (across + half, down), top], colour)

    def bands(self, sky: Colour, horizon: float, count: int) -> None:
        """The sky gets paler downwards."""
        for number in range(count):
            paler = (channel + (255 - channel) * 0.6 * number / count for channel in sky)
            red, green, blue = (round(channel) for channel in paler)
            top = round(horizon * self._height * number / count)
            self._draw.rectangle((0, top, self._width, self._height), (red, green, blue))

    def ground(self, horizon: float, colour: Colour) -> None:
        self._draw.rectangle((0, round(horizon * self._height), self._width, self._height), colour)

    def hills(self, level: float, rng: Rng, colour: Colour) -> None:
        """Round ones, or mountains."""
        pointed = rng.random() < 0.4
        for _ in range(int(rng.integers(2, 5))):
            x, size = rng.uniform(0, 1), rng.uniform(0.2, 0.5)
            if pointed:
                self.gable(x, level + 0.2, size * 1.6, size, colour)
            else:
                self.disc(x, level + size * 0.75, size, colour)

    def cloud(self, x: float, y: float, size: float, rng: Rng) -> None:
        for step in (-1, 0, 1):
            self.disc(
                x + step * size * 0.8, y + abs(step) * size * 0.2, size * rng.uniform(0.6, 0.9), (248,) * 3
            )

    def path(self, horizon: float, rng: Rng, colour: Colour) -> None:
        start, end = rng.uniform(0.3, 0.7), rng.uniform(0.2, 0.8)
        corners = [(start - 0.02, horizon), (start + 0.02, horizon), (end + 0.15, 1.0), (end - 0.15, 1.0)]
        self._draw.polygon([self._at(*corner) for corner in corners], colour)

    def tree(self, x: float, y: float, size: float, rng: Rng) -> None:
        leaves = _colour(rng, (0.26, 0.4), (0.5, 0.8), 0.5)
        self.box(x, y, size * 0.14, size * 0.5, _colour(rng, (0.05, 0.09), (0.4, 0.7), 0.45))
        if rng.random() < 0.5:
            self.disc(x, y - size * 0.7, size * 0.33, leaves)
        else:
            for layer in range(3):
                self.gable(
                    x, y - size * (0.25 + 0.22 * layer), size * (0.7 - 0.15 * layer), size * 0.4, leaves
                )

    def house(self, x: float, y: float, size: float, rng: Rng) -> None:
        self.box(x, y, size, size * 0.75, _colour(rng, (0.0, 0.17), (0.05, 0.6), 0.9))
        self.gable(x, y - size * 0.75, size * 1.25, size * 0.5, _colour(rng, (0.0, 0.07), (0.5, 0.85), 0.6))
        self.box(x, y, size * 0.2, size * 0.4, _colour(rng, (0.03, 0.1), (0.4, 0.8), 0.4))
        for side in (-1, 1):
            window = x + side * size * 0.3 * self._height / self._width
            self.box(window, y - size * 0.3, size * 0.18, size * 0.2, (180, 214, 236))
