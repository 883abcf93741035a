"""A maker that takes pairs which somebody has: pairs.jsonl with the pictures beside it.

One JSON object a line: `source` and `target` (pictures, relative to the file), `instruction`, and if there
are any `mask` (white: may change), `caption_before` and `caption_after`. `photo` may name the picture that
the source was itself made from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, get_args

from PIL import Image, ImageOps

from engine.editing.data.item import BadRow, Item, png
from engine.editing.data.splits import Split, split_of
from engine.json_lines import json_lines

LONGEST = 768
"""Pixels; larger pictures are made smaller, as no editor of this project trains on more."""


@dataclass(frozen=True, slots=True)
class OwnPairs:
    """The pairs in `folder`. All that starts from one source file, or one `photo`, lands in one split."""

    folder: Path
    name: ClassVar[str] = "own"
    parallel: ClassVar[bool] = True

    @property
    def file(self) -> Path:
        return self.folder / "pairs.jsonl"

    @property
    def about(self) -> str:
        return (
            f"Own pairs of {self.folder.name}, as they were given. No source file or photo is in two splits."
        )

    def keys(self, split: Split) -> Sequence[str]:
        if not any(_rows(self.file, each) for each in get_args(Split)):
            raise ValueError(f"There are no pairs in {self.file}.")
        wanted = ("source", "target", "instruction")
        return [" > ".join(_text(row, name) for name in wanted) for _, row in _rows(self.file, split)]

    def make(self, split: Split, index: int) -> Iterator[Item]:
        number, row = _rows(self.file, split)[index]
        try:
            yield self._item(row)
        except BadRow as error:
            raise BadRow(f"{self.file}, line {number}: {error}.") from error

    def _item(self, row: Any) -> Item:
        for name in ("source", "target", "instruction"):
            if not _text(row, name):
                raise BadRow(f"{name} is missing")
        source, target = self._picture(row["source"]), self._picture(row["target"])
        mask = self._picture(row["mask"]).convert("L") if _text(row, "mask") else None
        for name, picture in (("target", target), ("mask", mask)):
            if picture is not None and not _same_shape(source.size, picture.size):
                raise BadRow(f"source and {name} have different shapes, {source.size} and {picture.size}")
        size = (
            ImageOps.contain(source, (LONGEST, LONGEST)).size if max(source.size) > LONGEST else source.size
        )
        captions = _text(row, "caption_before"), _text(row, "caption_after")
        return Item(
            png(source.resize(size, Image.Resampling.LANCZOS)),
            png(target.resize(size, Image.Resampling.LANCZOS)),
            row["instruction"].strip(),
            png(mask.resize(size, Image.Resampling.NEAREST)) if mask else None,
            captions=captions if all(captions) else None,
        )

    def _picture(self, name: str) -> Image.Image:
        try:
            with Image.open(self.folder / name) as picture:
                return ImageOps.exif_transpose(picture).convert("RGB")
        except FileNotFoundError as error:
            raise BadRow(f"{name} is not there") from error
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise BadRow(f"{name} is no picture that can be read") from error


@cache
def _rows(file: Path, split: Split) -> Sequence[tuple[int, Any]]:
    """The rows of a split with their line numbers."""
    return [
        (line, row)
        for line, row in json_lines(file)
        if split_of(_text(row, "photo") or _text(row, "source")) == split
    ]


def _text(row: Any, name: str) -> str:
    value = row.get(name) if isinstance(row, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _same_shape(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether one is the other, scaled: up to 1 % or a pixel."""
    return abs(one[0] * other[1] / one[1] - other[0]) <= max(1.0, 0.01 * other[0])
