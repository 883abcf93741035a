"""Where one strip ends and the next begins can never be seen."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from PIL import Image
from scipy.ndimage import gaussian_filter

from engine.editing.exact import strips
from engine.editing.exact.detail import Denoise, Sharpen, gaussian
from engine.editing.exact.geometry import resample, turn_inside
from engine.editing.exact.operations import Operation
from engine.editing.exact.tone import to_encoded, to_linear

PHOTO = Image.fromarray(skimage.data.astronaut()).crop((0, 0, 511, 333))


def difference(one: Image.Image, other: Image.Image) -> np.ndarray:
    assert one.size == other.size
    return np.abs(np.asarray(one).astype(int) - np.asarray(other))


@pytest.mark.parametrize("operation", [Sharpen(1.5), Denoise(0.1)])
def test_strips_of_any_height_give_one_picture(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    done = operation.apply(PHOTO)
    monkeypatch.setattr(strips, "ROWS", PHOTO.height)
    assert difference(done, operation.apply(PHOTO)).max() == 0


@pytest.mark.parametrize("factor", [0.31, 0.5, 1.2, 1.7])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_resized_picture_is_nearly_as_pillow_makes_it_in_one(factor: float, mode: str) -> None:
    picture = PHOTO.convert(mode)
    done = resample(picture, (round(picture.width * factor), round(picture.height * factor)))
    off = difference(done, picture.resize(done.size, Image.Resampling.LANCZOS))
    assert off.mean() < 0.7
    assert off.max() <= 24


def test_black_and_white_by_turns_blur_to_half_the_light() -> None:
    """Which is a level of 188, not the mean of the levels (128)."""
    board = Image.fromarray((np.indices((128, 128)).sum(0) % 2 * 255).astype(np.uint8))
    assert np.abs(np.asarray(gaussian(board, 6))[32:96, 32:96].astype(int) - 188).max() <= 1


def test_a_turned_picture_is_as_turned_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    done = turn_inside(PHOTO, 7)
    monkeypatch.setattr(strips, "ROWS", PHOTO.height)
    assert difference(done, turn_inside(PHOTO, 7)).max() <= 1


@pytest.mark.parametrize("radius", [1, 4, 9, 25])
def test_a_blur_done_small_is_nearly_the_blur_done_large(radius: int) -> None:
    light = gaussian_filter(to_linear(np.asarray(PHOTO) / 255), (radius, radius, 0), mode="nearest")
    done = difference(gaussian(PHOTO, radius), Image.fromarray(np.uint8(to_encoded(light) * 255 + 0.5)))
    assert done.mean() < 1
    assert done[64:-64, 64:-64].max() <= 8
