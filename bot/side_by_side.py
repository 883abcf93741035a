"""Before | after, as one picture. Everything in here blocks: call it in a thread."""

from __future__ import annotations

import io

from PIL import Image

from bot import lettering
from bot.rendition import at_size

HEIGHT = (256, 1280)
"""Least and greatest height in pixels: a tiny picture is enlarged, so that the captions can be read."""
MAX_WIDTH = 2560
GAP = 8
CAPTION_GROUND = (38, 38, 42)


def draw(before: bytes, after: bytes) -> Image.Image:
    """One RGB picture with both at the same height, a thin white gap between them and a caption on each."""
    with Image.open(io.BytesIO(before)) as left, Image.open(io.BytesIO(after)) as right:
        height = min(max(left.height, right.height, HEIGHT[0]), HEIGHT[1])
        width = height * (left.width / left.height + right.width / right.height)
        height = max(1, int(height * min(1.0, MAX_WIDTH / width)))
        pair = [_scaled(left, height), _scaled(right, height)]
    both = Image.new("RGB", (pair[0].width + GAP + pair[1].width, height), "white")
    both.paste(pair[0], (0, 0))
    both.paste(pair[1], (pair[0].width + GAP, 0))
    _caption(both, 0, pair[0].width, "before")
    _caption(both, pair[0].width + GAP, pair[1].width, "after")
    return both


def _scaled(image: Image.Image, height: int) -> Image.Image:
    return at_size(image, (max(1, round(image.width * height / image.height)), height))


def _caption(both: Image.Image, x: int, width: int, text: str) -> None:
    """In the upper left corner, where there is room; large enough for a phone, which shows it small."""
    size = max(16, round(min(both.width / 36, both.height / 10)))
    margin = size // 2
    if lettering.pill_width(text, size) + 2 * margin > width or 4 * size > both.height:
        return
    lettering.pill(both, (x + margin, margin), text, size, CAPTION_GROUND)
