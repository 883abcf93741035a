"""Find out how far the horizon or the verticals lean, and turn the picture level."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.editing.exact.geometry import turn_inside
from engine.editing.exact.operations import CannotApply, Operation, Size

MOST = 10.0
"""Degrees of lean looked for to either side."""
STEP = 0.1
SIDE = 512
"""Longer side, in pixels, of the picture in which lines are looked for."""
SHORTEST = 0.04
"""Length from which a line counts, as a share of the shorter side; it counts by its square."""
UPRIGHT_COUNTS = 2.0
"""Walls and masts stand upright, while what lies level in the world is seldom level in a picture."""
USUAL = 6.0
"""Degrees, one standard deviation, that a picture leans before somebody wants it straightened."""
SPREAD = 0.6
"""Degrees, one standard deviation, by which the lines of one lean differ."""
ENOUGH = 0.15
"""Evidence needed: one line of about two fifths of the shorter side."""
CLEARER = 1.5
"""How many times as much of it as for any lean `APART` degrees or more from there."""
APART = 1.5
NO_LINE = "I can't find a line that shows what is level; tell me how far, like “rotate it 2° to the left”."
"""For the person."""


@dataclass(frozen=True, slots=True)
class Straighten(Operation):
    """Turn by the lean that most lines share; cropped, so that no corner is empty."""

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

    The lean that most of the line segments share; they are found by LSD (Grompone von Gioi et al., 2010).
    Raises `CannotApply` where no lean stands out: a slope of hills or a branch must not turn a picture.
    """
    small = image.reduce(max(1, max(image.size) // (2 * SIDE))).convert("L")
    small.thumbnail((SIDE, SIDE))
    leans = np.arange(-MOST, MOST + STEP / 2, STEP)
    evidence = _evidence(np.asarray(small), leans)
    likely = evidence * np.exp(-((leans / USUAL) ** 2) / 2)
    best = int(likely.argmax())
    others = likely[np.abs(leans - leans[best]) > APART]
    if evidence[best] < ENOUGH or likely[best] < CLEARER * others.max():
        raise CannotApply(NO_LINE)
    lean = round(float(leans[best]), 1)
    return 0.0 if abs(lean) <= STEP else lean


def _evidence(grey: NDArray[np.uint8], leans: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each lean, the squared lengths of the segments near it, in shares of the shorter side (h, w)."""
    found = cv2.createLineSegmentDetector().detect(grey)[0]
    no_lines = found is None  # pyright: ignore[reportUnnecessaryComparison] - whatever its stub says
    segments = np.zeros((0, 4)) if no_lines else np.asarray(found, np.float64).reshape(-1, 4)
    along = segments[:, 2:] - segments[:, :2]
    length = np.hypot(*along.T) / min(grey.shape)
    angle = np.rad2deg(np.arctan2(along[:, 1], along[:, 0]))
    lean = (angle + 45) % 90 - 45
    upright = np.abs((angle + 90) % 180 - 90) > 45
    weight = np.where(length > SHORTEST, length**2, 0) * np.where(upright, UPRIGHT_COUNTS, 1)
    return weight @ np.exp(-(((leans - lean[:, None]) / SPREAD) ** 2) / 2)
