"""Shape: crop, trim, rotate, flip, resize."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from PIL import Image

from engine.editing.exact.operations import Operation, Size, checked
from engine.editing.exact.phrases import enumerate_phrases, number, percent
from engine.editing.exact.strips import assemble, picture, pixels

Transpose = Image.Transpose
Side = Literal["left", "top", "right", "bottom"]
SIDES: tuple[Side, ...] = ("left", "top", "right", "bottom")
OPPOSITE: dict[str, Side] = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}


@dataclass(frozen=True, slots=True)
class CropRatio(Operation):
    """The largest centred part with sides as `width` to `height`."""

    width: float
    height: float

    @property
    def phrase(self) -> str:
        if self.width == self.height:
            return "cropped it to a square"
        return f"cropped it to {number(self.width)}:{number(self.height)}"

    def size_after(self, size: Size) -> Size:
        width, height = size
        wide = min(width, max(1, round(height * self.width / self.height)))
        high = min(height, max(1, round(width * self.height / self.width)))
        return wide, high

    def apply(self, image: Image.Image) -> Image.Image:
        return crop_centre(image, *self.size_after(image.size))


@dataclass(frozen=True, slots=True)
class CropPixels(Operation):
    """The centred part of `width` × `height` pixels."""

    width: int
    height: int

    @property
    def phrase(self) -> str:
        return f"cropped it to {self.width} × {self.height} pixels"

    def size_after(self, size: Size) -> Size:
        width, height = checked(self.width, self.height)
        return min(width, size[0]), min(height, size[1])

    def apply(self, image: Image.Image) -> Image.Image:
        return crop_centre(image, *self.size_after(image.size))


@dataclass(frozen=True, slots=True)
class Trim(Operation):
    """Cut `amount` off each of `sides`: a share of the picture, or pixels when `pixels` is set."""

    sides: tuple[Side, ...]
    amount: float
    pixels: bool = False

    @property
    def phrase(self) -> str:
        much = f"{number(self.amount)} px" if self.pixels else FRACTIONS.get(self.amount)
        if len(self.sides) == 1 and not self.pixels and much:
            return f"cut off the {self.sides[0]} {much}"
        much = much if self.pixels else percent(self.amount).lstrip("+")
        if self.sides == SIDES:
            return f"cut {much} off every side"
        return f"cut {much} off the {enumerate_phrases(self.sides)}"

    def size_after(self, size: Size) -> Size:
        left, top, right, bottom = self.box(size)
        return checked(right - left, bottom - top)

    def apply(self, image: Image.Image) -> Image.Image:
        self.size_after(image.size)
        return image.crop(self.box(image.size))

    def box(self, size: Size) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of what stays; too much cut off, they cross."""

        def cut(side: Side, length: int) -> int:
            if side not in self.sides:
                return 0
            return round(self.amount if self.pixels else self.amount * length)

        width, height = size
        left, right = cut("left", width), width - cut("right", width)
        top, bottom = cut("top", height), height - cut("bottom", height)
        return left, top, right, bottom


FRACTIONS = {1 / 2: "half", 1 / 3: "third", 1 / 4: "quarter", 1 / 5: "fifth"}


def crop_centre(image: Image.Image, width: int, height: int) -> Image.Image:
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


@dataclass(frozen=True, slots=True)
class Rotate(Operation):
    """Turn clockwise by `degrees`: quarter turns exactly, others cropped so that no corner is empty."""

    degrees: float

    @property
    def phrase(self) -> str:
        if self.degrees % 360 == 180:
            return "turned it upside down"
        way = "clockwise" if self.degrees > 0 else "counterclockwise"
        return f"turned it {number(abs(self.degrees))}° {way}"

    def apply(self, image: Image.Image) -> Image.Image:
        turns = {90: Transpose.ROTATE_270, 180: Transpose.ROTATE_180, 270: Transpose.ROTATE_90}
        degrees = self.degrees % 360
        if degrees == 0:
            return image.copy()
        return image.transpose(turns[degrees]) if degrees in turns else turn_inside(image, self.degrees)

    def size_after(self, size: Size) -> Size:
        if self.degrees % 90:
            return largest_inside(*size, math.radians(self.degrees))
        return (size[1], size[0]) if self.degrees % 180 else size


def turn_inside(image: Image.Image, degrees: float) -> Image.Image:
    """Turn clockwise about the centre; the result is the largest upright part without an empty corner."""
    width, height = largest_inside(*image.size, math.radians(degrees))
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    left = image.width / 2 - cosine * width / 2 - sine * height / 2
    top = image.height / 2 + sine * width / 2 - cosine * height / 2

    # OpenCV counts from the middle of the first pixel, Pillow and this from its corner.
    left += (cosine + sine - 1) / 2
    top += (cosine - sine - 1) / 2
    source = premultiplied(image)
    samples, flags = pixels(source), cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP

    def strip(first: int, last: int) -> Image.Image:
        back = np.array([[cosine, sine, left + sine * first], [-sine, cosine, top + cosine * first]])
        size = (width, last - first)
        turned = cv2.warpAffine(samples, back, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return picture(turned, source.mode)

    done = assemble(source.mode, (width, height), strip)
    return done if done.mode == image.mode else done.convert(image.mode)


def premultiplied(image: Image.Image) -> Image.Image:
    """As Pillow itself does it: transparent pixels have no say in the colour of their neighbours."""
    return image.convert("RGBa") if image.mode == "RGBA" else image


def largest_inside(width: int, height: int, angle: float) -> tuple[int, int]:
    """Sides of the largest upright rectangle inside a width × height one turned by `angle` radians.

    Either two of its corners touch the long sides (a flat picture, or turned far), or all four touch.
    """
    sine, cosine = abs(math.sin(angle)), abs(math.cos(angle))
    long, short = max(width, height), min(width, height)
    if short <= 2 * sine * cosine * long or math.isclose(sine, cosine):
        across, along = (0.5 * short / sine, 0.5 * short / cosine)
        wide, high = (across, along) if width >= height else (along, across)
    else:
        spread = cosine * cosine - sine * sine
        wide = (width * cosine - height * sine) / spread
        high = (height * cosine - width * sine) / spread
    return max(1, math.floor(wide)), max(1, math.floor(high))


@dataclass(frozen=True, slots=True)
class Flip(Operation):
    """Mirror left to right (horizontal) or top to bottom (vertical)."""

    axis: Literal["horizontal", "vertical"]

    @property
    def phrase(self) -> str:
        return f"flipped it {self.axis}ly"

    def apply(self, image: Image.Image) -> Image.Image:
        across = self.axis == "horizontal"
        return image.transpose(Transpose.FLIP_LEFT_RIGHT if across else Transpose.FLIP_TOP_BOTTOM)


@dataclass(frozen=True, slots=True)
class Scale(Operation):
    """Both sides times `factor`."""

    factor: float

    @property
    def phrase(self) -> str:
        return f"resized it to {number(self.factor * 100)} %"

    def size_after(self, size: Size) -> Size:
        return scaled(size, self.factor)

    def apply(self, image: Image.Image) -> Image.Image:
        return resample(image, self.size_after(image.size))


@dataclass(frozen=True, slots=True)
class Fit(Operation):
    """Resize so that the picture just fits into `width` × `height` pixels; None leaves that side free."""

    width: int | None
    height: int | None

    @property
    def phrase(self) -> str:
        if self.height is None:
            return f"resized it to {self.width} pixels wide"
        if self.width is None:
            return f"resized it to {self.height} pixels high"
        return f"resized it to fit {self.width} × {self.height} pixels"

    def size_after(self, size: Size) -> Size:
        across = self.width / size[0] if self.width is not None else math.inf
        down = self.height / size[1] if self.height is not None else math.inf
        return scaled(size, min(across, down))

    def apply(self, image: Image.Image) -> Image.Image:
        return resample(image, self.size_after(image.size))


def scaled(size: Size, factor: float) -> Size:
    width, height = (round(side * factor) for side in size)
    if factor > 0:
        width, height = max(width, 1), max(height, 1)
    return checked(width, height)


def resample(image: Image.Image, size: Size) -> Image.Image:
    if size == image.size:
        return image.copy()
    source = premultiplied(image)
    width, height = size
    if width >= image.width and height >= image.height:
        large = cv2.resize(pixels(source), size, interpolation=cv2.INTER_CUBIC)
        done = assemble(source.mode, size, lambda top, bottom: picture(large[top:bottom], source.mode))
        return done.convert(image.mode)

    def strip(top: int, bottom: int) -> Image.Image:
        box = (0, top / height * image.height, image.width, bottom / height * image.height)
        return source.resize((width, bottom - top), Image.Resampling.LANCZOS, box, reducing_gap=3.0)

    return assemble(source.mode, size, strip).convert(image.mode)
