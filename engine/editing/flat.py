"""In flat drawings an area of one colour belongs to a thing as a whole, or not at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import mean
from skimage.segmentation import felzenszwalb

Likely = NDArray[np.float32]

PLAIN = 0.7
"""Share of the pixels that are as their neighbours from which a picture counts as a flat drawing."""
SAME = 2
"""Levels, of 255, by which neighbours may differ in that."""
SCALE, SMALLEST = 40, 12
"""Felzenszwalb's, and the pixels of an area that is one."""


def is_flat(picture: Image.Image) -> bool:
    """Whether an RGB picture has hardly any but even areas. Photos have grain, shade and blur."""
    pixels = np.asarray(picture).astype(np.int16)
    right = np.abs(np.diff(pixels, axis=1)).max(-1)[:-1]
    down = np.abs(np.diff(pixels, axis=0)).max(-1)[:, :-1]
    return bool((np.maximum(right, down) <= SAME).mean() > PLAIN)


def by_area(likely: Likely, picture: Image.Image, least: float) -> Likely:
    """1 on the areas that are that likely as a whole, else 0; (h, w) as given."""
    areas = felzenszwalb(np.asarray(picture), scale=SCALE, sigma=0, min_size=SMALLEST)
    means = np.asarray(mean(likely, areas, np.arange(areas.max() + 1)), np.float32)
    return (means > least).astype(np.float32)[areas]
