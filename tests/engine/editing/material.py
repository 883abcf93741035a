"""A small folder of photos, cut-outs and labels for the makers, drawn here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from engine.editing.data.exact_pairs import ExactPairs
from tests.engine.editing.tiny import photo

NAMED = {"cat": "1F408", "balloon": "1F388", "red apple": "1F34E"}


def material(folder: Path, photos: int = 60) -> ExactPairs:
    """Photos of a bright disc on a soft ground (a clear subject), and three round cut-outs."""
    (folder / "photos").mkdir(parents=True)
    (folder / "cutouts").mkdir()
    rng = np.random.default_rng(0)
    rows = []
    for number in range(photos):
        picture = photo(120, 100, number).point(lambda level: level // 3)
        pen = ImageDraw.Draw(picture)
        colour = tuple(int(v) for v in rng.integers(150, 256, 3))
        pen.ellipse((35, 25, 85, 75), fill=colour)
        name = f"clothes-{number:04d}.png"
        picture.save(folder / "photos" / name)
        rows.append({"file": name, "label": "shirt", "source": "drawn", "licence": "CC0-1.0"})
    text = "\n".join(json.dumps(row) for row in rows)
    (folder / "photos.jsonl").write_text(text, encoding="utf-8")
    for code in NAMED.values():
        stamp = Image.new("RGBA", (64, 64))
        ImageDraw.Draw(stamp).ellipse((6, 6, 58, 58), fill=(220, 40, 40, 255))
        stamp.save(folder / "cutouts" / f"{code.lower()}.webp", lossless=True)
    labels = [{"label": label, "hexcode": code} for label, code in NAMED.items()]
    (folder / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    return ExactPairs(folder / "photos", folder / "cutouts", folder / "labels.json", train=24, val=4, test=4)
