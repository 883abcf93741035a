"""How strongly an edit is painted: pure functions over the two scales of the paper's equation 3.

More text guidance (s_T) follows the wish more, more image guidance (s_I) keeps more of the source.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from bot.conversation import Version
from bot.events import RepeatName
from bot.settings import Strength

DIGITS = 4  # without the dust of division, Subtler after Stronger is the very same edit again


@dataclass(frozen=True, slots=True)
class Scales:
    """s_T and s_I."""

    text: float
    image: float


def scales_of(version: Version) -> Scales | None:
    """What a version was painted with; None where there are no scales, or nobody knows them."""
    if version.text_guidance is None or version.image_guidance is None:
        return None
    return Scales(version.text_guidance, version.image_guidance)


def offered(version: Version) -> tuple[RepeatName, ...]:
    """How the edit that made `version` can be done once more; an exact edit would give the same picture."""
    if version.parent is None or version.editor != "diffusion":
        return ()
    return ("again",) if scales_of(version) is None else ("again", "stronger", "subtler")


def beyond(
    scales: Scales, way: Literal["stronger", "subtler"], made: Collection[Scales], limits: Strength
) -> Scales | None:
    """The next scales from `scales` that are not `made` already; None when both are at their bounds."""
    while True:
        further = _further(scales, way, limits)
        if further == scales:
            return None
        if further not in made:
            return further
        scales = further


def _further(scales: Scales, way: Literal["stronger", "subtler"], limits: Strength) -> Scales:
    if way == "stronger":
        return Scales(
            _up(scales.text, limits.ratio, limits.text_guidance[1]),
            _down(scales.image, limits.ratio, limits.image_guidance[0]),
        )
    return Scales(
        _down(scales.text, limits.ratio, limits.text_guidance[0]),
        _up(scales.image, limits.ratio, limits.image_guidance[1]),
    )


def _up(value: float, ratio: float, bound: float) -> float:
    """A value beyond its bound stays where it is."""
    return max(value, round(min(value * ratio, bound), DIGITS))


def _down(value: float, ratio: float, bound: float) -> float:
    return min(value, round(max(value / ratio, bound), DIGITS))
