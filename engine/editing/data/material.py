"""What the exact makers build from: photos, drawn things, painted places; no split shares one of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.editing.data.cutouts import Cutout, Cutouts
from engine.editing.data.drawings import drawing
from engine.editing.data.scenes import SCENES, Scene
from engine.editing.data.splits import Array, Split, group_of, split_of
from engine.editing.data.subjects import subject_mask

Size = tuple[int, int]
"""(rows, columns)"""
T = TypeVar("T")

PICTURES = (".jpg", ".jpeg", ".png", ".webp")
LONGEST = 320
CACHED = 512
"""Photos, and masks, that a process keeps in memory; 150 and 50 kB each."""
LAYOUTS = 400
"""Ways that each place can be painted; each is in one split."""
DRAWINGS = 20_000
"""Ways that a landscape can be drawn."""
_CLOSE_UPS = ("clothes-", "flower-", "grocery-")
"""How the names of photos begin that show one kind of thing from near by."""


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    return options[int(rng.integers(len(options)))]


@dataclass(frozen=True, slots=True)
class Photo:
    """`pixels` (H, W, 3) in [0, 1]; `label` names the main thing."""

    name: str
    label: str
    index: int
    pixels: Array = field(repr=False)


class Photos:
    """A folder of photos. `photos.jsonl` beside or in it may name each file's label; else that is "photo"."""

    def __init__(self, folder: Path, split: Split) -> None:
        files = sorted(f for f in folder.rglob("*") if f.suffix.lower() in PICTURES)
        self.files = [f for f in files if split_of(group_of(f.name)) == split]
        if not self.files:
            raise ValueError(f"There are no photos for the {split} set in {folder}.")
        near = [file.name.startswith(_CLOSE_UPS) for file in self.files]
        self._near = [index for index, each in enumerate(near) if each]
        self._wide = [index for index, each in enumerate(near) if not each]
        self._labels = _labels(folder)
        self._pixels = lru_cache(CACHED)(self._load)
        self._subjects = lru_cache(CACHED)(self._cut)

    def draw(
        self,
        rng: np.random.Generator,
        among: Literal["all", "close-ups", "wide"] = "all",
        clear: bool = False,
    ) -> Photo:
        """A random photo of a kind, or of any if there is none; `clear`: with a subject that can be told
        apart from what is behind it (the last one drawn if forty tries find none)."""
        everything = range(len(self.files))
        indices = {"all": everything, "close-ups": self._near, "wide": self._wide}[among] or everything
        for _ in range(40):
            index = pick(rng, indices)
            if not clear or self._subjects(index)[1]:
                break
        return self[index]

    def __getitem__(self, index: int) -> Photo:
        name = self.files[index].name
        pixels = self._pixels(index).astype(np.float32) / 255
        return Photo(name, self._labels.get(name, "photo"), index, pixels)

    def subject(self, photo: Photo) -> Array:
        """The mask (H, W) in [0, 1] of what a photo shows."""
        return self._subjects(photo.index)[0].astype(np.float32) / 255

    def _load(self, index: int) -> NDArray[np.uint8]:
        with Image.open(self.files[index]) as picture:
            picture = picture.convert("RGB")
            picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
            return np.asarray(picture)

    def _cut(self, index: int) -> tuple[NDArray[np.uint8], bool]:
        mask, clear = subject_mask(self[index].pixels)
        return np.round(mask * 255).astype(np.uint8), clear


def _labels(folder: Path) -> dict[str, str]:
    for file in (folder / "photos.jsonl", folder.parent / "photos.jsonl"):
        if file.is_file():
            lines = file.read_text(encoding="utf-8").splitlines()
            rows = [json.loads(line) for line in lines if line.strip()]
            return {row["file"]: row["label"] for row in rows}
    return {}


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a maker may draw from, for one split."""

    photos: Photos
    cutouts: Cutouts
    split: Split

    @classmethod
    def read(cls, photos: Path, cutouts: Path, labels: Path, split: Split) -> Material:
        """Raises `ValueError` or `OSError` if there is nothing in them."""
        return cls(Photos(photos, split), Cutouts(cutouts, labels, split), split)

    def painted(
        self, size: Size, rng: np.random.Generator, wanted: Callable[[Scene], bool] | None = None
    ) -> tuple[str, Array]:
        """The name of a place and a painting of it (H, W, 3), in a layout of this split."""
        name = pick(rng, [name for name, scene in SCENES.items() if wanted is None or wanted(scene)])
        return name, self.place(name, size, rng)

    def place(self, name: str, size: Size, rng: np.random.Generator) -> Array:
        """A painting (H, W, 3) of a place."""
        return SCENES[name].paint(size, self._layout(name, rng))

    def drawing(self, size: Size, rng: np.random.Generator) -> tuple[Array, float]:
        """A flat drawing (H, W, 3) of a landscape, and its horizon."""
        return drawing(size, self._layout("drawing", rng, DRAWINGS))

    def _layout(self, name: str, rng: np.random.Generator, count: int = LAYOUTS) -> np.random.Generator:
        """What one of this split's layouts, of `count` in all, is drawn from."""
        layout = int(rng.integers(count))
        while split_of(f"{name} {layout}") != self.split:
            layout = int(rng.integers(count))
        return np.random.default_rng([*name.encode(), layout])

    def photographed(self, rng: np.random.Generator) -> Cutout:
        """What a photo shows, cut out of it."""
        photo = self.photos.draw(rng, "close-ups", clear=True)
        mask = self.photos.subject(photo)
        rows, columns = np.nonzero(mask > 0.5)
        inside = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        return Cutout(photo.label, "medium", np.dstack([photo.pixels, mask])[inside])


def resized(pixels: Array, size: Size) -> Array:
    """(H, W), (H, W, 3) or (H, W, 4) in [0, 1] at another (H, W); Pillow premultiplies alpha meanwhile."""
    picture = Image.fromarray((pixels * 255 + 0.5).astype(np.uint8))
    small = picture.resize((size[1], size[0]), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.asarray(small, np.float32) / 255


def view(
    pixels: Array, size: Size, rng: np.random.Generator, zoom: tuple[float, float] = (0.72, 1.0)
) -> Array:
    """A random view of a picture (H, W, 3), or of one and its mask (H, W, 4), mirrored half of the time, a
    little stretched."""
    rows, columns = pixels.shape[:2]
    wide = size[1] / size[0] * np.exp(rng.uniform(-0.15, 0.15))
    tall = min(rows, columns / wide) * rng.uniform(*zoom)
    height, width = max(8, round(tall)), max(8, round(tall * wide))
    top, left = rng.integers(0, rows - height + 1), rng.integers(0, columns - width + 1)
    part = pixels[top : top + height, left : left + width]
    found = np.dstack(
        [resized(part[..., :3], size), *(resized(m, size) for m in np.moveaxis(part[..., 3:], -1, 0))]
    )
    return np.ascontiguousarray(found[:, ::-1] if rng.random() < 0.5 else found)
