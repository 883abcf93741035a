"""A maker that needs no model: photos and cut-outs in, pairs out whose target is computed from the source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, get_args

import numpy as np
from PIL import Image

from engine.editing.data.avatars import missing
from engine.editing.data.item import Item, png
from engine.editing.data.material import Material, Size
from engine.editing.data.pair import Pair
from engine.editing.data.recipes import RECIPES
from engine.editing.data.splits import Array, Split

SHAPES = ((1.0, 1.0), (0.875, 1.125), (1.125, 0.875))
"""Height and width beside the side of a square, and how often a pair has them."""
SHAPE_SHARES = (0.5, 0.3, 0.2)


@dataclass(frozen=True, slots=True)
class ExactPairs:
    """Where the material is and how much to make of it: squares of `side` pixels, and a little
    higher or wider pictures."""

    photos: Path
    cutouts: Path
    labels: Path
    seed: int = 0
    train: int = 24_000
    val: int = 400
    test: int = 600
    side: int = 128
    name: ClassVar[str] = "exact"
    parallel: ClassVar[bool] = True

    @property
    def about(self) -> str:
        return (
            f"Exact pairs of about {self.side} pixels, seed {self.seed}: targets are computed from their "
            "sources, so outside `mask` (white: may change) both are equal. No photo (nor another view of "
            "one larger photo), no drawing of a thing, no layout of a painted place and no drawn person is "
            "in two splits; a name may be, where several things go by it. Masks of subjects in photos are "
            "estimated (saliency by boundary connectivity) and only clear-cut ones are used; they are "
            "no hand-drawn truth. People are drawn by python_avatars (MIT)."
        )

    def keys(self, split: Split) -> Sequence[str]:
        if problem := missing():
            raise ValueError(problem)
        material_of(self.photos, self.cutouts, self.labels, split)
        count = {"train": self.train, "val": self.val, "test": self.test}[split]
        return [f"{self.seed} {self.side} {split} {index}" for index in range(count)]

    def make(self, split: Split, index: int) -> Iterator[Item]:
        rng = np.random.default_rng([self.seed, get_args(Split).index(split), index])
        pair = _draw(material_of(self.photos, self.cutouts, self.labels, split), self.side, rng)
        said = pair.phrasings
        yield Item(
            *(png_of(pixels) for pixels in (pair.source, pair.target)),
            instruction=said[int(rng.integers(len(said)))],
            mask=png_of(pair.mask),
            phrasings=said,
            skill=pair.skill,
            traced=pair.traced,
        )


material_of = cache(Material.read)


def drawn_size(side: int, rng: np.random.Generator) -> Size:
    high, wide = SHAPES[int(rng.choice(len(SHAPES), p=SHAPE_SHARES))]
    return round(side * high), round(side * wide)


def _draw(material: Material, side: int, rng: np.random.Generator) -> Pair:
    """One pair by a recipe drawn by its share."""
    shares = np.array([share for _, share in RECIPES.values()])
    name = str(rng.choice(list(RECIPES), p=shares / shares.sum()))
    return RECIPES[name][0](material, drawn_size(side, rng), rng)


def png_of(pixels: Array) -> bytes:
    return png(Image.fromarray((np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)))
