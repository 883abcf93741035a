"""Fine detail: blur, sharpen, denoise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.editing.exact.colour import LUMA
from engine.editing.exact.operations import Operation, on_colours
from engine.editing.exact.phrases import adverb, number
from engine.editing.exact.strips import ROWS, Bytes, assemble, each_strip, picture, pixels_in_strips
from engine.editing.exact.tone import ENCODED, LIGHT, WHITE

Samples = NDArray[np.uint16]
Floats = NDArray[np.float32]

SMALL_RADIUS = 2.5
"""Pixels of blur that a picture made smaller keeps: fewer would show the squares."""
THRESHOLD = 2
"""Differences smaller than this are noise and not sharpened."""
WEIGHT: Samples = (np.arange(256) * 257).astype(np.uint16)
"""A mask's levels in 16 bits."""


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
    """Blur in linear light, as a lens does; alpha stays.

    `share` (L) is the weight of each pixel: where it is 0, a colour does not spread. A wide blur leaves
    nothing that a smaller picture could not hold: it is done there and enlarged.
    """
    if image.mode == "RGBA":
        done = gaussian(image.convert("RGB"), radius, share or image.getchannel("A"))
        done.putalpha(image.getchannel("A"))
        return done
    times = max(1, min(int(radius / SMALL_RADIUS), min(image.size) // 16))
    # Taking the mean of squares and enlarging blur as well: together by about this variance.
    spread = (times**2 - 1) / 12 + (times**2 / 12 if times > 1 else 0)
    rest = max(radius**2 - spread, 0.0) ** 0.5 / times
    light = blurred(shrunk_light(image, times, share), rest)
    if share is not None:
        weight = blurred(shrunk_light(share, times, None, WEIGHT), rest)
        light = weighed(light, weight)
    return encoded(light, image.mode, image.size, times)


def shrunk_light(
    image: Image.Image, times: int, share: Image.Image | None, table: Samples = LIGHT
) -> Samples:
    """Each square of `times` pixels as one mean of 16 bits: by `table`, and times `share` if there is one."""
    width, height = -(-image.width // times), -(-image.height // times)
    channels = () if image.mode == "L" else (3,)
    small = np.empty((height, width, *channels), np.uint16)

    def strip(top: int, bottom: int) -> None:
        box = (0, top, image.width, bottom)
        light = cv2.LUT(np.asarray(image.crop(box)), table)
        if share is not None:
            light = weighted(light, np.asarray(share.crop(box)))
        if times > 1:
            light = cv2.copyMakeBorder(
                light, 0, -(bottom - top) % times, 0, -image.width % times, cv2.BORDER_REPLICATE
            )
            light = cv2.resize(light, None, fx=1 / times, fy=1 / times, interpolation=cv2.INTER_AREA)
        small[top // times : -(-bottom // times)] = light

    each_strip(image.height, strip, max(ROWS // times, 1) * times)
    return small


def weighted(light: Samples, share: Bytes) -> Samples:
    """Times the share, of 255. Most pixels of a mask are 0 or 255: only the others need a product."""
    done = cv2.copyTo(light, share)
    mixed = np.flatnonzero(share - np.uint8(1) < 254)  # 0 - 1 wraps round
    samples = done.reshape(share.size, -1)
    weight = share.ravel()[mixed, None].astype(np.uint32)
    samples[mixed] = samples.take(mixed, 0) * weight // 255
    return done


def blurred(light: Samples, radius: float) -> Samples:
    if radius < 0.01:
        return light
    done = np.empty_like(light)
    margin = math.ceil(4 * radius)

    def strip(top: int, bottom: int) -> None:
        first = max(top - margin, 0)
        seen = light[first : bottom + margin]
        done[top:bottom] = cv2.GaussianBlur(seen, (0, 0), radius, borderType=cv2.BORDER_REPLICATE)[
            top - first : bottom - first
        ]

    each_strip(len(light), strip)
    return done


def weighed(light: Samples, weight: Samples) -> Samples:
    """Divide by the weights; black where they are zero."""
    share = np.maximum(weight, 1).astype(np.float32) / WHITE
    share = share if light.ndim == 2 else share[..., None]
    return np.minimum(light / share, WHITE).astype(np.uint16)


def encoded(light: Samples, mode: str, size: tuple[int, int], times: int) -> Image.Image:
    """The picture of `size` that light made `times` smaller shows: encoded, and enlarged.

    What was blurred holds no edge, so that levels may be interpolated as well as light, and are fewer.
    """
    levels: Bytes = cv2.LUT(light, ENCODED)

    def strip(top: int, bottom: int) -> Image.Image:
        # Two more rows above and below, which is how far bicubic interpolation looks.
        first, last = max(top // times - 2, 0), -(-bottom // times) + 2
        large = levels[first:last]
        if times > 1:
            large = cv2.resize(large, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
            large = large[top - first * times : bottom - first * times, : size[0]]
        else:
            large = large[top - first : bottom - first]
        return picture(large, mode)

    # Higher strips than usual, as the rows at their edges are enlarged twice.
    return assemble(mode, size, strip, max(8 * ROWS // times, 1) * times)


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
        radius = max(1, round(max(image.size) / 2400))
        return pixels_in_strips(image, lambda strip: self.sharpen_strip(strip, radius), 2 * radius)

    def sharpen_strip(self, strip: Bytes, radius: int) -> Bytes:
        luma = strip if strip.ndim == 2 else cv2.transform(strip, np.array([LUMA]))
        # Twice the mean over a square is nearly a Gaussian, here of about radius · 1.2 pixels.
        change = luma - box(box(luma, radius), radius)
        change *= np.abs(change) >= THRESHOLD
        change *= np.float32(self.amount)
        rounded = np.rint(change, out=change).astype(np.int16)
        return cv2.add(strip, rounded if strip.ndim == 2 else cv2.merge([rounded] * 3), dtype=cv2.CV_8U)


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
        return pixels_in_strips(image, self.smooth_strip, 6 * RADIUS)

    def smooth_strip(self, strip: Bytes) -> Bytes:
        if strip.ndim == 2:
            return self.smooth_channel(strip)
        luma, *colours = cv2.split(cv2.cvtColor(strip, cv2.COLOR_RGB2YCrCb))
        # Colour noise is coarse and the eye sees colour coarsely: half the size is enough and much faster.
        colours = [self.smooth_half(each) for each in colours]
        return cv2.cvtColor(cv2.merge([self.smooth_channel(luma), *colours]), cv2.COLOR_YCrCb2RGB)

    def smooth_half(self, channel: Bytes) -> Bytes:
        height, width = channel.shape
        even = cv2.copyMakeBorder(channel, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        half = self.smooth_channel(cv2.resize(even, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
        return cv2.resize(half, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)[:height, :width]

    def smooth_channel(self, channel: Bytes) -> Bytes:
        change = guided_change(channel, (255 * self.strength) ** 2)
        return cv2.add(channel, change, dtype=cv2.CV_8U)  # rounded, and held in 0 to 255


RADIUS = 2


def guided_change(values: Bytes, epsilon: float) -> Floats:
    """What equations 5, 6 and 8 add to the picture, which is its own guide.

    `epsilon` is the variance taken for noise. Told by 1 - a, the share of the mean, which is
    epsilon / (variance + epsilon): what is added is mean((1 - a) · mean) - mean(1 - a) · I.
    """
    side = (2 * RADIUS + 1,) * 2
    mean = box(values, RADIUS)
    share = cv2.sqrBoxFilter(values, cv2.CV_32F, side, borderType=cv2.BORDER_REPLICATE)
    share -= mean * mean
    share += np.float32(epsilon)
    np.divide(np.float32(epsilon), share, out=share)
    mean *= share
    change = box(mean, RADIUS)
    share = box(share, RADIUS)
    share *= values
    change -= share
    return change


def box(values: Bytes | Floats, radius: int) -> Floats:
    """Mean over a square of 2 · radius + 1 samples; beyond the edge, its own samples go on."""
    return cv2.boxFilter(values, cv2.CV_32F, (2 * radius + 1,) * 2, borderType=cv2.BORDER_REPLICATE)
