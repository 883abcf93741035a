"""`dialogpaint evaluate editing`: what comes out of the weights, against targets that are known.

l1_to_target   mean absolute difference to the target, of 1
psnr, ssim     the same pair, in decibels; structural similarity (Wang et al. 2004)
outside_l1     mean absolute difference to the SOURCE outside the mask: what should have stayed
               outside_l1_known: of known masks, not those traced in a photo by saliency, which miss parts
fid            Fréchet distance between all outputs and all targets in the space named by `features`
prd            of the same sets: F_8, which weighs recall, and as `prd_precision` F_1/8; 1 is best

Rows with a `chain` are edited a second time, in series: see `chained.py`.

The paper's table 1 gives one "Precision-Recall Distance" of 1.56 and says that lower is better, without a
formula or a source. It can be neither of these two, best at 1. Measured here is what the name PRD
stands for (Sajjadi et al. 2018, "Assessing Generative Models via Precision and Recall"); it is not comparable
with 1.56. Nor is `fid` with the paper's 1.52 unless the space is Inception's and the pictures are the same.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from PIL import Image
from tqdm import tqdm

from engine.editing.data.sheet import SHEET_CELL, grid
from engine.editing.editor import Editor
from engine.editing.measures.chained import Chained, l1
from engine.editing.measures.editors import editors
from engine.editing.measures.features import Features
from engine.editing.measures.scores import Scores
from engine.editing.training.cache import Row

SHEET_ITEMS = 72


def evaluate(
    editor: Editor,
    rows: list[Row],
    sheet: Path | None = None,
    features: Features | None = None,
    side_by_side: bool = False,
    skills: Path | None = None,
) -> dict[str, Any]:
    """Edit every item with one seed and compare; `side_by_side` has the stock pipeline do the same, in turns.

    `sheet` gets source | output | (stock) | target of the first items; `skills` a line for each skill: how
    far from the target our output is, and how far the source.
    """
    edits = editors(editor, side_by_side)
    scores = {name: Scores() for name in edits}
    ways: Counter[str] = Counter()
    chained = Chained(edits["ours"])
    cells: list[tuple[list[Image.Image], str]] = []
    near: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in tqdm(rows, desc="edits", mininterval=5):
        source = read(row["source"])
        target = read(row["target"]) if row.get("target") else None
        wanted = features(target) if features is not None and target is not None else None
        shown = [source]
        for name, edit in edits.items():
            output = edit(source, str(row["instruction"]), None)
            scores[name].add(source, output.picture, target, row)
            if output.by != "refused":
                scores[name].seconds.append(output.seconds)
            if features is not None and wanted is not None:
                scores[name].outputs.append(features(output.picture))
                scores[name].targets.append(wanted)
            if name == "ours":
                ways[output.by] += 1
                if target is not None:
                    ours, before = (l1(each.resize(target.size), target) for each in (output.picture, source))
                    near[str(row.get("skill", ""))].append((ours, before))
                if row.get("chain") and target is not None:
                    chained.add(row, output.picture, target)
            shown.append(output.picture)
        if sheet is not None and len(cells) < SHEET_ITEMS:
            shown += [] if target is None else [target]
            cells.append(([small(picture) for picture in shown], str(row["instruction"])))
    if sheet is not None:
        grid(cells, sheet)
    if skills is not None:
        write_skills(near, skills)
    result = {"n": len(rows), "refused": ways["refused"], "exact": ways["exact"], **scores["ours"].result()}
    result["features"] = features.name if features is not None else "none"
    if found := chained.result():
        result["chained"] = found
    if side_by_side:
        result["stock"] = scores["stock"].result()
    return result


def write_skills(near: Mapping[str, Sequence[tuple[float, float]]], file: Path) -> None:
    """The best first. Where the output is no nearer to the target than the source is, a skill is weak."""
    lines = [
        {"skill": skill, "n": len(each), "l1": fmean(after), "l1_of_source": fmean(before)}
        for skill, each in near.items()
        for after, before in [zip(*each, strict=True)]
    ]
    lines.sort(key=lambda line: line["l1"] - line["l1_of_source"])
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def read(path: str) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


def small(picture: Image.Image) -> Image.Image:
    """As large as a cell of the sheet, so that big pictures needn't be kept for it."""
    copy = picture.copy()
    copy.thumbnail((SHEET_CELL, SHEET_CELL), Image.Resampling.BICUBIC)
    return copy
