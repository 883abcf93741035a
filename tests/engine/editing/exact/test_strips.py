"""Where one strip ends and the next begins can never be seen."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageFilter

from engine.editing.exact import strips
from engine.editing.exact.detail import Denoise, Sharpen, gaussian
from engine.editing.exact.geometry import resample, turn_inside
from engine.editing.exact.operations import Operation

PHOTO = Image.fromarray(skimage.data.astronaut()).crop((0, 0, 511, 333))


def difference(one: Image.Image, other: Image.Image) -> np.ndarray:
    assert one.size == other.size
    return np.abs(np.asarray(one).astype(int) - np.asarray(other))


@pytest.mark.parametrize("operation", [Sharpen(1.5), Denoise(0.1)])
def test_strips_of_any_height_give_one_picture(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    done = operation.apply(PHOTO)
    monkeypatch.setattr(strips, "ROWS", PHOTO.height)
    assert difference(done, operation.apply(PHOTO)).max() == 0


@pytest.mark.parametrize("factor", [0.31, 0.5, 1.7])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_resized_picture_is_as_pillow_makes_it_in_one(factor: float, mode: str) -> None:
    picture = PHOTO.convert(mode)
    done = resample(picture, (round(picture.width * factor), round(picture.height * factor)))
    assert difference(done, picture.resize(done.size, Image.Resampling.LANCZOS)).mean() < 0.5
    assert difference(done, picture.resize(done.size, Image.Resampling.LANCZOS)).max() <= 24


def test_a_turned_picture_is_as_turned_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    done = turn_inside(PHOTO, 7)
    monkeypatch.setattr(strips, "ROWS", PHOTO.height)
    assert difference(done, turn_inside(PHOTO, 7)).max() <= 1


@pytest.mark.parametrize("radius", [1, 4, 9, 25])
def test_a_blur_done_small_is_nearly_the_blur_done_large(radius: int) -> None:
    done = difference(gaussian(PHOTO, radius), PHOTO.filter(ImageFilter.GaussianBlur(radius)))
    assert done.mean() < 1
    assert done[64:-64, 64:-64].max() <= 8
