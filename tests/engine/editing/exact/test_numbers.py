"""A number in the summary is never just a word: light doubles, luma is Rec. 709, sides are right."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from engine.editing.exact import Plan, plan
from engine.editing.exact.colour import Saturation, Temperature, Vibrance
from engine.editing.exact.detail import Denoise, Sharpen
from engine.editing.exact.frame import Border, RoundCorners, Vignette
from engine.editing.exact.geometry import CropRatio, Fit, Rotate, Scale, Trim
from engine.editing.exact.operations import CannotApply, Operation
from engine.editing.exact.straighten import measure_lean
from engine.editing.exact.text import Caption
from engine.editing.exact.tone import AutoLevels, Contrast, Exposure, to_linear

LUMA = np.array([0.2126, 0.7152, 0.0722])


def apply(operation: Operation, image: Image.Image) -> np.ndarray:
    return np.asarray(Plan((operation,)).apply(image)).astype(float)


def ramp() -> Image.Image:
    return Image.fromarray(np.arange(256, dtype=np.uint8)[None].repeat(4, 0))


def colours() -> Image.Image:
    return Image.fromarray(np.random.default_rng(7).integers(0, 256, (64, 64, 3), np.uint8))


def test_one_stop_doubles_the_light_of_mid_tones() -> None:
    before = to_linear(np.arange(256) / 255)
    after = to_linear(apply(Exposure(1), ramp())[0] / 255)
    middle = slice(40, 145)
    assert after[middle] / before[middle] == pytest.approx(2, rel=0.02)


def test_one_stop_less_halves_the_light() -> None:
    before = to_linear(np.arange(256) / 255)
    after = to_linear(apply(Exposure(-1), ramp())[0] / 255)
    assert after[40:] / before[40:] == pytest.approx(0.5, rel=0.03)


def test_brightening_keeps_the_lights_apart_instead_of_clipping_them() -> None:
    after = apply(Exposure(1), ramp())[0]
    assert after[255] == 255
    assert after[0] == 0
    assert len(np.unique(after[180:])) > 20  # a hard clip leaves 9


def test_contrast_keeps_black_white_and_the_middle() -> None:
    after = apply(Contrast(1.5), ramp())[0]
    assert (after[0], after[255]) == (0, 255)
    assert after[127:129].mean() == pytest.approx(127.5, abs=1)
    assert (after[133] - after[122]) / 11 == pytest.approx(1.5, abs=0.15)


def test_black_and_white_is_rec_709_luma() -> None:
    image = colours()
    found = plan("black and white")
    assert found is not None
    after = np.asarray(found.apply(image)).astype(float)
    assert (after == after[..., :1]).all()
    assert np.abs(after[..., 0] - np.asarray(image) @ LUMA).max() <= 0.51


@pytest.mark.parametrize("operation", [Saturation(1.3), Saturation(0.5), Vibrance(0.5), Vibrance(-1.0)])
def test_saturation_moves_colour_and_keeps_luma(operation: Operation) -> None:
    pale = Image.fromarray((np.asarray(colours()) // 4 + 96).astype(np.uint8))
    before, after = np.asarray(pale).astype(float), apply(operation, pale)
    assert np.abs(after @ LUMA - before @ LUMA).max() < 1.01
    wider = np.ptp(after, axis=-1).mean() > np.ptp(before, axis=-1).mean()
    assert wider == ("+" in operation.phrase)


def test_vibrance_spares_strong_colours() -> None:
    image = Image.fromarray(np.array([[[230, 20, 20], [140, 120, 120]]], np.uint8))
    moved = np.abs(apply(Vibrance(0.5), image) - np.asarray(image))[0].max(axis=-1)
    saturated = np.abs(apply(Saturation(1.5), image) - np.asarray(image))[0].max(axis=-1)
    assert moved[0] < 0.5 * saturated[0]
    assert moved[1] > 0.8 * saturated[1]


def test_warmth_keeps_the_luminance_of_grey() -> None:
    after = apply(Temperature(0.8), Image.new("RGB", (1, 1), (120, 120, 120)))[0, 0]
    assert after[0] > 120 > after[2]
    assert to_linear(after / 255) @ LUMA == pytest.approx(to_linear(np.array(120 / 255)), rel=0.02)


def test_auto_levels_uses_the_whole_range_and_leaves_a_full_one() -> None:
    flat = ramp().point(lambda value: 90 + value // 4)
    after = apply(AutoLevels(), flat)
    assert np.ptp(after) > 1.3 * np.ptp(np.asarray(flat))
    assert np.abs(apply(AutoLevels(), ramp()) - np.asarray(ramp())).max() < 16


def test_denoise_takes_noise_and_keeps_an_edge() -> None:
    clean = np.full((64, 64, 3), 60.0)
    clean[:, 32:] = 190
    noisy = clean + np.random.default_rng(1).normal(0, 8, clean.shape)
    image = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    after = apply(Denoise(0.1), image)
    assert np.abs(after - clean).mean() < 0.6 * np.abs(noisy - clean).mean()
    assert (after[:, 33] - after[:, 30]).mean() > 110


def test_sharpening_leaves_a_plain_area_alone_and_steepens_an_edge() -> None:
    samples = np.full((32, 32, 3), 80, np.uint8)
    samples[:, 16:] = (150, 140, 170)
    after = apply(Sharpen(1.0), Image.fromarray(samples))
    assert (after[:, :8] == 80).all()
    assert after[0, 15, 0] < 80
    assert after[0, 16, 0] > 150


def test_a_vignette_darkens_corners_and_not_the_centre() -> None:
    after = apply(Vignette(0.6), Image.new("RGB", (101, 81), (200, 100, 50)))
    assert (after[40, 50] == (200, 100, 50)).all()
    assert after[0, 0] == pytest.approx(np.array([80, 40, 20]), abs=2)


@pytest.mark.parametrize(
    ("operation", "size"),
    [
        (CropRatio(1, 1), (60, 60)),
        (CropRatio(16, 9), (90, 51)),
        (Trim(("left",), 1 / 3), (60, 60)),
        (Trim(("top", "bottom"), 10, pixels=True), (90, 40)),
        (Scale(0.5), (45, 30)),
        (Fit(30, None), (30, 20)),
        (Fit(30, 10), (15, 10)),
        (Rotate(90), (60, 90)),
        (Border("red", 7, pixels=True), (104, 74)),
    ],
)
def test_sides_come_out_as_said(operation: Operation, size: tuple[int, int]) -> None:
    assert Plan((operation,)).apply(Image.new("RGB", (90, 60))).size == size


def test_cutting_the_left_third_keeps_the_right_two() -> None:
    image = Image.fromarray(np.arange(90, dtype=np.uint8)[None].repeat(6, 0))
    assert (apply(Trim(("left",), 1 / 3), image)[0] == np.arange(30, 90)).all()


def test_clockwise_is_clockwise() -> None:
    image = Image.new("L", (3, 2))
    image.putpixel((0, 0), 255)
    assert apply(Rotate(90), image)[0, 1] == 255
    bar = Image.new("L", (201, 201))
    ImageDraw.Draw(bar).line((100, 100, 190, 100), 255, 5)
    after = apply(Rotate(20), bar)
    rows, columns = np.nonzero(after > 128)
    middle = after.shape[0] / 2
    assert rows[columns > middle + 40].mean() > middle + 10


@pytest.mark.parametrize("degrees", [1.0, -7.3, 30.0, 45.0, 89.0, 135.0])
@pytest.mark.parametrize("size", [(120, 80), (40, 130), (64, 64)])
def test_a_turned_picture_has_no_empty_corner(degrees: float, size: tuple[int, int]) -> None:
    after = apply(Rotate(degrees), Image.new("RGB", size, (200, 150, 100)))
    assert (after == (200, 150, 100)).all()


@pytest.mark.parametrize("lean", [-6.0, -1.5, 0.0, 3.0, 8.0])
def test_straightening_measures_the_lean(lean: float) -> None:
    scene = Image.new("RGB", (900, 900), (120, 160, 220))
    ImageDraw.Draw(scene).rectangle((0, 480, 900, 900), (60, 90, 50))
    leaning = scene.rotate(-lean, Image.Resampling.BICUBIC).crop((200, 250, 700, 650))
    assert measure_lean(leaning) == pytest.approx(lean, abs=0.5)


def test_lines_that_disagree_turn_nothing() -> None:
    hills = Image.new("RGB", (600, 400), (120, 160, 220))
    ImageDraw.Draw(hills).polygon([(0, 240), (300, 214), (600, 240), (600, 400), (0, 400)], (60, 90, 50))
    with pytest.raises(CannotApply, match="what is level"):
        measure_lean(hills)


def test_one_horizon_among_many_twigs_is_enough() -> None:
    rng = np.random.default_rng(0)
    scene = Image.new("RGB", (600, 400), (120, 160, 220))
    draw = ImageDraw.Draw(scene)
    draw.polygon([(0, 190), (600, 222), (600, 400), (0, 400)], (60, 90, 50))
    for x, y, dx, dy in rng.uniform((0, 0, -30, -30), (600, 400, 30, 30), (150, 4)):
        draw.line((x, y, x + dx, y + dy), (40, 30, 20), 2)
    assert measure_lean(scene) == pytest.approx(np.rad2deg(np.arctan2(32, 600)), abs=0.5)


def test_rounded_corners_are_transparent_and_the_rest_is_not() -> None:
    after = Plan((RoundCorners(0.25),)).apply(Image.new("RGB", (80, 60), "red"))
    alpha = np.asarray(after.getchannel("A"))
    assert after.mode == "RGBA"
    assert alpha[0, 0] == alpha[-1, 0] == alpha[0, -1] == alpha[-1, -1] == 0
    assert (alpha[15:45] == 255).all()
    assert (alpha == alpha[::-1, ::-1]).all()
    assert (alpha == 0).sum() / 4 == pytest.approx(15 * 15 * (1 - np.pi / 4), rel=0.25)


@pytest.mark.parametrize(("place", "rows"), [("top", slice(0, 60)), ("bottom", slice(140, 200))])
def test_a_caption_stands_where_it_was_asked_for(place: str, rows: slice) -> None:
    image = Image.new("RGB", (300, 200), (100, 100, 100))
    found = plan(f"write HAPPY BIRTHDAY at the {place}")
    assert found is not None
    changed = (np.asarray(found.apply(image)) != 100).any(axis=-1)
    assert changed[rows].sum() == changed.sum() > 500


def test_a_long_caption_is_wrapped_and_fits() -> None:
    image = Image.new("RGB", (300, 200), (100, 100, 100))
    after = apply(
        Caption("a rather long sentence that can't possibly stand in one line of this picture"), image
    )
    changed = (after != 100).any(axis=-1)
    assert not changed[:, :8].any()
    assert not changed[:, -8:].any()
