"""Where an edit may act: a wish about the background leaves the subject alone, one about a thing all else.

What a background is behind, people are, if the picture shows some, or things of a known kind (`segmenter/`),
or what `SubjectNet` finds, which read the wish. Where nobody tells, three witnesses are asked: saliency, the
editor's own change, and the colours of what these two found. The verdict is a local linear function of the
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
from engine.editing.data.phrases import BACKGROUND_LIGHT, NOTHING, SCENES, background_light, background_scene
from engine.editing.data.subjects import subject_mask
from engine.editing.exact.people import find_people
from engine.editing.knowledge import LOOK_SIDE, Looks, content
from engine.editing.local_linear import LocalLinear
from engine.editing.pictures import thumbnail

Array = NDArray[np.float32]
Scope = Literal["everywhere", "background", "subject", "nowhere"]

SIDE = 160
"""Longer side, in pixels, of the picture that is looked at."""
TOO_SMALL = 16
"""Shorter side of that picture under which nobody can tell a subject."""
BEHIND = frozenset(("background", "backdrop", "behind", "wall"))
UNCHANGED = frozenset(map(content, NOTHING))
OTHER_PLACE = frozenset(content(said) for place in SCENES for said in background_scene(place))
OTHER_LIGHT = (
    frozenset(content(said) for light in BACKGROUND_LIGHT for said in background_light(light)) - OTHER_PLACE
)
"""Night, winter or fog behind: what stands in front stands in that light, too, as the starter was taught."""
HELD, MOVED = 0.35, 0.65
"""Of the change's upper quartile: under it a place is the subject of a wish about the background, from there
on it is not."""
PAINTED, UNPAINTED = 0.7, 0.4
"""Of the change's 95th percentile: from there on a place is the thing that was to be recoloured."""
BINS = 18
"""Of the colour histogram, on each axis of Lab."""
COLOUR = 0.7
"""Share of the colours' word in what is to be recoloured."""
RADIUS, EPSILON = 6, 1e-3
"""Window of the guided filter as at a side of 128, and the variance under which a window counts as flat."""
GAIN = 3
"""How steeply the verdict parts yes and no."""


def scope(instruction: str) -> Scope:
    """What a wish is about, by its words."""
    words = content(instruction)
    if words in UNCHANGED:
        return "nowhere"
    if words & BEHIND and words not in OTHER_LIGHT:
        return "background"
    if "COLOUR" in words and "sky" not in words:
        return "subject"
    return "everywhere"


class Region:
    """What one wish may change in one picture. Made once; the change is asked about after every step."""

    def __init__(self, instruction: str, picture: Image.Image, looks: Looks | None = None) -> None:
        """`picture` in RGB, of any size; `looks`, where there is one, tells its subject."""
        self._scope: Scope = scope(instruction)
        if self._scope in ("background", "subject"):
            small = picture.copy()
            small.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC)
            if min(small.size) < TOO_SMALL:
                self._scope = "everywhere"
                return
            self._picture = np.asarray(small, np.float32) / 255
            people = find_people(picture) if self._scope == "background" else None
            self._told: Array | None = None
            if people is not None:
                self._told = np.asarray(people.resize(small.size), np.float32) / 255
            elif looks is not None:
                told = Image.fromarray(looks(thumbnail(picture, LOOK_SIDE)))
                self._told = np.asarray(told.resize(small.size, Image.Resampling.BILINEAR))
            self._subject = subject_mask(self._picture)[0] if self._told is None else self._told
            self._bins = _bins(self._picture)

    def __call__(self, change: Array) -> LocalLinear | None:
        """How much to let through of the network's change (h, w, 3) of [0, 1], by the picture's colours.

        Values under 0 mean nothing, over 1 all. None: all of it everywhere.
        """
        if self._scope == "everywhere":
            return None
        if self._scope == "nowhere":
            return LocalLinear(np.zeros((1, 1, 1, 3), np.float32), np.zeros((1, 1, 1), np.float32))
        strength = Image.fromarray(np.abs(change).max(-1).astype(np.float32))
        height, width = self._subject.shape
        moved = np.asarray(strength.resize((width, height), Image.Resampling.BILINEAR))
        subject = self._left_alone(moved) if self._scope == "background" else self._painted(moved)
        return edged(self._picture, 1 - subject if self._scope == "background" else subject)

    def _left_alone(self, moved: Array) -> Array:
        """What was told; else what any witness takes for the subject: better a rest of the old background
        than a lost arm."""
        if self._told is not None:
            return self._told
        usual = max(float(np.percentile(moved, 75)), 1e-3)
        held = np.clip((MOVED - moved / usual) / (MOVED - HELD), 0, 1)
        subject = np.maximum(self._subject, held)
        return np.maximum(subject, self._by_colour(subject))

    def _painted(self, moved: Array) -> Array:
        """The mean of the witnesses: a thing half missed looks as bad as a stain beside it."""
        most = max(float(np.percentile(moved, 95)), 1e-3)
        painted = np.clip((moved / most - UNPAINTED) / (PAINTED - UNPAINTED), 0, 1)
        subject = (self._subject + painted) / 2
        return (1 - COLOUR) * subject + COLOUR * self._by_colour(subject)

    def _by_colour(self, subject: Array) -> Array:
        """The share of the subject among all pixels of the same colour."""
        inside, every = (
            gaussian_filter(
                np.bincount(self._bins.ravel(), weights.ravel(), BINS**3).reshape((BINS,) * 3), 1.0
            )
            for weights in (subject, np.ones_like(subject))
        )
        return (inside / np.maximum(every, 1e-6)).ravel()[self._bins].astype(np.float32)


def edged(picture: Array, likely: Array) -> LocalLinear:
    """What is likely (H, W) of a picture (H, W, 3), surer and with the picture's own edges: under 0 or over 1
    where it is sure."""
    window = max(2, round(RADIUS * max(likely.shape) / 128))
    found = local_linear.fit(picture, likely[..., None], window, EPSILON)
    return LocalLinear(GAIN * found.slope, GAIN * (found.offset - 0.5) + 0.5)


def _bins(picture: Array) -> NDArray[np.intp]:
    """(H, W): in which of BINS³ cells of Lab a pixel lies."""
    lab = rgb2lab(picture) / (100, 120, 120) + (0, 0.5, 0.5)
    cells = np.clip((lab * BINS).astype(np.intp), 0, BINS - 1)
    return np.ravel_multi_index(tuple(np.moveaxis(cells, -1, 0)), (BINS,) * 3)
