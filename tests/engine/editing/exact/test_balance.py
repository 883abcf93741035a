"""The white balance takes a cast away, and never the colour of the things themselves."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from PIL import Image

from engine.editing.exact.colour import AutoBalance, Temperature, measure_cast

COFFEE = Image.fromarray(skimage.data.coffee())


def warmth(image: Image.Image) -> float:
    """How much redder than bluer, over the pixels with little colour."""
    pixels = np.asarray(image).astype(float)
    greyish = pixels.max(2) - pixels.min(2) < 80
    return float((pixels[greyish][:, 0] - pixels[greyish][:, 2]).mean())


@pytest.mark.parametrize("cast", [-0.7, 0.7])
def test_a_cast_on_grey_things_is_taken_away(cast: float) -> None:
    ramp = Image.fromarray(np.tile(np.linspace(30, 220, 256).astype(np.uint8)[:, None, None], (1, 256, 3)))
    tinted = Temperature(warmth=cast).apply(ramp)
    assert abs(warmth(AutoBalance().apply(tinted))) < 0.3 * abs(warmth(tinted))


def test_a_picture_without_a_cast_stays() -> None:
    grey = Image.new("RGB", (64, 64), (120, 120, 120))
    assert AutoBalance().apply(grey).getpixel((9, 9)) == (120, 120, 120)


def test_what_is_orange_all_over_stays_orange() -> None:
    orange = Image.new("RGB", (64, 64), (230, 110, 20))
    assert measure_cast(orange).gains == (1.0, 1.0, 1.0)


def test_no_channel_changes_by_more_than_half_a_stop() -> None:
    for cast in (-1.5, 1.5):
        gains = np.array(measure_cast(Temperature(warmth=cast).apply(COFFEE)).gains)
        assert np.abs(np.log2(gains)).max() <= 0.5 + 1e-6
