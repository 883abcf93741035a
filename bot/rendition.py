"""A picture made small enough for a platform. Everything in here blocks: call it in a thread."""

from __future__ import annotations

import io

from PIL import Image

from bot.events import Picture

QUALITIES = (95, 90, 80, 70)
SHRINK = 0.8
NAMES = {"image/jpeg": "picture.jpg", "image/png": "picture.png"}


def fit(data: bytes, mime: str, max_bytes: int) -> tuple[Picture, bool]:
    """`data` as it is when it fits into `max_bytes`, else as a JPEG of the best quality and size that does.

    The second value says whether it was changed.
    """
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
        if len(data) <= max_bytes:
            return Picture(data, mime, width, height, NAMES.get(mime, "picture")), False
        opaque = on_white(image)
    while True:
        for quality in QUALITIES:
            encoded = jpeg(opaque, quality)
            if len(encoded) <= max_bytes or max(opaque.size) == 1:
                return _picture(encoded, opaque), True
        size = (max(1, round(opaque.width * SHRINK)), max(1, round(opaque.height * SHRINK)))
        opaque = opaque.resize(size, Image.Resampling.LANCZOS)


def _picture(data: bytes, image: Image.Image) -> Picture:
    return Picture(data, "image/jpeg", image.width, image.height, NAMES["image/jpeg"])


def at_size(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """An opened picture as RGB of (width, height) pixels; a JPEG is decoded no larger than needed."""
    image.draft("RGB", size)
    return on_white(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def on_white(image: Image.Image) -> Image.Image:
    """RGB, with white behind what is transparent."""
    if "A" not in image.getbands():
        return image.convert("RGB")
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")


def jpeg(image: Image.Image, quality: int) -> bytes:
    """An RGB picture as a file; colours are kept at full resolution from a quality of 90 on."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling=0 if quality >= 90 else 2)
    return out.getvalue()
