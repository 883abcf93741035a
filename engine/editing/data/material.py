"""What the makers build from: photos, cut-outs with names, and splits that never share one of them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.editing.data.subjects import subject_mask

Array = NDArray[np.float32]
Split = Literal["train", "val", "test"]

PICTURES = (".jpg", ".jpeg", ".png", ".webp")

# Names people say -> labels of emojibase. Few and common on purpose: each is seen often enough to be learned.
OBJECTS: dict[str, tuple[str, ...]] = {
    "cat": ("cat",),
    "dog": ("dog", "poodle"),
    "cheetah": ("leopard",),
    "tiger": ("tiger",),
    "horse": ("horse",),
    "rabbit": ("rabbit",),
    "bear": ("bear",),
    "panda": ("panda",),
    "fox": ("fox",),
    "elephant": ("elephant",),
    "bird": ("bird", "parrot"),
    "duck": ("duck",),
    "butterfly": ("butterfly",),
    "fish": ("tropical fish", "fish"),
    "tree": ("deciduous tree", "evergreen tree"),
    "palm tree": ("palm tree",),
    "rose": ("rose",),
    "sunflower": ("sunflower",),
    "flower": ("tulip", "hibiscus", "cherry blossom"),
    "mushroom": ("mushroom",),
    "apple": ("red apple",),
    "banana": ("banana",),
    "orange": ("tangerine",),
    "lemon": ("lemon",),
    "pineapple": ("pineapple",),
    "watermelon": ("watermelon",),
    "strawberry": ("strawberry",),
    "carrot": ("carrot",),
    "pizza": ("pizza",),
    "cake": ("birthday cake", "shortcake"),
    "house": ("house", "house with garden"),
    "car": ("automobile", "oncoming automobile"),
    "bus": ("bus",),
    "bicycle": ("bicycle",),
    "boat": ("sailboat",),
    "rocket": ("rocket",),
    "balloon": ("balloon",),
    "ball": ("soccer ball", "basketball"),
    "star": ("star",),
    "moon": ("crescent moon", "full moon"),
    "sun": ("sun with face",),
    "rainbow": ("rainbow",),
    "snowman": ("snowman without snow",),
    "teddy bear": ("teddy bear",),
    "hat": ("top hat", "woman’s hat"),
    "crown": ("crown",),
    "umbrella": ("umbrella",),
    "guitar": ("guitar",),
    "book": ("closed book",),
    "present": ("wrapped gift",),
    "fire": ("fire",),
    "cup": ("hot beverage",),
}
IN_THE_SKY = ("moon", "sun", "star", "rainbow", "balloon", "rocket", "bird", "butterfly")


@dataclass(frozen=True, slots=True)
class Photo:
    """`pixels` (H, W, 3) and `subject` (H, W) in [0, 1]; `clear`: the subject's mask can be trusted."""

    name: str
    label: str
    pixels: Array = field(repr=False)
    subject: Array = field(repr=False)
    clear: bool


@dataclass(frozen=True, slots=True)
class Cutout:
    """One drawn object; `rgba` (H, W, 4) in [0, 1], cropped to what is not transparent."""

    name: str
    rgba: Array = field(repr=False)


def split_of(key: str) -> Split:
    """The same key always lands in the same split: 90 % train, 5 % val, 5 % test."""
    draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") / 2**32
    return "train" if draw < 0.9 else "val" if draw < 0.95 else "test"


def group_of(file: str) -> str:
    """Views cut out of one larger picture belong together: `scene-x-left`, `scene-x-2` -> `scene-x`."""
    stem = Path(file).stem
    return re.sub(r"(-left|-right|-\d+)$", "", stem) if stem.startswith("scene-") else stem


class Photos:
    """A folder of photos. `photos.jsonl` beside or in it may name each file's label; else that is "photo"."""

    def __init__(self, folder: Path, split: Split) -> None:
        labels = _labels(folder)
        files = sorted(f for f in folder.rglob("*") if f.suffix.lower() in PICTURES)
        self.files = [f for f in files if split_of(group_of(f.name)) == split]
        if not self.files:
            raise ValueError(f"There are no photos for the {split} set in {folder}.")
        self._labels = labels
        self._get = lru_cache(maxsize=None)(self._load)

    def __len__(self) -> int:
        return len(self.files)

    def draw(self, rng: np.random.Generator, wanted: Callable[[Photo], bool] | None = None) -> Photo:
        """A random photo for which `wanted` holds (the last one drawn if forty tries find none)."""
        photo = self[int(rng.integers(len(self)))]
        for _ in range(40):
            if wanted is None or wanted(photo):
                break
            photo = self[int(rng.integers(len(self)))]
        return photo

    def __getitem__(self, index: int) -> Photo:
        return self._get(index)

    def _load(self, index: int) -> Photo:
        file = self.files[index]
        with Image.open(file) as picture:
            picture = picture.convert("RGB")
            picture.thumbnail((320, 320), Image.Resampling.LANCZOS)
            pixels = np.asarray(picture, np.float32) / 255
        subject, clear = subject_mask(pixels)
        return Photo(file.name, self._labels.get(file.name, "photo"), pixels, subject, clear)


def _labels(folder: Path) -> dict[str, str]:
    for file in (folder / "photos.jsonl", folder.parent / "photos.jsonl"):
        if file.is_file():
            rows = [
                json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()
            ]
            return {row["file"]: row["label"] for row in rows}
    return {}


class Cutouts:
    """Emoji named by code point (`1f408.webp`), labelled by emojibase; only those in OBJECTS."""

    def __init__(self, folder: Path, labels: Path) -> None:
        rows = json.loads(labels.read_text(encoding="utf-8"))
        by_label = {row["label"]: row["hexcode"].lower() for row in rows}
        self._files: dict[str, list[Path]] = {}
        for name, wanted in OBJECTS.items():
            found = [_picture(folder, by_label[label]) for label in wanted if label in by_label]
            if files := [file for file in found if file is not None]:
                self._files[name] = files
        if not self._files:
            raise ValueError(f"None of the named objects is in {folder}.")
        self.names = sorted(self._files)
        self._get = lru_cache(maxsize=None)(_cutout)

    def draw(self, rng: np.random.Generator, name: str | None = None) -> Cutout:
        name = name or self.names[int(rng.integers(len(self.names)))]
        files = self._files[name]
        return Cutout(name, self._get(files[int(rng.integers(len(files)))]))


def _picture(folder: Path, code: str) -> Path | None:
    for stem in (code, code.replace("-fe0f", ""), f"{code}-fe0f"):
        if (file := folder / f"{stem}.webp").is_file():
            return file
    return None


def _cutout(file: Path) -> Array:
    with Image.open(file) as picture:
        rgba = np.asarray(picture.convert("RGBA"), np.float32) / 255
    rows, columns = np.nonzero(rgba[..., 3] > 0.05)
    return rgba[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a maker may draw from."""

    photos: Photos
    cutouts: Cutouts
