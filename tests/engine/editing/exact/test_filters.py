"""Drawings and other filters: done as a whole, alike at any size, and only when nothing else was asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from engine.editing import series
from engine.editing.exact import CannotApply
from engine.editing.exact.faces import HideFaces
from engine.editing.exact.filters import SIDE, STYLES, Drawing, Grain, Pixelate, drawing, filtering
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


@pytest.mark.parametrize(
    ("wish", "operation"),
    [
        ("blur the faces", HideFaces("blur")),
        ("please blur out my face", HideFaces("blur")),
        ("pixelate her face", HideFaces("pixelate")),
        ("censor the face", HideFaces("pixelate")),
        ("make their faces unrecognisable", HideFaces("pixelate")),
        ("pixelate it", Pixelate()),
        ("a pixelated version of this photo", Pixelate()),
        ("add film grain", Grain()),
        ("make it a bit grainy", Grain()),
        ("make it a comic", Drawing("a comic")),
        ("brighten her face", None),
        ("the face", None),
        ("blur", None),
        ("remove the grain", None),
        ("pixelate the car", None),
        ("make it night", None),
    ],
)
def test_a_filter_is_known_by_its_names(wish: str, operation: object) -> None:
    assert filtering(content(wish)) == operation


@pytest.fixture(scope="module")
def portrait() -> Image.Image:
    return Image.fromarray(data.astronaut())


FACE = np.s_[90:170, 190:260]


@pytest.mark.parametrize("how", ["blur", "pixelate"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_a_face_is_hidden_and_nothing_else_touched(portrait: Image.Image, how: str, mode: str) -> None:
    source = portrait.convert(mode)
    before = source.copy()
    hidden = HideFaces(how).apply(source)  # type: ignore[arg-type]
    assert source == before
    assert (hidden.mode, hidden.size) == (source.mode, source.size)
    grey = [np.asarray(each.convert("L"), float) for each in (source, hidden)]
    fine = [np.abs(np.diff(each[FACE], axis=1)).mean() for each in grey]
    assert fine[1] < 0.45 * fine[0]
    assert (grey[0][260:] == grey[1][260:]).all() and (grey[0][:, 330:] == grey[1][:, 330:]).all()


def test_a_small_face_in_a_large_picture_is_hidden_too(portrait: Image.Image) -> None:
    crowd = Image.new("RGB", (2400, 1500), (90, 120, 90))
    for place, side in (((200, 300), 500), ((1200, 500), 700)):
        crowd.paste(portrait.resize((side, side)), place)
    changed = np.asarray(crowd) != np.asarray(HideFaces("blur").apply(crowd))
    assert changed[300:800, 200:700].any() and changed[500:1200, 1200:1900].any()


def test_where_no_face_is_found_that_is_said(cat: Image.Image) -> None:
    with pytest.raises(CannotApply, match="can't find a face"):
        HideFaces("blur").apply(cat)


@settings(max_examples=20, deadline=None)
@given(width=st.integers(1, 300), height=st.integers(1, 300), mode=st.sampled_from(("RGB", "RGBA", "L")))
def test_grain_and_squares_fit_any_picture(width: int, height: int, mode: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 4), np.uint8)
    source = Image.fromarray(noise, "RGBA").convert(mode)
    for operation in (Grain(), Pixelate()):
        done = operation.apply(source)
        assert done.size == source.size
        assert done.mode == ("RGB" if mode == "L" and operation == Grain() else mode)


def test_grain_leaves_the_light_and_squares_the_colours(cat: Image.Image) -> None:
    grained, squared = levels(Grain().apply(cat)), levels(Pixelate().apply(cat))
    assert np.abs(grained - levels(cat)).mean() > 0.01
    for done in (grained, squared):
        assert np.abs(done.mean((0, 1)) - levels(cat).mean((0, 1))).max() < 0.01
    assert (np.abs(np.diff(squared, axis=1)).max(2) == 0).mean() > 0.8
