"""What s_I trades, likeness against obedience, as shown for InstructPix2Pix (Brooks et al. 2023).

Two cosines between features of length 1, averaged over the items:

    image similarity        output · source
    direction similarity    (output - source) · (where the edit should go)

With CLIP the way leads from `caption_before` to `caption_after` (Gal et al. 2021), as there; without its
weights from the source to the target, both pictures, in the space that is at hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from engine.editing.clip import Clip
from engine.editing.editor import Editor
from engine.editing.measures.editors import Edit, editors
from engine.editing.measures.evaluate import read
from engine.editing.measures.features import Features
from engine.editing.training.cache import Row
from engine.editing.vectors import Vector, unit

Point = tuple[str, float]
"""Which editor, and its s_I."""


def guidance_curve(
    editor: Editor,
    rows: list[Row],
    guidances: Sequence[float],
    features: Features,
    side_by_side: bool = False,
) -> dict[str, Any]:
    """The curve's points. Items that no diffusion edits, and those without a way to go, are left out.

    Raises `ValueError` with one sentence if none is left.
    """
    edits = editors(editor, side_by_side)
    sums = {point: np.zeros(2) for point in product(edits, guidances)}
    count = 0
    for row in tqdm(rows, desc="curve", mininterval=5):
        if measured := _measure(edits, row, guidances, features):
            count += 1
            for point, values in measured.items():
                sums[point] += values
    if not count:
        needed = "caption_before and caption_after" if isinstance(features, Clip) else "a target"
        raise ValueError(
            f"No item could be measured for the curve: it needs {needed}, and an edit by diffusion."
        )
    points = []
    for (name, guidance), total in sums.items():
        image, direction = (round(float(value), 5) for value in total / count)
        points.append(
            {
                "editor": name,
                "image_guidance": guidance,
                "image_similarity": image,
                "direction_similarity": direction,
            }
        )
    return {
        "n": count,
        "features": features.name,
        "direction": "captions" if isinstance(features, Clip) else "target",
        "text_guidance": editor.defaults.text_guidance,
        "points": points,
    }


def _measure(
    edits: Mapping[str, Edit], row: Row, guidances: Sequence[float], features: Features
) -> dict[Point, tuple[float, float]]:
    """(image similarity, direction similarity) of one item at every point; empty if it is to be left out."""
    source = read(row["source"])
    before = unit(features(source))
    way = _way(row, before, features)
    if way is None:
        return {}
    found: dict[Point, tuple[float, float]] = {}
    for name, guidance in product(edits, guidances):
        output = edits[name](source, str(row["instruction"]), guidance)
        if output.by != "diffusion":
            return {}
        after = unit(features(output.picture))
        found[name, guidance] = float(after @ before), float(unit(after - before) @ way)
    return found


def _way(row: Row, before: Vector, features: Features) -> Vector | None:
    """Where the edit should go from the source's features `before`; None if nowhere, or not said."""
    if isinstance(features, Clip):
        if not (row.get("caption_before") and row.get("caption_after")):
            return None
        start, end = (unit(features.caption(str(row[f"caption_{when}"]))) for when in ("before", "after"))
    elif row.get("target"):
        start, end = before, unit(features(read(row["target"])))
    else:
        return None
    way = unit(end - start)
    return way if way.any() else None


def write_curve(curve: Mapping[str, Any], file: Path) -> None:
    """The figure as a PNG, and the points as JSON beside it."""
    from matplotlib.figure import Figure

    file.with_suffix(".json").write_text(json.dumps(curve, indent=2) + "\n", encoding="utf-8")
    figure = Figure((6, 4.5), layout="constrained")
    axes = figure.subplots()
    for name in dict.fromkeys(point["editor"] for point in curve["points"]):
        points = [point for point in curve["points"] if point["editor"] == name]
        x, y = ([p[f"{kind}_similarity"] for p in points] for kind in ("direction", "image"))
        axes.plot(x, y, marker="o", label=name)
        for point, place in zip(points, zip(x, y, strict=True), strict=True):
            axes.annotate(
                f"{point['image_guidance']:g}", place, textcoords="offset points", xytext=(5, 4), fontsize=8
            )
    axes.set(
        xlabel=f"direction similarity (towards the {curve['direction']})",
        ylabel="image similarity to the source",
        title=f"$s_I$ at $s_T$ = {curve['text_guidance']:g}, {curve['n']} items\n{curve['features']}",
    )
    axes.title.set_fontsize(9)
    axes.legend()
    figure.savefig(file, dpi=130)
