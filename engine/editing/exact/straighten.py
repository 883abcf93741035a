"""Find out how far the horizon or the verticals lean, and turn the picture level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image
from skimage.feature import canny
from skimage.transform import hough_line

from engine.editing.exact.geometry import turn_inside
from engine.editing.exact.operations import CannotApply, Operation, Size

MOST = 10.0
"""Degrees of lean looked for to either side."""
STEP = 0.1
NO_LINE = "I can't find a line that shows what is level; tell me how far, like “rotate it 2° to the left”."
"""For the person."""


@dataclass(frozen=True, slots=True)
class Straighten(Operation):
    """Turn by the lean of the longest nearly level or upright line; cropped, so that no corner is empty."""

    @property
    def phrase(self) -> str:
        return "straightened it"

    def apply(self, image: Image.Image) -> Image.Image:
        lean = measure_lean(image)
        return turn_inside(image, -lean) if lean else image.copy()

    def size_after(self, size: Size) -> None:
        return None  # as it leans


def measure_lean(image: Image.Image) -> float:
    """Degrees, clockwise positive, by which the picture leans; 0 when it is level.

    Hough transform (Duda and Hart, 1972) of the edges at 512 pixels: the lean of the line with most votes.
    Raises `CannotApply` when no line is as long as a fifth of the shorter side.
    """
    small = image.reduce(max(1, max(image.size) // 1024)).convert("L")
    small.thumbnail((512, 512))
    edges = canny(np.asarray(small) / 255, sigma=2.0)
    leans = np.arange(-MOST, MOST + STEP / 2, STEP)
    # A line's normal stands at 90° for a level line and at 0° for an upright one.
    upright, _, _ = hough_line(edges, np.deg2rad(leans))
    level, _, _ = hough_line(edges, np.deg2rad(leans + 90))
    longest = np.maximum(upright.max(axis=0), level.max(axis=0))
    if longest.max() < min(small.size) / 5:
        raise CannotApply(NO_LINE)
    best = leans[np.flatnonzero(longest >= longest.max() * 0.99)].mean()
    return 0.0 if abs(best) < STEP else round(float(best), 1)
