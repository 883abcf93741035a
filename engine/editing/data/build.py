"""`dialogpaint data editing`: writes a set to disk in the evaluation format, with a card and a contact sheet.

    OUT/train.jsonl  val.jsonl  test.jsonl     source, target, mask, instruction, phrasings, skill
    OUT/pictures/SPLIT/000000-source.png …     128 x 128, 112 x 144 or 144 x 112
    OUT/README.md  sheet.png                   data card and contact sheet

Item i of a split depends on the seed, the split and i alone: the number of workers does not change the set.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
from PIL import Image
from tqdm import tqdm

from engine.editing.data.makers import MAKERS, Pair
from engine.editing.data.material import Array, Cutouts, Material, Photos, Split
from engine.editing.data.sheet import contact_sheet

SIZES = ((128, 128), (112, 144), (144, 112))
SIZE_SHARES = (0.5, 0.3, 0.2)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Where the material is and how much to make of it."""

    photos: Path
    cutouts: Path
    labels: Path
    seed: int = 0
    train: int = 24_000
    val: int = 400
    test: int = 500

    def count(self, split: Split) -> int:
        return {"train": self.train, "val": self.val, "test": self.test}[split]


def build(recipe: Recipe, out: Path, workers: int = 1) -> dict[str, int | str]:
    """Make all splits; gives the counts and the hash of the three lists.

    Raises `ValueError` or `OSError` with one sentence when the material is not usable.
    """
    for split in get_args(Split):
        _material(recipe, split)  # fail early, with a sentence, not in a worker
    out.mkdir(parents=True, exist_ok=True)
    skills: Counter[str] = Counter()
    digest = hashlib.sha256()
    for split in get_args(Split):
        (out / "pictures" / split).mkdir(parents=True, exist_ok=True)
        with (out / f"{split}.jsonl").open("w", encoding="utf-8") as file:
            for row in tqdm(_rows(recipe, split, out, workers), total=recipe.count(split), desc=split):
                line = json.dumps(row, ensure_ascii=False)
                file.write(line + "\n")
                digest.update(line.encode())
                if split == "train":
                    skills[row["skill"]] += 1
    contact_sheet(out / "val.jsonl", out / "sheet.png")
    summary = {split: recipe.count(split) for split in get_args(Split)} | {"sha256": digest.hexdigest()}
    _card(recipe, out, skills, summary)
    return summary


def _rows(recipe: Recipe, split: Split, out: Path, workers: int) -> Iterator[dict[str, object]]:
    jobs = [(recipe, split, out, index) for index in range(recipe.count(split))]
    if workers == 1:
        yield from map(_make, jobs)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(_make, jobs, chunksize=32)


@cache
def _material(recipe: Recipe, split: Split) -> Material:
    return Material(Photos(recipe.photos, split), Cutouts(recipe.cutouts, recipe.labels))


def _make(job: tuple[Recipe, Split, Path, int]) -> dict[str, object]:
    recipe, split, out, index = job
    rng = np.random.default_rng([recipe.seed, get_args(Split).index(split), index])
    pair = draw(_material(recipe, split), rng)
    row: dict[str, object] = {}
    for name, pixels in (("source", pair.source), ("target", pair.target), ("mask", pair.mask)):
        place = Path("pictures") / split / f"{index:06d}-{name}.png"
        Image.fromarray(as_bytes(pixels)).save(out / place, compress_level=1)
        row[name] = place.as_posix()
    said = pair.phrasings
    row |= {"instruction": said[int(rng.integers(len(said)))], "phrasings": said, "skill": pair.skill}
    return row


def draw(material: Material, rng: np.random.Generator) -> Pair:
    """One pair by a maker drawn by its share."""
    shares = np.array([share for _, share in MAKERS.values()])
    name = str(rng.choice(list(MAKERS), p=shares / shares.sum()))
    size = SIZES[int(rng.choice(len(SIZES), p=SIZE_SHARES))]
    return MAKERS[name][0](material, size, rng)


def as_bytes(pixels: Array) -> np.ndarray:
    return (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)


def _card(recipe: Recipe, out: Path, skills: Counter[str], summary: dict[str, int | str]) -> None:
    counts = "\n".join(f"| {skill} | {count} |" for skill, count in sorted(skills.items()))
    (out / "README.md").write_text(
        f"""# Editing pairs

Made by `dialogpaint data editing` with seed {recipe.seed}: {summary["train"]} training, {summary["val"]}
validation and {summary["test"]} test pairs; sha256 of the lists {summary["sha256"]}.

Every target is computed from its source, so it is exact: outside `mask` (white: may change) both are equal.
No photo is in two splits, nor are two views of one larger photo. Masks of subjects in photos are estimated
(saliency by boundary connectivity) and only clear-cut ones are used; they are not hand-drawn truth. The drawn
objects are the same in all splits.

| skill | training pairs |
|---|---|
{counts}
""",
        encoding="utf-8",
    )
