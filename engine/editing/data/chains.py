"""`chains.jsonl`: several wishes after one another, exact makers in series, to measure drift over rounds.

The evaluation format, and `chain`: rows with the same value follow each other, and the target of one is the
source of the next. Every row is an item of its own, too: a single edit from the exact picture before it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import numpy as np
from tqdm import tqdm

from engine.editing.data import recipes
from engine.editing.data.effects import EFFECTS
from engine.editing.data.exact_pairs import SIZES, ExactPairs, material_of, png_of
from engine.editing.data.material import Array, Material, Split
from engine.editing.data.recipes import PAINTS, Pair, pick
from engine.editing.data.styles import STYLES

ROUNDS = 5
SPLIT: Split = "test"

Round = Callable[[Array, Array, str, np.random.Generator], Pair]
"""(picture, mask of its thing (H, W, 1), the thing's name) -> the next round; the thing stays where it is."""

KINDS: tuple[Round, ...] = (
    lambda source, mask, thing, rng: recipes.lit(source, pick(rng, list(EFFECTS)), rng),
    lambda source, mask, thing, rng: recipes.drawn(source, pick(rng, list(STYLES)), rng),
    lambda source, mask, thing, rng: recipes.on_colour(source, mask, rng),
    lambda source, mask, thing, rng: recipes.on_scene(source, mask, rng),
    lambda source, mask, thing, rng: recipes.lit_behind(source, mask, rng),
    lambda source, mask, thing, rng: recipes.recoloured(source, mask, thing, pick(rng, PAINTS)),
)


def write_chains(maker: ExactPairs, out: Path, count: int) -> int:
    """Write OUT/chains.jsonl and OUT/pictures/chains from the maker's test photos; gives the number of rows.

    A chain depends on the maker's fields and its number alone. Raises `ValueError` if there is no material.
    """
    pictures = out / "pictures" / "chains"
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    material = material_of(maker.photos, maker.cutouts, maker.labels, SPLIT)
    with (out / "chains.jsonl").open("w", encoding="utf-8") as rows:
        for number in tqdm(range(count), "chains"):
            rng = np.random.default_rng([maker.seed, len(get_args(Split)), number])
            name = f"{number:04d}"
            for index, pair in enumerate(_rounds(material, rng)):
                files = {
                    "source": (f"{name}-{index}.png", pair.source),
                    "target": (f"{name}-{index + 1}.png", pair.target),
                    "mask": (f"{name}-{index + 1}-mask.png", pair.mask),
                }
                for file, pixels in files.values():
                    (pictures / file).write_bytes(png_of(pixels))
                paths = {part: f"pictures/chains/{file}" for part, (file, _) in files.items()}
                said = {"instruction": pick(rng, pair.phrasings), "skill": pair.skill}
                rows.write(json.dumps({"id": f"{name}-{index + 1}", "chain": name} | paths | said) + "\n")
    return count * ROUNDS


def _rounds(material: Material, rng: np.random.Generator) -> Iterator[Pair]:
    """As many rounds, each of another kind; what one gives is rounded as in its file before the next."""
    source, mask, thing = recipes.named_thing(material, pick(rng, SIZES), rng)
    for kind in rng.permutation(len(KINDS))[:ROUNDS]:
        pair = KINDS[kind](source, mask, thing, rng)
        yield pair
        source = np.floor(pair.target * 255 + 0.5).astype(np.float32) / 255
