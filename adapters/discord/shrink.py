"""A picture that fits where the platform's limit is lower than the picture is large."""

from __future__ import annotations

import io
from pathlib import PurePath

from PIL import Image

from bot.events import Picture

_QUALITY = 88
_STEP = 0.8
_SMALLEST = 64


def as_jpeg(picture: Picture, limit: int) -> Picture:
    """The picture as a JPEG of at most `limit` bytes, at its own size if that is enough."""
    with Image.open(io.BytesIO(picture.data)) as opened:
        image = opened
        if image.mode != "RGB":
            layer = image.convert("RGBA")
            image = Image.new("RGB", layer.size, "white")
            image.paste(layer, mask=layer.getchannel("A"))
        while True:
            buffer = io.BytesIO()
            image.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
            if buffer.tell() <= limit or max(image.size) <= _SMALLEST:
                break
            width, height = (max(1, round(side * _STEP)) for side in image.size)
            image = image.resize((width, height), Image.Resampling.LANCZOS)
        name = str(PurePath(picture.name).with_suffix(".jpg"))
        return Picture(buffer.getvalue(), "image/jpeg", *image.size, name)
