"""A small folder of one's own pairs, drawn here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import ImageOps

from tests.engine.editing.tiny import photo


def own_pairs(folder: Path, count: int = 6, **more: Any) -> Path:
    """`count` different photos, each with its negative; `more` stands in every row."""
    folder.mkdir(parents=True)
    rows = []
    for number in range(count):
        source = photo(60, 40, number)
        source.save(folder / f"{number}.png")
        ImageOps.invert(source).save(folder / f"{number}-after.png")
        row = {
            "source": f"{number}.png",
            "target": f"{number}-after.png",
            "instruction": "invert the colours",
        }
        rows.append(row | more)
    write_rows(folder, rows)
    return folder


def write_rows(folder: Path, rows: list[Any]) -> None:
    (folder / "pairs.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")


def read_rows(folder: Path) -> list[Any]:
    return [json.loads(line) for line in (folder / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
