"""Fine detail: blur, sharpen, denoise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from engine.editing.exact.colour import LUMA
from engine.editing.exact.operations import Operation, on_colours
from engine.editing.exact.phrases import adverb, number
from engine.editing.exact.strips import assemble, in_strips

SMALL_RADIUS = 2.5
"""Pixels of blur that a picture made smaller keeps: fewer would show the squares."""
THRESHOLD = 2
"""Differences smaller than this are noise and not sharpened."""


@dataclass(frozen=True, slots=True)
class Blur(Operation):
    """Gaussian blur; `radius` is a share of the picture's longer side."""

    radius: float

    @property
    def phrase(self) -> str:
        return f"blurred it{adverb(self.radius, 0.003, 0.012)}"

    def apply(self, image: Image.Image) -> Image.Image:
        return gaussian(image, self.pixels(image))

    def pixels(self, image: Image.Image) -> float:
        return self.radius * max(image.size)


@dataclass(frozen=True, slots=True)
class BlurPixels(Operation):
    """Gaussian blur with a radius in pixels."""

    radius: float

    @property
    def phrase(self) -> str:
        return f"blurred it ({number(self.radius)} px)"

    def apply(self, image: Image.Image) -> Image.Image:
        return gaussian(image, self.radius)

    def pixels(self, image: Image.Image) -> float:
        return self.radius


def gaussian(image: Image.Image, radius: float, share: Image.Image | None = None) -> Image.Image:
    """Blur; alpha stays. `share` (L) is the weight of each pixel: where it is 0, a colour does not spread.

    A wide blur leaves nothing that a smaller picture could not hold: it is done there and enlarged.
    """
    if image.mode == "RGBA":
        done = gaussian(image.convert("RGB"), radius, share or image.getchannel("A"))
        done.putalpha(image.getchannel("A"))
        return done
    times = max(1, min(int(radius / SMALL_RADIUS), min(image.size) // 16))
    # Taking the mean of squares and enlarging blur as well: together by about this variance.
    spread = (times**2 - 1) / 12 + (times**2 / 12 if times > 1 else 0)
    rest = ImageFilter.GaussianBlur(max(radius**2 - spread, 0.0) ** 0.5 / times)
    small = image.reduce(times)
    if share is None:
        small = small.filter(rest)
    else:
        small = small.convert("RGB")
        small.putalpha(share.reduce(times))
        small = small.convert("RGBa").filter(rest).convert("RGBA").convert("RGB").convert(image.mode)
    return small if times == 1 else enlarge(small, image.size, times)


def enlarge(small: Image.Image, size: tuple[int, int], times: int) -> Image.Image:
    """Undo `reduce(times)` of a picture of `size`."""
    across, down = size[0] / times, size[1] / times

    def strip(top: int, bottom: int) -> Image.Image:
        box = (0, top / times, across, min(bottom / times, down))
        return small.resize((size[0], bottom - top), Image.Resampling.BICUBIC, box)

    return assemble(small.mode, size, strip)


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
        # Twice the mean over a square is nearly a Gaussian, here of about radius · 1.2 pixels.
        radius = max(1, round(max(image.size) / 2400))
        return in_strips(image, lambda strip: self.sharpen_strip(strip, radius), 2 * radius)

    def sharpen_strip(self, strip: Image.Image, radius: int) -> Image.Image:
        luma = strip if strip.mode == "L" else strip.convert("L", (*LUMA, 0.0))
        values = np.asarray(luma).astype(np.float32)
        values -= box(box(np.pad(values, 2 * radius, mode="edge"), radius), radius)
        values *= np.abs(values) >= THRESHOLD
        values *= np.float32(self.amount)
        change = np.rint(values, out=values).astype(np.int16)
        channels = [np.clip(np.asarray(each) + change, 0, 255).astype(np.uint8) for each in strip.split()]
        return Image.merge(strip.mode, [Image.fromarray(each) for each in channels])


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
        return in_strips(image, self.smooth_strip, 6 * RADIUS)

    def smooth_strip(self, strip: Image.Image) -> Image.Image:
        if strip.mode == "L":
            return self.smooth_channel(strip)
        luma, *colours = strip.convert("YCbCr").split()
        # Colour noise is coarse and the eye sees colour coarsely: half the size is enough and much faster.
        small = [self.smooth_channel(each.reduce(2)) for each in colours]
        half = (0, 0, strip.width / 2, strip.height / 2)
        colours = [each.resize(strip.size, Image.Resampling.BILINEAR, half) for each in small]
        return Image.merge("YCbCr", [self.smooth_channel(luma), *colours]).convert("RGB")

    def smooth_channel(self, channel: Image.Image) -> Image.Image:
        done = guided(np.asarray(channel).astype(np.float32), (255 * self.strength) ** 2)
        np.clip(done, 0, 255, out=done)
        return Image.fromarray(np.rint(done, out=done).astype(np.uint8))


RADIUS = 2


def guided(values: np.ndarray, epsilon: float) -> np.ndarray:
    """Equations 5, 6 and 8, the picture being its own guide; `epsilon` is the variance taken for noise."""
    padded = np.pad(values, 2 * RADIUS, mode="edge")
    mean = box(padded, RADIUS)
    variance = box(padded * padded, RADIUS)
    variance -= mean * mean
    np.maximum(variance, 0, out=variance)
    slope = variance / (variance + np.float32(epsilon))
    mean -= slope * mean
    done = box(slope, RADIUS)
    done *= values
    done += box(mean, RADIUS)
    return done


def box(values: np.ndarray, radius: int) -> np.ndarray:
    """Mean over a square of 2 · radius + 1 samples, where it lies inside: shape less 2 · radius each way."""
    height, width = (side - 2 * radius for side in values.shape)
    rows = values[:height] + values[1 : height + 1]
    for shift in range(2, 2 * radius + 1):
        rows += values[shift : shift + height]
    square = rows[:, :width] + rows[:, 1 : width + 1]
    for shift in range(2, 2 * radius + 1):
        square += rows[:, shift : shift + width]
    square *= np.float32(1 / (2 * radius + 1) ** 2)
    return square
