"""Colour: saturation, vibrance, temperature, black and white, sepia."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops

from engine.editing.exact.operations import Curve, Operation, on_colours
from engine.editing.exact.phrases import degree, percent
from engine.editing.exact.strips import in_strips
from engine.editing.exact.tone import amplify, to_linear

LUMA = (0.2126, 0.7152, 0.0722)
"""Weights of red, green and blue in Rec. 709 luma."""


@dataclass(frozen=True, slots=True)
class Temperature(Curve):
    """White balance in linear light: warmth trades blue for red, tint trades magenta for green.

    One unit of warmth is half a stop up for red and half a stop down for blue; greys keep their luminance.
    """

    warmth: float = 0.0
    tint: float = 0.0

    @property
    def phrase(self) -> str:
        parts = []
        if self.warmth:
            parts.append(degree(abs(self.warmth), 0.25, 0.7) + ("warmer" if self.warmth > 0 else "cooler"))
        if self.tint:
            parts.append(degree(abs(self.tint), 0.25, 0.7) + ("greener" if self.tint > 0 else "more magenta"))
        return f"made it {' and '.join(parts) or 'no warmer'}"

    def curve(self, values: np.ndarray) -> np.ndarray:
        gains = 2.0 ** np.array([self.warmth / 2, self.tint / 2, -self.warmth / 2])
        gains /= gains @ np.array(LUMA)
        return amplify(values, gains[:, None])


@dataclass(frozen=True, slots=True)
class Gains(Curve):
    """Red, green and blue in linear light times these; greys keep their luminance."""

    gains: tuple[float, float, float]

    @property
    def phrase(self) -> str:
        return "set the white balance"

    def curve(self, values: np.ndarray) -> np.ndarray:
        gains = np.array(self.gains)
        return amplify(values, (gains / (gains @ np.array(LUMA)))[:, None])


@dataclass(frozen=True, slots=True)
class AutoBalance(Operation):
    """White balance measured on the picture, see `measure_cast`."""

    @property
    def phrase(self) -> str:
        return "balanced the colours"

    def apply(self, image: Image.Image) -> Image.Image:
        return image.copy() if image.mode == "L" else measure_cast(image).apply(image)


def measure_cast(image: Image.Image) -> Gains:
    """The gains that make the light grey: its colour is the Minkowski mean of the picture (p = 6).

    G. Finlayson, E. Trezzi, "Shades of Gray and Colour Constancy" (2004). What is clipped tells nothing, and
    strong colours are the things' own: where there is little else, little is changed. At most half a stop is
    given or taken, so that a sunset stays one.
    """
    small = image.convert("RGB").reduce(max(1, min(image.size) // 256))
    pixels = np.asarray(small).reshape(-1, 3) / 255
    top = pixels.max(1)
    weights = np.clip(1 - (1 - pixels.min(1) / np.maximum(top, 1 / 255)) / 0.6, 0, 1) * (top < 0.99)
    if not weights.any():
        return Gains((1.0, 1.0, 1.0))
    means = np.average(to_linear(pixels) ** 6, axis=0, weights=weights) ** (1 / 6)
    stops = np.log2(means.mean() / np.maximum(means, 1e-6)) * min(weights.mean() / 0.15, 1)
    stops *= min(0.5 / max(np.abs(stops).max(), 1e-6), 1)
    red, green, blue = 2.0**stops
    return Gains((float(red), float(green), float(blue)))


@dataclass(frozen=True, slots=True)
class Saturation(Operation):
    """Distance of each sample from the pixel's luma times `factor`."""

    factor: float

    @property
    def phrase(self) -> str:
        return f"{'raised' if self.factor > 1 else 'lowered'} the saturation ({percent(self.factor - 1)})"

    def apply(self, image: Image.Image) -> Image.Image:
        if image.mode == "L" or self.factor == 1:
            return image.copy()
        rows = saturation_matrix(self.factor)
        return on_colours(image, lambda rgb: in_strips(rgb, lambda strip: mix(strip, rows)))


def saturation_matrix(factor: float) -> np.ndarray:
    return np.eye(3) * factor + (1 - factor) * np.array(LUMA)


@dataclass(frozen=True, slots=True)
class Vibrance(Operation):
    """Saturation that fades out as colours get stronger, so that bright ones (and skin) don't glare.

    Amount from -1 to 1. A pixel keeps its old colour by the share of its chroma, which is its largest minus
    its smallest sample.
    """

    amount: float

    @property
    def phrase(self) -> str:
        return f"made the colours {'more' if self.amount > 0 else 'less'} vibrant ({percent(self.amount)})"

    def apply(self, image: Image.Image) -> Image.Image:
        if image.mode == "L" or not self.amount:
            return image.copy()
        return on_colours(image, lambda rgb: in_strips(rgb, self.lift))

    def lift(self, rgb: Image.Image) -> Image.Image:
        done = mix(rgb, saturation_matrix(1 + self.amount))
        red, green, blue = rgb.split()
        lightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
        darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
        done.paste(rgb, mask=ImageChops.subtract(lightest, darkest))
        return done


@dataclass(frozen=True, slots=True)
class BlackAndWhite(Operation):
    """Rec. 709 luma in all three channels."""

    @property
    def phrase(self) -> str:
        return "made it black and white"

    def apply(self, image: Image.Image) -> Image.Image:
        if image.mode == "L":
            return image.copy()
        return on_colours(image, lambda rgb: Image.merge("RGB", [rgb.convert("L", (*LUMA, 0.0))] * 3))


@dataclass(frozen=True, slots=True)
class Sepia(Operation):
    """The brown of old prints (the matrix of the Filter Effects specification). L becomes RGB."""

    @property
    def phrase(self) -> str:
        return "gave it a sepia tone"

    def apply(self, image: Image.Image) -> Image.Image:
        rows = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])
        return on_colours(image.convert("RGB") if image.mode == "L" else image, lambda rgb: mix(rgb, rows))


def mix(rgb: Image.Image, rows: np.ndarray) -> Image.Image:
    """A 3 × 3 matrix over the samples of each pixel, clipped to 0-255."""
    return rgb.convert("RGB", tuple(float(value) for value in np.insert(rows, 3, 0.0, axis=1).ravel()))
