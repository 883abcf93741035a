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

from engine.editing.data import objects, recipes
from engine.editing.data.effects import EFFECTS
from engine.editing.data.exact_pairs import ExactPairs, drawn_size, material_of, png_of
from engine.editing.data.material import Material, pick
from engine.editing.data.pair import Pair
from engine.editing.data.splits import Array, Split
from engine.editing.data.styles import STYLES

ROUNDS = 5
SPLIT: Split = "test"

Round = Callable[[Material, Array, Array, str, np.random.Generator], Pair]
"""(material, picture, mask of its thing (H, W, 1), the thing's name) -> the next round; the thing stays where
it is."""

KINDS: tuple[Round, ...] = (
    lambda material, source, mask, thing, rng: recipes.lit(source, pick(rng, list(EFFECTS)), rng),
    lambda material, source, mask, thing, rng: recipes.drawn(source, pick(rng, list(STYLES)), rng),
    lambda material, source, mask, thing, rng: recipes.on_colour(source, mask, rng),
    lambda material, source, mask, thing, rng: recipes.on_scene(material, source, mask, rng),
    lambda material, source, mask, thing, rng: recipes.lit_behind(source, mask, rng),
    lambda material, source, mask, thing, rng: objects.recoloured(
        source, mask, thing, pick(rng, objects.PAINTS), rng
    ),
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
            for index, pair in enumerate(_rounds(material, maker.side, rng)):
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


def _rounds(material: Material, side: int, rng: np.random.Generator) -> Iterator[Pair]:
    """As many rounds, each of another kind; what one gives is rounded as in its file before the next."""
    source, mask, thing = objects.named_thing(material, drawn_size(side, rng), rng)
    for kind in rng.permutation(len(KINDS))[:ROUNDS]:
        pair = KINDS[kind](material, source, mask, thing, rng)
        yield pair
        source = np.floor(pair.target * 255 + 0.5).astype(np.float32) / 255
