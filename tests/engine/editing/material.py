"""A small folder of photos, cut-outs and labels for the makers, drawn here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from engine.editing.data.cutouts import catalogue
from engine.editing.data.exact_pairs import ExactPairs
from tests.engine.editing.tiny import photo


def material(folder: Path, photos: int = 60) -> ExactPairs:
    """Photos of a bright disc on a soft ground (a clear subject), and a round drawing of everything."""
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
    drawings = [label for _, labels in catalogue().values() for label in labels]
    for number, _ in enumerate(drawings):
        stamp = Image.new("RGBA", (64, 64))
        ImageDraw.Draw(stamp).ellipse((6, 6, 58, 58), fill=(*map(int, rng.integers(60, 256, 3)), 255))
        stamp.save(folder / "cutouts" / f"{number:x}.webp", lossless=True)
    rows = [{"label": label, "hexcode": f"{number:X}"} for number, label in enumerate(drawings)]
    (folder / "labels.json").write_text(json.dumps(rows), encoding="utf-8")
    return ExactPairs(folder / "photos", folder / "cutouts", folder / "labels.json", train=24, val=4, test=4)
