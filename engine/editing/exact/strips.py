"""A picture made strip by strip: on all cores, and each strip small enough for the cache."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROWS = 128
"""Height of a strip: a megabyte or two, also of a float32 array made of one channel."""

Bytes = NDArray[np.uint8]


@cache
def pool() -> ThreadPoolExecutor:
    """Pillow, NumPy and OpenCV let other threads work while they compute."""
    return ThreadPoolExecutor(min(os.cpu_count() or 1, 8), "strips")


def each_strip(height: int, work: Callable[[int, int], object], rows: int | None = None) -> None:
    """Call `work(top, bottom)` (bottom excluded) for all strips of so many rows (`ROWS`) in `height`."""
    rows = rows or ROWS
    for _ in pool().map(lambda top: work(top, min(top + rows, height)), range(0, height, rows)):
        pass


def assemble(
    mode: str, size: tuple[int, int], work: Callable[[int, int], Image.Image], rows: int | None = None
) -> Image.Image:
    """A picture whose rows `top` to `bottom` (excluded) are what `work(top, bottom)` makes."""
    done = Image.new(mode, size, None)
    each_strip(size[1], lambda top, bottom: done.paste(work(top, bottom), (0, top)), rows)
    return done


def in_strips(image: Image.Image, work: Callable[[Image.Image], Image.Image], margin: int = 0) -> Image.Image:
    """`work` on each strip, seeing `margin` more rows above and below; it keeps mode and size."""

    def strip(top: int, bottom: int) -> Image.Image:
        first, last = max(top - margin, 0), min(bottom + margin, image.height)
        done = work(image.crop((0, first, image.width, last)))
        return done.crop((0, top - first, image.width, bottom - first)) if margin else done

    return assemble(image.mode, image.size, strip)


def pixels_in_strips(image: Image.Image, work: Callable[[Bytes], Bytes], margin: int = 0) -> Image.Image:
    """`in_strips` on arrays of (rows, width, channels), or (rows, width) of an L picture."""
    return in_strips(image, lambda strip: picture(work(np.asarray(strip)), strip.mode), margin)


def pixels(image: Image.Image) -> Bytes:
    """(H, W, channels), or (H, W) of an L picture: a copy."""
    channels = () if image.mode == "L" else (len(image.getbands()),)
    found = np.empty((image.height, image.width, *channels), np.uint8)

    def strip(top: int, bottom: int) -> None:
        found[top:bottom] = np.asarray(image.crop((0, top, image.width, bottom)))

    each_strip(image.height, strip)
    return found


def picture(samples: Bytes, mode: str) -> Image.Image:
    """The picture of such an array. Of RGBa, too, which `Image.fromarray` doesn't make."""
    size = (samples.shape[1], samples.shape[0])
    return Image.frombuffer(mode, size, np.ascontiguousarray(samples), "raw", mode, 0, 1)
