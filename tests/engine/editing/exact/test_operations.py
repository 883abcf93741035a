"""An exact edit never touches its input, invents no size or mode, and never crashes on an odd picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.editing.exact import CannotApply, Plan, plan
from engine.editing.exact.colour import BlackAndWhite, Saturation, Sepia, Temperature, Vibrance
from engine.editing.exact.detail import Blur, BlurPixels, Denoise, Sharpen
from engine.editing.exact.frame import Border, RoundCorners, Vignette
from engine.editing.exact.geometry import CropPixels, CropRatio, Fit, Flip, Rotate, Scale, Trim
from engine.editing.exact.operations import Operation
from engine.editing.exact.straighten import Straighten
from engine.editing.exact.text import Caption
from engine.editing.exact.tone import AutoLevels, Contrast, Exposure, Highlights, Invert, Shadows

SAME_SIZE: list[Operation] = [
    Exposure(1.3),
    Exposure(-2.0),
    Contrast(1.8),
    Contrast(0.4),
    Shadows(1.0),
    Highlights(-1.0),
    Invert(),
    AutoLevels(),
    Saturation(1.7),
    Vibrance(0.8),
    BlackAndWhite(),
    Blur(0.01),
    BlurPixels(3),
    Sharpen(1.5),
    Denoise(0.05),
    Vignette(0.7),
    Vignette(0.7, white=True),
    Flip("horizontal"),
    Flip("vertical"),
    Rotate(180),
    Border("white", 0, pixels=True),
]
COLOURING: list[Operation] = [Temperature(0.5), Temperature(tint=-0.5), Sepia()]
SHAPING: list[Operation] = [
    CropRatio(1, 1),
    CropRatio(16, 9),
    CropPixels(5, 900),
    Trim(("left", "top"), 1 / 3),
    Rotate(90),
    Rotate(-37.5),
    Rotate(45),
    Scale(0.3),
    Scale(1.9),
    Fit(7, None),
    Fit(9, 9),
    Border("tomato", 0.05),
    Straighten(),
    Caption("HI"),
    RoundCorners(0.2),
]
IDENTITIES: list[Operation] = [
    Exposure(0.0),
    Contrast(1.0),
    Shadows(0.0),
    Highlights(0.0),
    Saturation(1.0),
    Vibrance(0.0),
    Temperature(),
    BlurPixels(0),
    Sharpen(0.0),
    Denoise(0.0),
    Vignette(0.0),
    Vignette(0.0, white=True),
    Rotate(360),
    Scale(1.0),
    Trim(("top",), 0.0),
    Border("white", 0, pixels=True),
]


@st.composite
def pictures(draw: st.DrawFn, modes: tuple[str, ...] = ("RGB", "RGBA", "L")) -> Image.Image:
    """Small pictures of noise, one row or column among them."""
    width, height = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    samples = np.random.default_rng(draw(st.integers(0, 2**32))).integers(
        0, 256, (height, width, 4), np.uint8
    )
    return Image.fromarray(samples).convert(draw(st.sampled_from(modes)))


def apply(operation: Operation, image: Image.Image) -> Image.Image:
    return Plan((operation,)).apply(image)


@settings(deadline=None)
@given(pictures(), st.sampled_from(SAME_SIZE))
def test_mode_size_alpha_and_input_stay(image: Image.Image, operation: Operation) -> None:
    before = image.tobytes()
    done = apply(operation, image)
    assert image.tobytes() == before
    assert (done.mode, done.size) == (image.mode, image.size)
    if image.mode == "RGBA" and not isinstance(operation, Flip | Rotate):
        assert done.getchannel("A").tobytes() == image.getchannel("A").tobytes()


@settings(deadline=None)
@given(pictures(), st.sampled_from(COLOURING))
def test_colour_makes_a_grey_picture_rgb_and_nothing_else_changes(
    image: Image.Image, operation: Operation
) -> None:
    done = apply(operation, image)
    assert done.size == image.size
    assert done.mode == ("RGB" if image.mode == "L" else image.mode)
    if image.mode == "RGBA":
        assert done.getchannel("A").tobytes() == image.getchannel("A").tobytes()


@settings(deadline=None)
@given(pictures(), st.sampled_from(SHAPING))
def test_no_picture_is_too_odd(image: Image.Image, operation: Operation) -> None:
    before = image.tobytes()
    try:
        done = apply(operation, image)
    except CannotApply as reason:
        assert str(reason).endswith((".", "!"))
    else:
        assert min(done.size) >= 1
        assert operation.size_after(image.size) in (done.size, None)
    assert image.tobytes() == before


@settings(deadline=None)
@given(pictures(), st.sampled_from(IDENTITIES))
def test_an_amount_of_nothing_gives_the_same_bytes(image: Image.Image, operation: Operation) -> None:
    done = apply(operation, image)
    if image.mode == "RGBA" and isinstance(operation, BlurPixels):
        return  # premultiplying rounds the hidden colour of nearly transparent pixels
    assert (done.mode, done.tobytes()) == (image.mode, image.tobytes())


@settings(deadline=None)
@given(pictures(), st.sampled_from([[Flip("horizontal")] * 2, [Flip("vertical")] * 2, [Rotate(90)] * 4]))
def test_what_undoes_itself_gives_the_same_bytes(image: Image.Image, operations: list[Operation]) -> None:
    assert Plan(tuple(operations)).apply(image).tobytes() == image.tobytes()


@settings(deadline=None)
@given(
    pictures(), st.sampled_from([(Rotate(90), Rotate(-90)), (Rotate(180), Rotate(180)), (Invert(), Invert())])
)
def test_there_and_back_gives_the_same_bytes(image: Image.Image, pair: tuple[Operation, ...]) -> None:
    there = apply(pair[0], image)
    assert apply(pair[1], there).tobytes() == image.tobytes()


@pytest.mark.parametrize("stops", [1, 2, 3])
def test_chained_curves_are_rounded_once(stops: int) -> None:
    """Darker and brighter again: rounded in between, the tones that were pressed together stay together."""
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None].repeat(2, 0))
    darker, brighter = Exposure(-stops), Exposure(stops)
    once = np.unique(np.asarray(Plan((darker, brighter)).apply(ramp)))
    twice = np.unique(np.asarray(apply(brighter, apply(darker, ramp))))
    assert len(once) > 225 > 185 > len(twice)


@pytest.mark.parametrize(
    "curve",
    [
        *(Exposure(3), Exposure(-3), Contrast(4), Contrast(0.3), Shadows(1), Shadows(-1)),
        *(Highlights(1), Highlights(-1), Temperature(1.5), Temperature(-1.5, 1.5)),
    ],
)
def test_a_curve_never_turns_the_order_of_tones_round(curve: Operation) -> None:
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None].repeat(2, 0)).convert("RGB")
    done = np.asarray(apply(curve, ramp))[0].astype(int)
    assert (np.diff(done, axis=0) >= 0).all()


def test_other_modes_are_the_callers_to_convert() -> None:
    with pytest.raises(ValueError, match="mode P"):
        apply(Invert(), Image.new("P", (4, 4)))


@pytest.mark.parametrize(
    ("instruction", "sentence"),
    [
        ("resize it to 20000 px wide", "24 megapixels"),
        ("trim 60% off the left and right", "nothing of the picture"),
        ("cut 500 px off the top", "nothing of the picture"),
        ("write ✓✓✓ at the top", ""),
        ('write "ਪੰਜਾਬੀ" at the top', "can't write these"),
        ("add a 9000 px border", "24 megapixels"),
        ("straighten it", "what is level"),
    ],
)
def test_what_cannot_be_done_ends_in_a_sentence(instruction: str, sentence: str) -> None:
    found = plan(instruction)
    if not sentence:
        assert found is None
        return
    assert found is not None
    with pytest.raises(CannotApply, match=sentence):
        found.apply(Image.new("RGB", (64, 48), "grey"))
    if instruction == "straighten it":
        assert found.size_after((64, 48)) is None
    else:
        with pytest.raises(CannotApply, match=sentence):
            found.size_after((64, 48))
