"""Contact sheets: pictures side by side with a caption under them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

SHEET_ROWS, SHEET_COLUMNS, SHEET_CELL = 24, 4, 128


def contact_sheet(rows: Path, file: Path, limit: int = SHEET_ROWS * SHEET_COLUMNS) -> None:
    """Source | target with the instruction under it, for the first rows of a set."""
    with rows.open(encoding="utf-8") as lines:
        items = [json.loads(line) for line in islice(lines, limit)]
    cells = []
    for item in items:
        pictures = [Image.open(rows.parent / item[name]).convert("RGB") for name in ("source", "target")]
        cells.append(([*pictures], item["instruction"]))
    grid(cells, file)


def grid(cells: Iterable[tuple[list[Image.Image], str]], file: Path, columns: int = SHEET_COLUMNS) -> None:
    """Save rows of pictures side by side, each group with a caption under it."""
    cells = list(cells)
    per = max((len(pictures) for pictures, _ in cells), default=1)
    width, height = per * SHEET_CELL + 6, SHEET_CELL + 16
    lines = -(-len(cells) // columns)
    sheet = Image.new("RGB", (columns * width, max(lines, 1) * height), "white")
    pen = ImageDraw.Draw(sheet)
    for number, (pictures, caption) in enumerate(cells):
        left, top = number % columns * width, number // columns * height
        for place, picture in enumerate(pictures):
            small = ImageOps.contain(picture, (SHEET_CELL - 2, SHEET_CELL), Image.Resampling.BICUBIC)
            sheet.paste(small, (left + place * SHEET_CELL, top))
        pen.text((left + 2, top + SHEET_CELL + 2), caption[: per * 20], fill="black")
    sheet.save(file)
