"""A photo becomes a drawing as a whole, looks the same at any size, and only when nothing else was asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from engine.editing import series
from engine.editing.exact.drawing import SIDE, STYLES, Drawing, drawing
from engine.editing.knowledge import Everything, Knowledge, content

SMALL = Knowledge(frozenset({frozenset({"winter"})}))


@pytest.fixture(scope="module")
def cat() -> Image.Image:
    return Image.fromarray(data.chelsea())


def levels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("RGB"), np.float32) / 255


@pytest.mark.parametrize(
    ("wish", "style"),
    [
        ("make it look like a pencil sketch", "a pencil sketch"),
        ("sketch it", "a pencil sketch"),
        ("turn this photo into a drawing, please", "a pencil sketch"),
        ("as a charcoal sketch", "a charcoal drawing"),
        ("make it a watercolor painting", "a watercolour"),
        ("repaint it in oil", "an oil painting"),
        ("turn him into a cartoon", "a comic"),
        ("a comic book version of this", "a comic"),
        ("Pop art style!", "a pop art print"),
        ("add a neon effect", "a neon drawing"),
        ("make it a travel poster", "a poster"),
        ("make it pixel art", "a pixel art picture"),
        ("a roman mosaic", "a mosaic"),
        ("a chalk drawing of it", "a pastel drawing"),
        ("turn it into a page of a colouring book", "a line drawing"),
        ("line art please", "a line drawing"),
        ("make it look like stained glass", "a stained glass window"),
        ("a blueprint", "a blueprint"),
        ("make it look like an old newspaper photo", "a newspaper print"),
    ],
)
def test_a_style_is_known_by_its_names(wish: str, style: str) -> None:
    assert drawing(content(wish)) == Drawing(style)


@pytest.mark.parametrize(
    "wish",
    [
        "turn the dog into a comic",
        "add a poster",
        "add a newspaper",
        "add a poster to the wall",
        "make the background a watercolour",
        "less like a comic",
        "a painting by monet",
        "make it a neon comic",
        "pastel colours",
        "make it winter",
        "make it better",
    ],
)
def test_what_asks_for_more_or_less_than_a_style_is_no_drawing(wish: str) -> None:
    assert drawing(content(wish)) is None


def test_only_small_weights_leave_drawings_to_filters() -> None:
    wish = "make it a comic"
    (drawn,), (painted,) = series.split(wish, SMALL), series.split(wish, None)
    assert drawn.plan is not None and drawn.plan.operations == (Drawing("a comic"),)
    assert painted.plan is None
    (tried,) = series.split(wish, Everything())
    assert tried.plan is None


def test_a_drawing_may_be_part_of_a_wish() -> None:
    parts = series.read("make it winter, turn it into a comic and crop it square", SMALL)
    assert [part.plan is None for part in parts] == [True, False, False]
    assert (
        series.summary(parts)
        == "I painted “make it winter”, turned it into a comic and cropped it to a square."
    )


@pytest.mark.parametrize("style", STYLES)
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


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_of_one_colour_stays_calm(style: str, level: int) -> None:
    drawn = Drawing(style).apply(Image.new("RGB", (300, 200), (level, level, level)))
    assert levels(drawn.resize((6, 4), Image.Resampling.BOX)).std(axis=(0, 1)).max() < 0.1


@pytest.mark.parametrize("style", STYLES)
def test_it_is_the_same_each_time_and_at_any_size(cat: Image.Image, style: str) -> None:
    large = cat.resize((2 * SIDE, 2 * SIDE * cat.height // cat.width), Image.Resampling.BICUBIC)
    middle = large.resize((SIDE, SIDE * cat.height // cat.width), Image.Resampling.BOX)
    one, two = Drawing(style).apply(large), Drawing(style).apply(middle)
    assert Drawing(style).apply(middle) == two
    assert one.size == large.size
    shrunk = one.resize(two.size, Image.Resampling.BOX)
    assert np.abs(levels(shrunk) - levels(two)).mean() < 0.04


def test_what_a_style_is_known_for(cat: Image.Image) -> None:
    source = levels(cat)
    drawn = {style: levels(Drawing(style).apply(cat)) for style in STYLES}
    for style in ("a pencil sketch", "a charcoal drawing"):
        assert np.ptp(drawn[style], axis=2).max() == 0
    assert (drawn["a pencil sketch"] > 0.8).mean() > 0.4  # paper
    assert (drawn["a neon drawing"].max(2) < 0.2).mean() > 0.4  # dark between the lines
    assert np.ptp(drawn["a comic"], axis=2).mean() > 1.3 * np.ptp(source, axis=2).mean()
    flat = np.abs(np.diff(drawn["a pixel art picture"], axis=1)).max(2) == 0
    assert flat.mean() > 0.8
    grey = [picture.mean(2) for picture in (source, drawn["an oil painting"], drawn["a watercolour"])]
    assert all(np.corrcoef(grey[0].ravel(), other.ravel())[0, 1] > 0.8 for other in grey[1:])
