"""Distances between two sets of pictures, given as features (N, D)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2, vq

Array = NDArray[np.floating]

CLUSTERS, RUNS, ANGLES = 20, 10, 1001
"""Sajjadi et al. 2018, section 4 and the authors' code."""
BETA = 8


def frechet_distance(one: Array, other: Array) -> float:
    """FID (Heusel et al. 2017): |m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½) of two Gaussians; 0 for equal sets.

    With C = RᵀR, R from a QR decomposition of the centred features, the last trace is the sum of the singular
    values of R1 R2ᵀ: no covariance is ever formed or its root taken, so nothing is lost where N < D leaves
    it singular. The value is biased upwards, the more the fewer pictures there are (Binkowski et al. 2018):
    compare only values of equal N, and of one space. Needs N > 1.
    """
    if min(len(one), len(other)) < 2:
        raise ValueError("A covariance needs at least two pictures.")
    (mean1, root1), (mean2, root2) = _moments(one), _moments(other)
    shared = np.linalg.svd(root1 @ root2.T, compute_uv=False).sum()
    spread = np.square(root1).sum() + np.square(root2).sum() - 2 * shared
    return max(float(np.square(mean1 - mean2).sum() + spread), 0.0)


def _moments(features: Array) -> tuple[Array, Array]:
    """The mean (D,), and R (min(N, D), D) with RᵀR the unbiased covariance."""
    values = np.asarray(features, np.float64)
    mean = values.mean(0)
    return mean, np.linalg.qr(values - mean, mode="r") / np.sqrt(len(values) - 1)


def precision_recall(outputs: Array, targets: Array, seed: int = 0) -> tuple[Array, Array]:
    """PRD (Sajjadi et al. 2018): the curve of precision and recall, (ANGLES,) each, over RUNS clusterings.

    Both sets are clustered together, and the shares of the clusters compared: precision is how much of the
    outputs the targets could have given, recall the reverse. Both sets must be of one size, CLUSTERS or more.
    """
    if len(outputs) != len(targets) or len(outputs) < CLUSTERS:
        raise ValueError(f"PRD needs two sets of one size, {CLUSTERS} pictures or more.")
    both = np.concatenate([outputs, targets]).astype(np.float64)
    slopes = np.tan(np.linspace(1e-6, np.pi / 2 - 1e-6, ANGLES))[:, None]
    precision, recall = np.zeros(ANGLES), np.zeros(ANGLES)
    for run in range(RUNS):
        found, tail = _shares(both, len(outputs), np.random.default_rng([seed, run]))
        precision += np.minimum(tail * slopes, found).sum(1)
        recall += np.minimum(tail, found / slopes).sum(1)
    return np.minimum(precision / RUNS, 1), np.minimum(recall / RUNS, 1)


def _shares(both: Array, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """The share of each cluster among the first `count` points, and among the rest."""
    centres, _ = kmeans2(both, CLUSTERS, iter=30, minit="++", rng=rng)
    labels, _ = vq(both, centres)
    first, rest = (np.bincount(part, minlength=CLUSTERS) for part in (labels[:count], labels[count:]))
    return first / count, rest / (len(both) - count)


def f_scores(precision: Array, recall: Array) -> tuple[float, float]:
    """The greatest F_8 (recall counts) and F_1/8 (precision counts) along the curve, as in the paper."""

    def best(beta: float) -> float:
        weighed = beta**2 * precision + recall
        scores = (1 + beta**2) * precision * recall / np.where(weighed > 0, weighed, 1)
        return float(scores.max())

    return best(BETA), best(1 / BETA)
