"""A picture made strip by strip: on all cores, and each strip small enough for the cache."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from PIL import Image

ROWS = 64
"""Height of a strip: a few hundred kilobytes, also of the float32 arrays made of it."""


@cache
def pool() -> ThreadPoolExecutor:
    """Pillow and NumPy let other threads work while they compute."""
    return ThreadPoolExecutor(min(os.cpu_count() or 1, 8), "strips")


def assemble(mode: str, size: tuple[int, int], work: Callable[[int, int], Image.Image]) -> Image.Image:
    """A picture whose rows `top` to `bottom` (excluded) are what `work(top, bottom)` makes."""
    done = Image.new(mode, size)

    def place(top: int) -> None:
        done.paste(work(top, min(top + ROWS, size[1])), (0, top))

    for _ in pool().map(place, range(0, size[1], ROWS)):
        pass
    return done


def in_strips(image: Image.Image, work: Callable[[Image.Image], Image.Image], margin: int = 0) -> Image.Image:
    """`work` on each strip, seeing `margin` more rows above and below; it keeps mode and size."""

    def strip(top: int, bottom: int) -> Image.Image:
        first, last = max(top - margin, 0), min(bottom + margin, image.height)
        done = work(image.crop((0, first, image.width, last)))
        return done.crop((0, top - first, image.width, bottom - first)) if margin else done

    return assemble(image.mode, image.size, strip)
