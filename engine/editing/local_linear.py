"""A picture as a local linear function of another: the guided filter's model.

K. He, J. Sun, X. Tang, "Guided Image Filtering", TPAMI 2013, with the colour guide of its section 3.4: in
every window, target ≈ a · guide + b. The coefficients are smooth: found small, they serve at full size.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LocalLinear:
    """`slope` (H, W, C, 3) and `offset` (H, W, C) of C target channels on the guide's three."""

    slope: Array
    offset: Array

    def __call__(self, guide: Array) -> Array:
        """Apply to a guide (H, W, 3); gives (H, W, C)."""
        return np.einsum("hwck,hwk->hwc", self.slope, guide) + self.offset


def fit(guide: Array, target: Array, radius: int, epsilon: float, prior: Array | None = None) -> LocalLinear:
    """Fit `target` (H, W, C) on `guide` (H, W, 3), both in [0, 1], in windows of 2 · radius + 1.

    `epsilon` is the variance under which a window counts as flat: there the slope goes to `prior` (C, 3), or
    to zero.
    """

    def mean(values: Array) -> Array:
        planes = values.reshape(*values.shape[:2], -1)
        side = (2 * radius + 1,) * 2
        return cv2.blur(planes, side, borderType=cv2.BORDER_REPLICATE).reshape(values.shape)

    guide_mean, target_mean = mean(guide), mean(target)
    spread = mean(guide[..., :, None] * guide[..., None, :])
    spread -= guide_mean[..., :, None] * guide_mean[..., None, :]
    joint = mean(guide[..., :, None] * target[..., None, :])
    joint -= guide_mean[..., :, None] * target_mean[..., None, :]
    if prior is not None:
        joint += epsilon * prior.T
    spread += epsilon * np.eye(3, dtype=np.float32)
    slope = solved(spread, joint).swapaxes(-1, -2)
    offset = target_mean - np.einsum("hwck,hwk->hwc", slope, guide_mean)
    return LocalLinear(mean(slope).astype(np.float32), mean(offset).astype(np.float32))


def solved(matrices: Array, right: Array) -> Array:
    """x of m · x = right for many symmetric, positive m (..., 3, 3) and right sides (..., 3, C).

    By L · D · L^T written out: LAPACK, called once for each matrix, takes five times as long.
    """
    (a, b, c), (_, d, e), (_, _, f) = np.moveaxis(matrices, (-2, -1), (0, 1))
    x, y, z = np.moveaxis(right, -2, 0)
    ba, ca = b / a, c / a
    d, e = d - ba * b, e - ba * c
    ed = e / d
    f = f - ca * c - ed * e
    y = y - ba[..., None] * x
    z = (z - ca[..., None] * x - ed[..., None] * y) / f[..., None]
    y = y / d[..., None] - ed[..., None] * z
    x = x / a[..., None] - ba[..., None] * y - ca[..., None] * z
    return np.stack([x, y, z], -2)


def fit_all(guide: Array, target: Array, epsilon: float) -> Array:
    """The slope (C, 3) of one linear function for the whole picture."""
    x, y = guide.reshape(-1, 3), target.reshape(-1, target.shape[-1])
    x, y = x - x.mean(0), y - y.mean(0)
    spread = x.T @ x / len(x) + epsilon * np.eye(3, dtype=np.float32)
    return np.linalg.solve(spread, x.T @ y / len(x)).T.astype(np.float32)
