"""What a recipe of exact pairs gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import binary_dilation

from engine.editing.data.effects import clip
from engine.editing.data.material import Material, Size
from engine.editing.data.splits import Array
from engine.editing.data.wordings import varied


@dataclass(frozen=True, slots=True)
class Pair:
    """Pictures (H, W, 3) and `mask` (H, W) in [0, 1]; outside the mask source and target are equal.

    `traced`: the mask was looked for in a photo (by saliency), and may miss a part of the thing.
    """

    source: Array = field(repr=False)
    target: Array = field(repr=False)
    mask: Array = field(repr=False)
    phrasings: tuple[str, ...]
    skill: str
    traced: bool = False


Recipe = Callable[[Material, Size, np.random.Generator], Pair]


def pair(
    source: Array,
    target: Array,
    said: Sequence[str],
    skill: str,
    rng: np.random.Generator,
    mask: Array | None = None,
) -> Pair:
    """`mask` (H, W) or (H, W, 1) is what was changed on purpose; without it, where the pictures differ."""
    source, target = clip(source), clip(target)
    if mask is None:
        changed = np.abs(source - target).max(-1) > 1 / 512
        mask = binary_dilation(changed, iterations=1)  # what is blended at the rim belongs to the change
    mask = mask.reshape(source.shape[:2]).astype(np.float32)
    return Pair(source, np.where(mask[..., None] > 0, target, source), mask, varied(said, rng), skill)
