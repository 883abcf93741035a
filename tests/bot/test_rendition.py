"""A picture that fits is never touched, and one that doesn't never leaves too large."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from bot.rendition import fit


def noise(size: tuple[int, int], mode: str = "RGB") -> bytes:
    """A picture that compresses badly, as PNG."""
    bands = len(mode)
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], bands), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels, mode).save(out, "PNG")
    return out.getvalue()


def test_what_fits_is_sent_as_it_is() -> None:
    data = noise((40, 30))
    picture, changed = fit(data, "image/png", len(data))
    assert not changed
    assert (picture.data, picture.mime, picture.width, picture.height) == (data, "image/png", 40, 30)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("share", [0.9, 0.3, 0.02])
def test_what_does_not_fit_becomes_a_jpeg_that_does(mode: str, share: float) -> None:
    data = noise((200, 100), mode)
    picture, changed = fit(data, "image/png", int(len(data) * share))
    assert changed
    assert len(picture.data) <= len(data) * share
    with Image.open(io.BytesIO(picture.data)) as sent:
        assert (sent.format, sent.size) == ("JPEG", (picture.width, picture.height))
        assert sent.width == pytest.approx(2 * sent.height, rel=0.1)


def test_the_size_is_kept_as_long_as_quality_can_give() -> None:
    data = noise((200, 100))
    picture, _ = fit(data, "image/png", int(len(data) * 0.9))
    assert (picture.width, picture.height) == (200, 100)
