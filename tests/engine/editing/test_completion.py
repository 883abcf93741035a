"""A hole is filled with what the rest of the picture is made of, at any size, and the rest stays."""

from __future__ import annotations

import numpy as np
import pytest

from engine.editing.completion import completed

Pixels = np.ndarray


def stripes(height: int, width: int, period: int) -> Pixels:
    """Vertical ones, soft: dark red and light blue."""
    share = (np.sin(2 * np.pi * np.arange(width) / period) / 2 + 0.5)[None, :, None]
    row = share * (90, 20, 20) + (1 - share) * (140, 190, 250)
    return np.broadcast_to(row, (height, width, 3)).astype(np.uint8)


def hole_in(picture: Pixels, top: float, left: float, bottom: float, right: float) -> np.ndarray:
    """By shares of the height and width."""
    hole = np.zeros(picture.shape[:2], bool)
    height, width = hole.shape
    hole[round(top * height) : round(bottom * height), round(left * width) : round(right * width)] = True
    return hole


@pytest.mark.parametrize("scale", [1, 6])
def test_a_pattern_goes_on_where_something_was(scale: int) -> None:
    whole = stripes(120 * scale, 150 * scale, 18 * scale)
    hole = hole_in(whole, 0.35, 0.4, 0.65, 0.6)
    damaged = whole.copy()
    damaged[hole] = (0, 255, 0)
    result = completed(damaged, hole).astype(int)
    assert np.abs(result - whole)[hole].mean() < 12
    plain = np.abs(damaged.astype(int) - whole)[hole].mean()
    assert plain > 100


def test_two_grounds_meet_where_they_met_before() -> None:
    picture = np.zeros((100, 140, 3), np.uint8)
    picture[:60], picture[60:] = (120, 180, 240), (60, 130, 50)
    hole = hole_in(picture, 0.4, 0.4, 0.8, 0.6)
    damaged = picture.copy()
    damaged[hole] = (200, 0, 0)
    result = completed(damaged, hole).astype(int)
    assert np.abs(result[:55] - picture[:55]).max() < 20
    assert np.abs(result[65:] - picture[65:]).max() < 20


def test_what_is_far_from_the_hole_stays_to_the_bit() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (200, 300, 3), np.uint8)
    hole = hole_in(picture, 0.4, 0.4, 0.5, 0.5)
    result = completed(picture, hole)
    assert np.array_equal(result[:60], picture[:60])
    assert np.array_equal(result[:, 170:], picture[:, 170:])
    assert not np.array_equal(result[hole], picture[hole])


def test_fine_grain_goes_on_at_full_size() -> None:
    """Finer than the pyramid sees: it is copied, not smoothed away."""
    grain = np.random.default_rng(1).normal(128, 30, (600, 800, 1)).clip(0, 255).repeat(3, 2).astype(np.uint8)
    hole = hole_in(grain, 0.3, 0.3, 0.6, 0.6)
    result = completed(np.where(hole[..., None], 0, grain).astype(np.uint8), hole)
    inner = hole_in(grain, 0.35, 0.35, 0.55, 0.55)
    assert result[inner].std() > 0.6 * grain[inner].std()


def test_a_hole_at_the_edge_and_the_same_twice() -> None:
    picture = stripes(90, 160, 16)
    hole = hole_in(picture, 0.5, 0.8, 1, 1)
    first = completed(picture, hole)
    assert np.array_equal(first, completed(picture, hole))
    assert np.abs(first.astype(int) - picture)[hole].mean() < 25


@pytest.mark.parametrize("size", [(9, 9), (7, 300), (40, 12)])
def test_odd_sizes(size: tuple[int, int]) -> None:
    picture = stripes(*size, 5)
    hole = np.zeros(size, bool)
    hole[0, :2] = True
    assert completed(picture, hole).shape == picture.shape


def test_a_tiny_hole_and_none() -> None:
    picture = stripes(300, 400, 20)
    hole = np.zeros((300, 400), bool)
    assert np.array_equal(completed(picture, hole), picture)
    hole[100:102, 200:202] = True
    assert np.abs(completed(picture, hole).astype(int) - picture).max() < 40


def test_without_a_rest_nothing_can_be_made_up() -> None:
    with pytest.raises(ValueError, match="no patch"):
        completed(np.zeros((50, 50, 3), np.uint8), np.ones((50, 50), bool))
