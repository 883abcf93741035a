"""Drawn things with names: which there are, where they belong, and in which split each drawing is."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from engine.editing.data.splits import Array, Split, split_of

Where = Literal["large", "medium", "small", "sky"]

HELD_OUT = 0.1
"""The share of the drawings in each of the validation and the test set: there are few, and each counts."""
CACHED = 512


@dataclass(frozen=True, slots=True)
class Cutout:
    """One drawn thing; `rgba` (H, W, 4) in [0, 1], cropped to what is not transparent."""

    name: str
    where: Where
    rgba: Array = field(repr=False)


@cache
def catalogue() -> dict[str, tuple[Where, tuple[str, ...]]]:
    """Names people say -> where such a thing is found, and the labels of its drawings (`objects.txt`)."""
    found: dict[str, tuple[Where, tuple[str, ...]]] = {}
    where: Where = "small"
    for line in (Path(__file__).parent / "objects.txt").read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"\[(large|medium|small|in the sky)(, on the ground)?\]", line):
            where = "sky" if heading[1] == "in the sky" else heading[1]  # pyright: ignore[reportAssignmentType]
        elif line and not line.startswith("#"):
            name, _, labels = line.partition(":")
            found[name] = where, tuple(re.split(r", *", labels.strip() or name))
    return found


class Cutouts:
    """The emoji of one split: named by code point (`1f408.webp`), labelled by emojibase, in the catalogue.

    Raises `ValueError` with one sentence if there are none.
    """

    def __init__(self, folder: Path, labels: Path, split: Split) -> None:
        codes = codes_of(labels)
        self._files: defaultdict[str, list[Path]] = defaultdict(list)
        for name, (_, wanted) in catalogue().items():
            for label in wanted:
                if split_of(f"drawing {label}", HELD_OUT) == split and label in codes:
                    self._files[name] += pictures_of(folder, codes[label])
        self._files = defaultdict(list, {name: files for name, files in self._files.items() if files})
        if not self._files:
            raise ValueError(f"There are no drawings with known names for the {split} set in {folder}.")
        self.names = sorted(self._files)
        self._get = lru_cache(CACHED)(_cutout)

    def draw(self, rng: np.random.Generator, wanted: Callable[[str], bool] | None = None) -> Cutout:
        """A random drawing of a thing whose name is `wanted`; of any, if no such thing is in this split."""
        names = [name for name in self.names if wanted is None or wanted(name)] or self.names
        name = names[int(rng.integers(len(names)))]
        files = self._files[name]
        return Cutout(name, catalogue()[name][0], self._get(files[int(rng.integers(len(files)))]))


def codes_of(labels: Path) -> dict[str, str]:
    """The code point of each label, from emojibase's list."""
    rows = json.loads(labels.read_text(encoding="utf-8"))
    return {row["label"]: row["hexcode"].lower() for row in rows}


def pictures_of(folder: Path, code: str) -> list[Path]:
    """The drawing of a code point, if the folder has it."""
    stems = (code, code.replace("-fe0f", ""), f"{code}-fe0f")
    return [file for stem in stems if (file := folder / f"{stem}.webp").is_file()][:1]


def _cutout(file: Path) -> Array:
    with Image.open(file) as picture:
        rgba = np.asarray(picture.convert("RGBA"), np.float32) / 255
    rows, columns = np.nonzero(rgba[..., 3] > 0.05)
    return rgba[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
