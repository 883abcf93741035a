"""`dialogpaint evaluate editing`: what comes out of the weights, against targets that are known.

l1_to_target   mean absolute difference to the target, of 1
psnr, ssim     the same pair, in decibels; structural similarity (Wang et al. 2004)
outside_l1     mean absolute difference to the SOURCE outside the mask: what should have stayed
fid, prd       null in this version: no feature extractor is part of it ("features": "none")
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from PIL import Image
from skimage.metrics import structural_similarity
from tqdm import tqdm

from engine.editing.data.sheet import grid
from engine.editing.editor import Editor
from engine.editing.training.cache import Row
from engine.jobs import Edited, EditJob, Refused

SHEET_ITEMS = 72


@dataclass(slots=True)
class Scores:
    """Lists of per-item values; an item without a target or a mask adds nothing to that list."""

    l1: list[float] = field(default_factory=list)
    psnr: list[float] = field(default_factory=list)
    ssim: list[float] = field(default_factory=list)
    outside: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    refused: int = 0


def evaluate(editor: Editor, rows: list[Row], sheet: Path | None = None) -> dict[str, Any]:
    """Edit every item with seed 0 and compare; writes source | output | target to `sheet`."""
    scores = Scores()
    cells: list[tuple[list[Image.Image], str]] = []
    for number, row in enumerate(tqdm(rows, desc="edits", mininterval=5)):
        source = _read(row["source"])
        output = _edit(editor, source, str(row["instruction"]), str(number), scores)
        target = _read(row["target"]) if row.get("target") else None
        _score(scores, source, output, target, row)
        if sheet is not None and len(cells) < SHEET_ITEMS:
            shown = [source, output] if target is None else [source, output, target]
            cells.append((shown, str(row["instruction"])))
    if sheet is not None:
        grid(cells, sheet)
    return {
        "n": len(rows),
        "refused": scores.refused,
        "l1_to_target": _mean(scores.l1),
        "psnr": _mean(scores.psnr),
        "ssim": _mean(scores.ssim),
        "outside_l1": _mean(scores.outside),
        "fid": None,
        "prd": None,
        "features": "none",
        "s_per_edit": _mean(scores.seconds),
    }


def _read(path: str) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


def _edit(editor: Editor, source: Image.Image, instruction: str, name: str, scores: Scores) -> Image.Image:
    """The edited picture, or the source where the editor refuses."""
    buffer = io.BytesIO()
    source.save(buffer, "PNG", compress_level=1)
    started = time.perf_counter()
    outcome = _run(editor, EditJob(name, "evaluation", buffer.getvalue(), instruction, seed=0))
    if isinstance(outcome, Refused):
        scores.refused += 1
        return source
    scores.seconds.append(time.perf_counter() - started)
    with Image.open(io.BytesIO(outcome.image)) as picture:
        return picture.convert("RGB")


def _run(editor: Editor, job: EditJob) -> Edited | Refused:
    steps = editor.edit(job)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value


def _score(
    scores: Scores, source: Image.Image, output: Image.Image, target: Image.Image | None, row: Row
) -> None:
    before, after = (np.asarray(picture, np.float32) / 255 for picture in (source, output))
    if target is not None and target.size == output.size:
        wanted = np.asarray(target, np.float32) / 255
        scores.l1.append(float(np.abs(after - wanted).mean()))
        error = max(float(np.square(after - wanted).mean()), 1e-10)  # equal pictures: 100 dB, not infinity
        scores.psnr.append(-10 * float(np.log10(error)))
        side = min(7, min(wanted.shape[:2]) // 2 * 2 - 1)
        if side >= 3:
            scores.ssim.append(
                float(structural_similarity(wanted, after, win_size=side, channel_axis=2, data_range=1.0))
            )
    if row.get("mask") and source.size == output.size:
        with Image.open(row["mask"]) as picture:
            outside = np.asarray(picture.convert("L").resize(source.size)) == 0
        if outside.any():
            scores.outside.append(float(np.abs(after - before).mean(-1)[outside].mean()))


def _mean(values: Iterable[float]) -> float | None:
    values = list(values)
    return round(fmean(values), 5) if values else None
