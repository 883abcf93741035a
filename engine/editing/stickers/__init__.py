"""Drawings of things, by name, that can be put into pictures: Microsoft's Fluent Emoji (`README.md`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from PIL import Image

from engine.nouns import plural

Where = Literal["large", "medium", "small", "in the sky"]
Worn = Literal["head", "eyes"]

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
WORN: dict[str, Worn] = {
    "crown": "head",
    "top hat": "head",
    "sun hat": "head",
    "cap": "head",
    "graduation cap": "head",
    "helmet": "head",
    "army helmet": "head",
    "glasses": "eyes",
    "sunglasses": "eyes",
    "goggles": "eyes",
}
"""What goes onto a face, and where."""


@dataclass(frozen=True, slots=True)
class Sticker:
    """`label`: emojibase's; `where`: how large such a thing is beside others, or that it flies."""

    name: str
    label: str
    where: Where

    @property
    def file(self) -> Path:
        return PICTURES / f"{self.name.replace(' ', '-')}.webp"

    @property
    def worn(self) -> Worn | None:
        return WORN.get(self.name)

    def picture(self) -> Image.Image:
        """RGBA, without a transparent border."""
        with Image.open(self.file) as drawing:
            drawing = drawing.convert("RGBA")
        return drawing.crop(drawing.getchannel("A").point(lambda alpha: 255 * (alpha > 12)).getbbox())


@cache
def stickers() -> dict[str, Sticker]:
    """Every name, in the singular, and its sticker."""
    found: dict[str, Sticker] = {}
    where: Where = "small"
    for line in (HERE / "names.txt").read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"\[(.+)\]", line):
            where = cast(Where, heading[1])
        elif line and not line.startswith("#"):
            called, _, label = line.partition(": ")
            names = called.split(", ")
            one = Sticker(names[0], label or names[0], where)
            found |= dict.fromkeys(names, one)
    return found


def sticker(noun: str) -> Sticker | None:
    """The sticker of a thing, named in the singular or the plural; None if there is none."""
    return stickers().get(noun) or _several().get(noun)


@cache
def _several() -> dict[str, Sticker]:
    return {plural(name): one for name, one in stickers().items()}
