"""What every exact photo edit is: a frozen value with a phrase for the person and one way to apply it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

import numpy as np
from PIL import Image

MAX_PIXELS = 24_000_000
"""The largest picture an operation may make."""


Size = tuple[int, int]
"""(width, height) in pixels."""


class CannotApply(Exception):
    """The operation makes no sense on this picture; the message is one sentence for the person."""


class Operation(ABC):
    """One exact edit of an RGB, RGBA or L picture. `apply` leaves its input as it was; alpha is kept."""

    @property
    @abstractmethod
    def phrase(self) -> str:
        """What was done, to stand after "I": "made it a bit brighter (+0.3 stops)"."""

    @property
    def told_by_wish(self) -> bool:
        """Whether the phrase says no more than the wish did."""
        return False

    @abstractmethod
    def apply(self, image: Image.Image) -> Image.Image: ...

    def size_after(self, size: Size) -> Size | None:
        """The result's (width, height); None where that depends on what the picture shows.

        Raises `CannotApply` where `apply` is sure to, whatever a picture of that size shows.
        """
        return size


class Curve(Operation):
    """An edit of each channel by itself. Neighbouring curves of a plan become one table, rounded once."""

    @abstractmethod
    def curve(self, values: np.ndarray) -> np.ndarray:
        """Map sRGB-encoded values of shape (3, 256), from 0 to 1, to new ones of the same shape."""

    def apply(self, image: Image.Image) -> Image.Image:
        return apply_curves([self], image)


def apply_curves(curves: Iterable[Curve], image: Image.Image) -> Image.Image:
    """Apply curves one after the other with a single look-up per sample.

    An L picture stays L unless the channels part ways (warmth, tint): then it becomes RGB.
    """
    values = np.tile(np.linspace(0.0, 1.0, 256), (3, 1))
    for each in curves:
        values = np.clip(each.curve(values), 0.0, 1.0)
    table = np.rint(values * 255).astype(np.uint8)
    if image.mode == "L":
        if (table == table[0]).all():
            return image.point(table[0].tolist())
        image = image.convert("RGB")
    rows = [table[0], table[1], table[2]]
    if image.mode == "RGBA":
        rows.append(np.arange(256, dtype=np.uint8))
    return image.point(np.concatenate(rows).tolist())


def on_colours(image: Image.Image, work: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Run `work` on the picture without its alpha channel and put the alpha back untouched."""
    if image.mode != "RGBA":
        return work(image)
    done = work(image.convert("RGB"))
    done.putalpha(image.getchannel("A"))
    return done


def checked(width: int, height: int) -> Size:
    """The size; raises `CannotApply` when a picture of it can't or mustn't be made."""
    if width < 1 or height < 1:
        raise CannotApply("That would leave nothing of the picture.")
    if width * height > MAX_PIXELS:
        raise CannotApply(
            f"That would make {width} × {height} pixels; I can go up to {MAX_PIXELS // 1_000_000} megapixels."
        )
    return width, height
