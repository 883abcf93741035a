"""Equal sets are never apart, and sets that share nothing are never near."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm

from engine.editing.measures.distributions import (
    ANGLES,
    CLUSTERS,
    f_scores,
    frechet_distance,
    precision_recall,
)


def with_moments(count: int, mean: np.ndarray, covariance: np.ndarray, seed: int) -> np.ndarray:
    """(count, D) points whose mean and unbiased covariance are exactly these."""
    raw = np.random.default_rng(seed).standard_normal((count, len(mean)))
    raw -= raw.mean(0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw.T)).T)
    return white @ np.linalg.cholesky(covariance).T + mean


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0.01, 9), st.floats(0.01, 9), st.floats(-5, 5)), min_size=2, max_size=6))
def test_the_frechet_distance_of_two_gaussians_is_the_closed_form(
    axes: list[tuple[float, float, float]],
) -> None:
    """Independent axes: the sum of (m1 - m2)² + (s1 - s2)²."""
    one, other, apart = np.array(axes).T
    first = with_moments(60, np.zeros(len(axes)), np.diag(one**2), seed=1)
    second = with_moments(90, apart, np.diag(other**2), seed=2)
    expected = np.square(apart).sum() + np.square(one - other).sum()
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-7, abs=1e-7)


def test_the_frechet_distance_is_that_of_the_definition_for_axes_that_depend_on_one_another() -> None:
    rng = np.random.default_rng(0)
    first, second = (rng.standard_normal((80, 7)) @ rng.standard_normal((7, 7)) + k for k in range(2))
    one, other = np.cov(first.T), np.cov(second.T)
    trace = np.trace(one + other - 2 * sqrtm(one @ other).real)
    expected = np.square(first.mean(0) - second.mean(0)).sum() + trace
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("count", [2, 30, 200])
def test_equal_sets_have_no_distance_even_with_fewer_points_than_axes(count: int) -> None:
    points = np.random.default_rng(count).standard_normal((count, 100)).astype(np.float32)
    assert frechet_distance(points, points[::-1]) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(points, points + 2) == pytest.approx(400, rel=1e-6)


def test_one_picture_has_no_covariance() -> None:
    with pytest.raises(ValueError, match="two pictures"):
        frechet_distance(np.zeros((1, 3)), np.zeros((5, 3)))


def test_equal_sets_have_full_precision_and_recall() -> None:
    points = np.random.default_rng(0).standard_normal((100, 8))
    assert f_scores(*precision_recall(points, points[::-1])) == pytest.approx((1, 1), abs=1e-9)


def test_sets_that_share_nothing_have_none() -> None:
    points = np.random.default_rng(0).standard_normal((100, 8))
    assert f_scores(*precision_recall(points, points + 1000)) == (0, 0)


def test_outputs_that_lack_half_of_the_targets_lose_recall_and_not_precision() -> None:
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((2, 100, 4)) * 0.01 + np.array([0, 100])[:, None, None]
    lacking = f_scores(*precision_recall(np.concatenate([left, left]), np.concatenate([left, right])))
    assert lacking[0] < 0.6 and lacking[1] > 0.9
    inventing = f_scores(*precision_recall(np.concatenate([left, right]), np.concatenate([left, left])))
    assert inventing[0] > 0.9 and inventing[1] < 0.6


def test_the_curve_lies_between_0_and_1_and_is_the_same_every_time() -> None:
    rng = np.random.default_rng(0)
    sets = rng.standard_normal((2, 60, 5)) + np.array([0, 0.7])[:, None, None]
    precision, recall = precision_recall(*sets)
    assert precision.shape == recall.shape == (ANGLES,)
    for values in (precision, recall):
        assert values.min() >= 0 and values.max() <= 1
    assert (np.diff(precision) >= -1e-12).all() and (np.diff(recall) <= 1e-12).all()
    again = precision_recall(*sets)
    assert (again[0] == precision).all() and (again[1] == recall).all()


def test_too_few_pictures_for_the_clusters_are_refused() -> None:
    few = np.zeros((CLUSTERS - 1, 3))
    with pytest.raises(ValueError, match=str(CLUSTERS)):
        precision_recall(few, few)
