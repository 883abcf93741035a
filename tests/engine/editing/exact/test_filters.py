"""Drawings and other filters: alike at any size, alpha kept, the source untouched."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from engine.editing.exact import CannotApply, faces
from engine.editing.exact.faces import HideFaces
from engine.editing.exact.filters import DRAWN, SIDE, Drawing, Grain, Pixelate
from engine.editing.exact.people import MOST_WINDOWS, windows


@pytest.fixture(scope="module")
def cat() -> Image.Image:
    return Image.fromarray(data.chelsea())


def levels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("RGB"), np.float32) / 255


@pytest.mark.parametrize("style", DRAWN)
@settings(max_examples=8, deadline=None)
@given(
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    mode=st.sampled_from(("RGB", "RGBA", "L")),
    seed=st.integers(0, 9),
)
def test_size_and_alpha_stay_and_the_source_is_not_touched(
    style: str, width: int, height: int, mode: str, seed: int
) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    source = Image.fromarray(noise, "RGBA").convert(mode)
    before = source.copy()
    drawn = Drawing(style).apply(source)
    assert drawn.size == source.size
    assert drawn.mode == ("RGBA" if mode == "RGBA" else "RGB")
    assert source == before
    if mode == "RGBA":
        assert drawn.getchannel("A") == source.getchannel("A")


@pytest.mark.parametrize("style", DRAWN)
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_of_one_colour_stays_calm(style: str, level: int) -> None:
    drawn = Drawing(style).apply(Image.new("RGB", (300, 200), (level, level, level)))
    assert levels(drawn.resize((6, 4), Image.Resampling.BOX)).std(axis=(0, 1)).max() < 0.1


@pytest.mark.parametrize("style", DRAWN)
def test_it_is_the_same_each_time_and_at_any_size(cat: Image.Image, style: str) -> None:
    large, middle, small = (
        cat.resize((width, width * cat.height // cat.width), Image.Resampling.LANCZOS)
        for width in (2 * SIDE, SIDE, SIDE // 4)
    )
    drawn = [Drawing(style).apply(each) for each in (large, middle, small)]
    assert Drawing(style).apply(middle) == drawn[1]
    assert [each.size for each in drawn] == [large.size, middle.size, small.size]
    seen = [levels(each.resize((44, 29), Image.Resampling.BOX)) for each in drawn]
    assert np.abs(seen[0] - seen[1]).mean() < 0.02
    assert np.abs(seen[2] - seen[1]).mean() < 0.05


def test_what_a_style_is_known_for(cat: Image.Image) -> None:
    source = levels(cat)
    drawn = {style: levels(Drawing(style).apply(cat)) for style in DRAWN}
    for style in ("a pencil sketch", "a charcoal drawing"):
        assert np.ptp(drawn[style], axis=2).max() == 0
    assert (drawn["a pencil sketch"] > 0.8).mean() > 0.4  # paper
    assert (drawn["a neon drawing"].max(2) < 0.2).mean() > 0.4  # dark between the lines
    assert np.ptp(drawn["a comic"], axis=2).mean() > 1.3 * np.ptp(source, axis=2).mean()
    flat = np.abs(np.diff(drawn["a pixel art picture"], axis=1)).max(2) == 0
    assert flat.mean() > 0.8
    grey = [picture.mean(2) for picture in (source, drawn["an oil painting"], drawn["a watercolour"])]
    assert all(np.corrcoef(grey[0].ravel(), other.ravel())[0, 1] > 0.8 for other in grey[1:])


@pytest.fixture(scope="module")
def portrait() -> Image.Image:
    return Image.fromarray(data.astronaut())


FACE = np.s_[90:170, 190:260]


def with_alpha(picture: Image.Image) -> Image.Image:
    picture = picture.convert("RGBA")
    noise = np.random.default_rng(0).integers(0, 256, picture.size[::-1], np.uint8)
    picture.putalpha(Image.fromarray(noise))
    return picture


@pytest.mark.parametrize("how", ["blur", "pixelate"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_a_face_is_hidden_and_nothing_else_touched(
    portrait: Image.Image, how: Literal["blur", "pixelate"], mode: str
) -> None:
    source = with_alpha(portrait) if mode == "RGBA" else portrait.convert(mode)
    before = source.copy()
    hidden = HideFaces(how, every=False).apply(source)
    assert source == before
    assert (hidden.mode, hidden.size) == (source.mode, source.size)
    if mode == "RGBA":
        assert hidden.getchannel("A") == source.getchannel("A")
    grey = [np.asarray(each.convert("RGB").convert("L"), float) for each in (source, hidden)]
    fine = [np.abs(np.diff(each[FACE], axis=1)).mean() for each in grey]
    assert fine[1] < 0.45 * fine[0]
    assert (grey[0][260:] == grey[1][260:]).all() and (grey[0][:, 330:] == grey[1][:, 330:]).all()


@pytest.fixture(scope="module")
def crowd(portrait: Image.Image) -> tuple[Image.Image, list[tuple[int, int, int, int]]]:
    """Three people, and the boxes of their faces, the smallest 40 pixels wide."""
    picture, boxes = Image.new("RGB", (2000, 1300), (90, 120, 90)), []
    for x, y, side in ((100, 200, 700), (1000, 300, 450), (1600, 900, 290)):
        picture.paste(portrait.resize((side, side), Image.Resampling.LANCZOS), (x, y))
        share = side / 512
        boxes.append(
            tuple(round(at) for at in (x + 190 * share, y + 90 * share, x + 260 * share, y + 170 * share))
        )
    return picture, boxes


def test_every_face_of_a_crowd_is_hidden(crowd: tuple[Image.Image, list[tuple[int, int, int, int]]]) -> None:
    picture, boxes = crowd
    hidden = HideFaces("blur").apply(picture)
    for box in boxes:
        fine = [np.abs(np.diff(levels(each.crop(box)), axis=1)).mean() for each in (picture, hidden)]
        assert fine[1] < 0.5 * fine[0]
    changed = (np.asarray(picture) != np.asarray(hidden)).any(2).mean()
    assert changed < 0.06


def test_of_several_faces_one_is_not_guessed(
    crowd: tuple[Image.Image, list[tuple[int, int, int, int]]],
) -> None:
    with pytest.raises(CannotApply, match="I see 3 faces"):
        HideFaces("blur", every=False).apply(crowd[0])


PLACE, LENGTH = st.floats(-1, 2), st.floats(0.001, 2)


@given(x=PLACE, y=PLACE, width=LENGTH, height=LENGTH, how=st.sampled_from(("blur", "pixelate")))
@settings(max_examples=60, deadline=None)
def test_a_box_at_or_over_the_edge_is_no_trouble(
    x: float, y: float, width: float, height: float, how: Literal["blur", "pixelate"]
) -> None:
    source = Image.new("RGB", (60, 40), "red")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(faces, "find_faces", lambda image: np.array([[x, y, width, height]], np.float32))
        assert HideFaces(how).apply(source).size == source.size


@given(width=st.integers(1, 6000), height=st.integers(1, 6000))
def test_windows_lie_in_the_picture_and_are_not_too_many(width: int, height: int) -> None:
    found = windows((width, height))
    assert found[0] == (0, 0, width, height)
    assert len(found) <= MOST_WINDOWS
    for left, top, wide, high in found:
        assert left >= 0 and top >= 0 and left + wide <= width and top + high <= height


@pytest.mark.parametrize("size", [None, (1, 1), (3000, 2), (2, 3000), (700, 129)])
def test_where_no_face_is_found_that_is_said(cat: Image.Image, size: tuple[int, int] | None) -> None:
    with pytest.raises(CannotApply, match="can't find a face"):
        HideFaces("blur").apply(cat if size is None else Image.new("RGB", size, "green"))


@settings(max_examples=20, deadline=None)
@given(width=st.integers(1, 300), height=st.integers(1, 300), mode=st.sampled_from(("RGB", "RGBA", "L")))
def test_grain_and_squares_fit_any_picture(width: int, height: int, mode: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 4), np.uint8)
    source = Image.fromarray(noise, "RGBA").convert(mode)
    for operation in (Grain(), Pixelate()):
        done = operation.apply(source)
        assert done.size == source.size
        if mode == "RGBA":
            assert done.getchannel("A") == source.getchannel("A")
        assert done.mode == ("RGB" if mode == "L" and operation == Grain() else mode)


def test_grain_leaves_the_light_and_squares_the_colours(cat: Image.Image) -> None:
    grained, squared = levels(Grain().apply(cat)), levels(Pixelate().apply(cat))
    assert np.abs(grained - levels(cat)).mean() > 0.01
    for done in (grained, squared):
        assert np.abs(done.mean((0, 1)) - levels(cat).mean((0, 1))).max() < 0.01
    assert (np.abs(np.diff(squared, axis=1)).max(2) == 0).mean() > 0.8
