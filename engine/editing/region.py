"""Where an edit may act: a wish about the background leaves the subject alone, one about a thing all else.

Three witnesses say what the subject is: saliency (`subject_mask`, by which the starter was taught it), the
network's own change, and the colours of what these two found. The verdict is a local linear function of the
picture's colours, so that its edges are the picture's own at any size.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage.color import rgb2lab

from engine.editing import local_linear
from engine.editing.data.phrases import NOTHING
from engine.editing.data.subjects import subject_mask
from engine.editing.knowledge import content
from engine.editing.local_linear import LocalLinear

Array = NDArray[np.float32]
Scope = Literal["everywhere", "background", "subject", "nowhere"]

SIDE = 160
"""Longer side, in pixels, of the picture that is looked at."""
TOO_SMALL = 32
BEHIND = frozenset(("background", "backdrop", "behind", "wall"))
UNCHANGED = frozenset(map(content, NOTHING))
HELD, MOVED = 0.35, 0.65
"""Of the change's upper quartile: under it a place is the subject of a wish about the background, from there
on it is not."""
PAINTED, UNPAINTED = 0.7, 0.4
"""Of the change's 95th percentile: from there on a place is the thing that was to be recoloured."""
BINS = 10
"""Of the colour histogram, on each axis of Lab."""
RADIUS, EPSILON = 6, 1e-3
"""Window of the guided filter as at a side of 128, and the variance under which a window counts as flat."""
GAIN = 3
"""How steeply the verdict parts yes and no."""


def scope(instruction: str) -> Scope:
    """What a wish is about, by its words."""
    words = content(instruction)
    if words in UNCHANGED:
        return "nowhere"
    if words & BEHIND:
        return "background"
    if "COLOUR" in words and "sky" not in words:
        return "subject"
    return "everywhere"
