"""Fine detail: blur, sharpen, denoise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

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
        radius = max(1.0, max(image.size) / 2000)
        mask = ImageFilter.UnsharpMask(radius, round(self.amount * 100), threshold=2)
        return on_colours(image, lambda colours: colours.filter(mask))


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
        samples = np.asarray(image)
        done = np.empty_like(samples)
        margin = 2 * RADIUS
        for top in range(0, len(samples), STRIP):
            first, last = max(top - margin, 0), min(top + STRIP + margin, len(samples))
            strip = guided(samples[first:last].astype(np.float32) / 255, self.strength**2)
            bottom = min(top + STRIP, len(samples))
            done[top:bottom] = np.rint(np.clip(strip[top - first : bottom - first], 0, 1) * 255)
        return Image.fromarray(done)


RADIUS = 2


def guided(values: np.ndarray, epsilon: float) -> np.ndarray:
    mean = box(values)
    variance = np.maximum(box(values * values) - mean * mean, 0)
    slope = variance / (variance + epsilon)
    return box(slope) * values + box(mean - slope * mean)


def box(values: np.ndarray) -> np.ndarray:
    """Mean over a square of 2 RADIUS + 1 samples, edges repeated."""
    for axis in (0, 1):
        widths = [(RADIUS, RADIUS) if each == axis else (0, 0) for each in range(values.ndim)]
        padded = np.pad(values, widths, mode="edge")
        size = values.shape[axis]
        total = sum(padded.take(range(shift, shift + size), axis) for shift in range(2 * RADIUS + 1))
        values = total / (2 * RADIUS + 1)
    return values
