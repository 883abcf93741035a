"""What CLIP thinks of a pair: do the pictures fit each other, their captions, and the change of the captions?

InstructPix2Pix (Brooks et al. 2023), section 3.1.2, after the directional similarity of Gal et al. 2021.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from engine.editing.vectors import unit

if TYPE_CHECKING:
    from engine.editing.clip import Clip

IMAGE, TEXT, DIRECTION = 0.75, 0.2, 0.2
"""The least similarity of the pictures, of a picture and its caption, and of both changes."""


@dataclass(frozen=True, slots=True)
class Similarities:
    """Cosines of CLIP's features: source and target, each with its caption, change with change."""

    image: float
    before: float
    after: float
    direction: float

    def too_low(self) -> str | None:
        """The first of the paper's thresholds that is missed, or None."""
        if self.image < IMAGE:
            return f"pictures too unlike (CLIP below {IMAGE})"
        if min(self.before, self.after) < TEXT:
            return f"a picture does not show its caption (CLIP below {TEXT})"
        if self.direction < DIRECTION:
            return f"another change than the captions' (CLIP below {DIRECTION})"
        return None


def about(clip: Clip) -> str:
    """A sentence for the data card."""
    return (
        f"Pairs with captions passed {clip.name}: similarity of the pictures at least {IMAGE}, of each "
        f"picture and its caption {TEXT}, of the change of the pictures and of the captions {DIRECTION}."
    )


def similarities(
    clip: Clip, pictures: tuple[Image.Image, Image.Image], captions: tuple[str, str]
) -> Similarities:
    """Of (source, target) and (before, after)."""
    source, target = (unit(clip(picture)) for picture in pictures)
    before, after = (unit(clip.caption(text)) for text in captions)
    return Similarities(
        float(source @ target),
        float(source @ before),
        float(target @ after),
        float(unit(target - source) @ unit(after - before)),
    )
