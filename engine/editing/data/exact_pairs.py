"""A maker that needs no model: photos and cut-outs in, pairs out whose target is computed from the source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, get_args

import numpy as np
from PIL import Image

from engine.editing.data.item import Item, png
from engine.editing.data.material import Array, Cutouts, Material, Photos, Split
from engine.editing.data.recipes import RECIPES, Pair

SIZES = ((128, 128), (112, 144), (144, 112))
SIZE_SHARES = (0.5, 0.3, 0.2)


@dataclass(frozen=True, slots=True)
class ExactPairs:
    """Where the material is and how much to make of it: pairs of 128 x 128, 112 x 144 or 144 x 112."""

    photos: Path
    cutouts: Path
    labels: Path
    seed: int = 0
    train: int = 24_000
    val: int = 400
    test: int = 500
    name: ClassVar[str] = "exact"
    parallel: ClassVar[bool] = True

    @property
    def about(self) -> str:
        return (
            f"Exact pairs, seed {self.seed}: targets are computed from their sources, so outside `mask` "
            "(white: may change) both are equal. No photo is in two splits, nor are two views of one larger "
            "photo. Masks of subjects in photos are estimated (saliency by boundary connectivity) and only "
            "clear-cut ones are used; they are not hand-drawn truth. The drawn objects are the same in all "
            "splits."
        )

    def keys(self, split: Split) -> Sequence[str]:
        material_of(self.photos, self.cutouts, self.labels, split)
        count = {"train": self.train, "val": self.val, "test": self.test}[split]
        return [f"{self.seed} {split} {index}" for index in range(count)]

    def make(self, split: Split, index: int) -> Iterator[Item]:
        rng = np.random.default_rng([self.seed, get_args(Split).index(split), index])
        pair = _draw(material_of(self.photos, self.cutouts, self.labels, split), rng)
        said = pair.phrasings
        yield Item(
            *(png_of(pixels) for pixels in (pair.source, pair.target)),
            instruction=said[int(rng.integers(len(said)))],
            mask=png_of(pair.mask),
            phrasings=said,
            skill=pair.skill,
        )


@cache
def material_of(photos: Path, cutouts: Path, labels: Path, split: Split) -> Material:
    return Material(Photos(photos, split), Cutouts(cutouts, labels))


def _draw(material: Material, rng: np.random.Generator) -> Pair:
    """One pair by a recipe drawn by its share."""
    shares = np.array([share for _, share in RECIPES.values()])
    name = str(rng.choice(list(RECIPES), p=shares / shares.sum()))
    size = SIZES[int(rng.choice(len(SIZES), p=SIZE_SHARES))]
    return RECIPES[name][0](material, size, rng)


def png_of(pixels: Array) -> bytes:
    return png(Image.fromarray((np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)))
