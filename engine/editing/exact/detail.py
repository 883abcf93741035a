"""Fine detail: blur, sharpen, denoise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from engine.editing.exact.colour import LUMA
from engine.editing.exact.operations import Operation, on_colours
from engine.editing.exact.phrases import adverb, number

STRIP = 256
"""Rows worked on at once in float32, so that memory stays bounded and the cache warm."""


@dataclass(frozen=True, slots=True)
class Blur(Operation):
    """Gaussian blur; `radius` is a share of the picture's longer side."""

    radius: float

    @property
    def phrase(self) -> str:
        return f"blurred it{adverb(self.radius, 0.003, 0.012)}"

    def apply(self, image: Image.Image) -> Image.Image:
        return gaussian(image, self.radius * max(image.size))


@dataclass(frozen=True, slots=True)
class BlurPixels(Operation):
    """Gaussian blur with a radius in pixels."""

    radius: float

    @property
    def phrase(self) -> str:
        return f"blurred it ({number(self.radius)} px)"

    def apply(self, image: Image.Image) -> Image.Image:
        return gaussian(image, self.radius)


def gaussian(image: Image.Image, radius: float) -> Image.Image:
    blur = ImageFilter.GaussianBlur(radius)
    if image.mode != "RGBA":
        return image.filter(blur)
    # Premultiplied, so that the colour hidden under transparent pixels does not bleed out.
    done = image.convert("RGBa").filter(blur).convert("RGBA")
    done.putalpha(image.getchannel("A"))
    return done


@dataclass(frozen=True, slots=True)
class Sharpen(Operation):
    """Unsharp mask; `amount` 1 adds the whole difference to the blurred picture."""

    amount: float

    @property
    def phrase(self) -> str:
        return f"sharpened it{adverb(self.amount, 0.5, 1.4)}"

    def apply(self, image: Image.Image) -> Image.Image:
        if not self.amount:
            return image.copy()
        return on_colours(image, self.sharpen)

    def sharpen(self, image: Image.Image) -> Image.Image:
        """Sharpen the luma and add the difference to every channel: no colour fringes."""
        luma = image if image.mode == "L" else image.convert("L", (*LUMA, 0.0))
        radius = max(1.0, max(image.size) / 2000)
        sharp = luma.filter(ImageFilter.UnsharpMask(radius, round(self.amount * 100), threshold=2))
        if image.mode == "L":
            return sharp
        more, less = ImageChops.subtract(sharp, luma), ImageChops.subtract(luma, sharp)
        lighter = ImageChops.add(image, Image.merge("RGB", [more] * 3))
        return ImageChops.subtract(lighter, Image.merge("RGB", [less] * 3))


@dataclass(frozen=True, slots=True)
class Denoise(Operation):
    """Self-guided filter (He, Sun and Tang, 2010, section 3.2) on each channel: smooths noise, keeps edges.

    `strength` is the noise's standard deviation (0 to 1) that is taken for noise and not for detail.
    """

    strength: float

    @property
    def phrase(self) -> str:
        return f"reduced the noise{adverb(self.strength, 0.03, 0.1)}"

    def apply(self, image: Image.Image) -> Image.Image:
        if not self.strength:
            return image.copy()
        return on_colours(image, self.smooth)

    def smooth(self, image: Image.Image) -> Image.Image:
        if image.mode == "L":
            return self.smooth_channel(image)
        luma, *colours = image.convert("YCbCr").split()
        # Colour noise is coarse and the eye sees colour coarsely: half the size is enough and much faster.
        small = [self.smooth_channel(each.reduce(2)) for each in colours]
        colours = [each.resize(image.size, Image.Resampling.BICUBIC) for each in small]
        return Image.merge("YCbCr", [self.smooth_channel(luma), *colours]).convert("RGB")

    def smooth_channel(self, channel: Image.Image) -> Image.Image:
        samples = np.asarray(channel)
        done = np.empty_like(samples)
        for top in range(0, len(samples), STRIP):
            first, last = max(top - 2 * RADIUS, 0), top + STRIP + 2 * RADIUS
            strip = guided(samples[first:last].astype(np.float32) / 255, self.strength**2)
            done[top : top + STRIP] = np.rint(np.clip(strip[top - first :][:STRIP], 0, 1) * 255)
        return Image.fromarray(done)


RADIUS = 2


def guided(values: np.ndarray, epsilon: float) -> np.ndarray:
    """Equations 5, 6 and 8, the picture being its own guide; `epsilon` is the variance taken for noise."""
    mean = box(values)
    variance = np.maximum(box(values * values) - mean * mean, 0)
    slope = variance / (variance + np.float32(epsilon))
    return box(slope) * values + box(mean - slope * mean)


def box(values: np.ndarray) -> np.ndarray:
    """Mean over a square of 2 RADIUS + 1 samples, edges repeated; shape (height, width)."""
    height, width = values.shape
    size = 2 * RADIUS + 1
    padded = np.pad(values, RADIUS, mode="edge")
    rows = sum(padded[shift : shift + height] for shift in range(size))
    return sum(rows[:, shift : shift + width] for shift in range(size)) / np.float32(size * size)
