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
        opaque = _on_white(image)
    while True:
        for quality in QUALITIES:
            encoded = _jpeg(opaque, quality)
            if len(encoded) <= max_bytes or max(opaque.size) == 1:
                return _picture(encoded, opaque), True
        size = (max(1, round(opaque.width * SHRINK)), max(1, round(opaque.height * SHRINK)))
        opaque = opaque.resize(size, Image.Resampling.LANCZOS)


def _picture(data: bytes, image: Image.Image) -> Picture:
    return Picture(data, "image/jpeg", image.width, image.height, NAMES["image/jpeg"])


def _on_white(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands():
        return image.convert("RGB")
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling=0 if quality >= 90 else 2)
    return out.getvalue()
