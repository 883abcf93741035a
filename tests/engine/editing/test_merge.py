"""A pixel that the edit left alone is never changed, and no size or shape breaks the merge."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.editing import merge
from engine.editing.local_linear import LocalLinear

SIDE = 32


def small(picture: np.ndarray) -> np.ndarray:
    square = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.asarray(square, np.float32) / 255


def noise(height: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


sizes = st.integers(1, 300)


@given(height=sizes, width=sizes, seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_an_edit_that_changed_nothing_gives_the_source(height: int, width: int, seed: int) -> None:
    source = noise(height, width, seed)
    low = small(source)
    assert np.array_equal(merge.apply(merge.coefficients(low, low), source), source)


@given(height=sizes, width=sizes, seed=st.integers(0, 99), strength=st.floats(-1, 1))
@settings(max_examples=40, deadline=None)
def test_any_edit_keeps_size_and_type(height: int, width: int, seed: int, strength: float) -> None:
    source = noise(height, width, seed)
    low = small(source)
    result = merge.apply(merge.coefficients(low, np.clip(low + strength, 0, 1)), source)
    assert result.shape == source.shape
    assert result.dtype == np.uint8


def test_pixels_away_from_a_local_edit_are_the_sources_own() -> None:
    source = noise(320, 480, 1)
    low = small(source)
    edited = low.copy()
    edited[:, SIDE // 2 + 4 :] = (0.1, 0.3, 0.9)
    result = merge.apply(merge.coefficients(low, edited), source)
    assert np.array_equal(result[:, :200], source[:, :200])
    assert np.abs(result[:, 400:].mean((0, 1)) / 255 - (0.1, 0.3, 0.9)).max() < 0.03


def test_a_grid_of_patches_does_not_show_on_a_plain_ground_and_a_new_thing_does() -> None:
    source = np.full((256, 256, 3), (90, 160, 210), np.uint8)
    low = np.asarray(Image.fromarray(source).resize((64, 64)), np.float32) / 255
    doubt = np.random.default_rng(0).uniform(-0.05, 0.05, (8, 8, 3)).repeat(8, 0).repeat(8, 1)
    edited = (low * 0.7 + doubt).astype(np.float32)
    edited[24:32, 24:32] = (0.9, 0.1, 0.1)
    result = merge.apply(merge.coefficients(low, edited, patchy=True), source).astype(float) / 255
    steps = np.abs(np.diff(result[160:], axis=1)).max()
    assert steps < 0.15 * np.abs(np.diff(doubt[40:], axis=1)).max()
    assert np.abs(result[104:120, 104:120].mean((0, 1)) - (0.9, 0.1, 0.1)).max() < 0.1


def test_colour_that_the_autoencoder_lost_goes_with_the_edit() -> None:
    rng = np.random.default_rng(0)
    coarse = rng.integers(60, 196, (8, 8, 3)).repeat(32, 0).repeat(32, 1)
    source = (coarse + rng.integers(-60, 60, coarse.shape)).astype(np.uint8)
    decoded = small(coarse.astype(np.uint8))
    grey = np.repeat(decoded.mean(-1, keepdims=True), 3, -1)
    result = merge.apply(merge.coefficients(decoded, grey, patchy=True), source).astype(int)
    assert np.ptp(result, axis=-1).mean() < 0.35 * np.ptp(source.astype(int), axis=-1).mean()


def test_a_darkened_picture_keeps_its_fine_detail() -> None:
    rows, columns = np.mgrid[:256, :256]
    grain = ((rows + columns) % 4 < 2) * 40  # finer than the small picture can show
    source = np.stack([100 + grain + columns // 4] * 3, -1).astype(np.uint8)
    low = small(source)
    result = merge.apply(merge.coefficients(low, low * 0.5), source).astype(float)
    assert result.mean() < source.mean() * 0.6
    spread = np.abs(np.diff(result[100], axis=0)).mean()
    assert spread > 0.3 * np.abs(np.diff(source[100].astype(float), axis=0)).mean()


def test_new_content_comes_through_where_the_source_was_flat() -> None:
    source = np.full((200, 200, 3), 128, np.uint8)
    low = small(source)
    edited = low.copy()
    edited[10:20, 10:20] = (1.0, 0.0, 0.0)
    result = merge.apply(merge.coefficients(low, edited), source)
    assert result[94, 94, 0] > 230
    assert result[94, 94, 1] < 40


@given(height=sizes, width=sizes, seed=st.integers(0, 99), side=st.integers(2, 60))
@settings(max_examples=40, deadline=None)
def test_outside_its_region_an_edit_changes_no_bit(height: int, width: int, seed: int, side: int) -> None:
    """The region's left half says no, whatever the colours; its border is one of its pixels wide."""
    source = noise(height, width, seed)
    low = small(source)
    offset = np.where(np.arange(side) < side // 2, -0.5, 2.0).astype(np.float32)
    region = LocalLinear(
        np.zeros((side, side, 1, 3), np.float32), np.broadcast_to(offset[:, None], (side, side, 1))
    )
    planes = merge.within(merge.coefficients(low, 1 - low), region)
    result = merge.apply(planes, source)
    left = int(width * (side // 2 - 1) / side)
    assert np.array_equal(result[:, :left], source[:, :left])


def test_a_region_by_colour_has_the_pictures_own_edge() -> None:
    source = np.zeros((240, 240, 3), np.uint8)
    source[:, 101:] = 200  # between two pixels of the small picture
    low = small(source)
    slope = np.full((SIDE, SIDE, 1, 3), 10 / 3, np.float32)
    region = LocalLinear(slope, np.full((SIDE, SIDE, 1), -1, np.float32))
    planes = merge.within(merge.coefficients(low, np.clip(low + 0.2, 0, 1)), region)
    result = merge.apply(planes, source)
    assert np.array_equal(result[:, :101], source[:, :101])
    assert (result[:, 101:] > 240).all()


def test_a_large_picture_is_merged_in_pieces_and_comes_out_the_same() -> None:
    source = noise(2400, 3000, 3)
    low = small(source)
    planes = merge.coefficients(low, np.clip(low + 0.3, 0, 1))
    pieces = merge.applied(planes, source)
    stops = 0
    while True:
        try:
            next(pieces)
            stops += 1
        except StopIteration as end:
            result = end.value
            break
    assert stops >= 4, "2400 x 3000 are nearly five pieces"
    assert np.array_equal(result, merge.apply(planes, source))
