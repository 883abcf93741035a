"""A picture that is too large never arrives over the limit, or black where it was clear."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image

from adapters.discord.shrink import as_jpeg
from bot.events import Picture


def encoded(image: Image.Image) -> Picture:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return Picture(buffer.getvalue(), "image/png", *image.size, "edited.png")


@pytest.mark.parametrize("limit", [60_000, 20_000])
def test_it_fits_and_keeps_its_shape(limit: int) -> None:
    noise = Image.frombytes("RGB", (300, 200), random.Random(1).randbytes(300 * 200 * 3))
    smaller = as_jpeg(encoded(noise), limit)
    assert len(smaller.data) <= limit
    assert (smaller.mime, smaller.name) == ("image/jpeg", "edited.jpg")
    assert abs(smaller.width / smaller.height - 1.5) < 0.05
    with Image.open(io.BytesIO(smaller.data)) as image:
        assert (image.format, image.size) == ("JPEG", (smaller.width, smaller.height))


def test_it_keeps_its_size_where_that_is_enough() -> None:
    smaller = as_jpeg(encoded(Image.new("RGB", (300, 200), "red")), 60_000)
    assert (smaller.width, smaller.height) == (300, 200)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_clear_becomes_white(mode: str) -> None:
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0)).convert(mode)
    if mode == "P":
        clear.info["transparency"] = 0
    smaller = as_jpeg(encoded(clear), 60_000)
    with Image.open(io.BytesIO(smaller.data)) as image:
        pixel = image.convert("RGB").getpixel((32, 32))
    assert pixel == (255, 255, 255)
