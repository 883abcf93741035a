"""Rain and snow that fall in a painted picture: small weights see too few pixels to paint a drop.

They paint the light of such a day; the drops and flakes are drawn over it.
"""

from __future__ import annotations

import re
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.editing.pictures import scaled

Falls = Literal["rain", "snow"]
Pixels = NDArray[np.uint8]
Mask = NDArray[np.float32]

RAIN = r"rain|raining|rainy|rainfall|rainstorm|drizzle|downpour|thunderstorm"
SNOW = r"snow|snowing|snowy|snowfall|snowflakes?|snowstorm|blizzard"
FALLS = re.compile(rf"(?<!\bthe )(?<!\bthis )(?<!\bthat )(?<!\bmy )\b((?P<rain>{RAIN})|(?P<snow>{SNOW}))\b")
"""Not "the snow": that lies there already."""
AGAINST = re.compile(
    r"\b(no|not|don'?t|never|without|remove|erase|delete|clear|less|stop|away|rid|melt|instead|replace|swap|cover"
    r"|ground|background|backdrop|behind|landscape)\b"
    r"|\b(rain|snow) ?(boots?|coat|jacket|man|men|white|globe|ball|capped|covered)\b"
)
"""Words of wishes against it, for snow that lies, for weather behind somebody, or for other things."""
SIDE = 1400
"""Longer side, in pixels, at which they are drawn; larger pictures get them enlarged."""
FULL = 500
"""Longer side from which on there are as many as there can be: drops have a least size."""
LEAN = 8
"""Degrees by which rain leans."""


def falling(instruction: str) -> Falls | None:
    """What is to fall, where an instruction says so."""
    said = instruction.lower().replace("’", "'")
    found = FALLS.search(said)
    if found is None or AGAINST.search(said):
        return None
    return "snow" if found["snow"] else "rain"


def fallen(pixels: Pixels, what: Falls, seed: int) -> Pixels:
    """A copy of (H, W, 3) with rain or snow before it; the same seed draws the same."""
    height, width = pixels.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = scaled((width, height), scale)
    draw = rain if what == "rain" else snow
    veil = np.rint(draw(size, np.random.default_rng(seed)) * 255).astype(np.uint8)
    veil = cv2.resize(veil, (width, height), interpolation=cv2.INTER_LINEAR)
    # White over it, the more the denser the veil: 255 - (255 - pixel) * (255 - veil) / 255.
    rest = cv2.multiply(cv2.bitwise_not(pixels), cv2.merge([cv2.bitwise_not(veil)] * 3), scale=1 / 255)
    return cv2.bitwise_not(rest)


def rain(size: tuple[int, int], rng: np.random.Generator) -> Mask:
    """(H, W), 0 to 1: streaks in three distances, near ones longer, fewer and softer."""
    longer = max(size)
    veil = np.zeros(size[::-1], np.float32)
    for length, width, share, strength in (
        (0.012, 0.0005, 0.003, 0.2),
        (0.03, 0.0009, 0.0009, 0.3),
        (0.07, 0.0018, 0.00015, 0.26),
    ):
        drops = scattered(size, share, rng)
        streaks = cv2.filter2D(drops, -1, line(max(3, round(length * longer))), borderType=cv2.BORDER_REFLECT)
        veil = np.maximum(veil, strength * evened(streaks, width * longer))
    return veil


def snow(size: tuple[int, int], rng: np.random.Generator) -> Mask:
    """(H, W), 0 to 1: flakes in three distances, near ones larger, fewer and out of focus."""
    longer = max(size)
    veil = np.zeros(size[::-1], np.float32)
    for radius, share, strength in ((0.0008, 0.0014, 0.75), (0.0019, 0.0003, 0.85), (0.005, 0.00002, 0.6)):
        veil = np.maximum(veil, strength * evened(scattered(size, share, rng), radius * longer))
    return veil


def scattered(size: tuple[int, int], share: float, rng: np.random.Generator) -> Mask:
    """Points of 0.4 to 1 on 0: a `share` of the pixels at `SIDE`, as many down to `FULL`, then fewer."""
    width, height = size
    points = np.zeros((height, width), np.float32)
    many = share * SIDE * SIDE * height * width / max(size) ** 2
    count = max(1, round(many * min(1.0, (max(size) / FULL) ** 2)))
    where = rng.integers(0, height, count), rng.integers(0, width, count)
    points[where] = rng.uniform(0.4, 1, count).astype(np.float32)
    return points


def line(length: int) -> Mask:
    """A kernel: a straight line of so many pixels, nearly upright."""
    side = length | 1
    kernel = np.zeros((side, side), np.float32)
    reach = side // 2
    across = round(reach * np.tan(np.radians(LEAN)))
    cv2.line(kernel, (reach - across, side - 1), (reach + across, 0), 1.0)
    return kernel


def evened(points: Mask, radius: float) -> Mask:
    """Blurred, and as strong as before where it was strongest."""
    soft = cv2.GaussianBlur(points, (0, 0), max(radius, 0.4))
    return np.clip(soft / max(float(soft.max()), 1e-6) * 1.4, 0, 1)
