"""Carry an edit made small over to the source at its own resolution.

In every small window the edit is taken as a linear function of the source's colours, plus what that leaves
(guided filter; He, Sun, Tang 2013):  edited ≈ a · source + b + rest.  The coefficients are smooth, so they
are enlarged and applied to the full source: its detail stays, its edges become the edges of the edit. Where
the edit changed nothing, the source's own pixels stay as they are, to the last bit; between, they blend.
Where it may act at all (`within`) is a linear function of the source's colours as well, so that this border,
too, is as sharp as the source.

Memory: the enlarged coefficients exist for one band of rows at a time, never for the whole picture.
"""

from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, maximum_filter
from torch import Tensor
from torch.nn.functional import interpolate

from engine.editing import local_linear
from engine.editing.local_linear import LocalLinear

Array = NDArray[np.float32]
Bytes = NDArray[np.uint8]

RADIUS, PATCHY_RADIUS = 4, 8
"""Window of the local fit, in pixels of the small picture; wider for an edit decoded in patches."""
EPSILON = 4e-3
"""Variance under which a window counts as flat."""
UNCHANGED, CHANGED = 0.02, 0.06
"""Largest channel difference (of 1) that counts as no change, and from where the edit counts in full."""
REST = 0.8
"""Blur of what the local fit leaves, in pixels of the small picture: new things stay, its noise does not."""
NOISE, QUIET = 0.1, 4e-4
"""Of an edit decoded in patches: where the source varies less than the second, a rest under the first is
mostly the network's doubt, which shows as a grid of patches."""
STEEPEST = 2.5
"""Slopes are held under this, or noise in the source would be blown up."""
PIECE = 1_500_000
"""Pixels: a twentieth of a second on a usual core."""
SLOPES, OFFSETS, WEIGHT = range(9), range(9, 12), 12
REGION = range(13, 17)


def laid_over(source: Array, change: Tensor) -> Array:
    """`source` (h, w, 3) in [0, 1] with what an edit adds to it, (3, h, w) of pictures in [-1, 1]."""
    return np.clip(source + change.permute(1, 2, 0).numpy() / 2, 0, 1)


def coefficients(source: Array, edited: Array, patchy: bool = False) -> Array:
    """Planes (13, h, w) from source and edit at the small size, (h, w, 3) in [0, 1].

    `patchy`: the edit was decoded patch by patch, each on its own.

    Nine slopes (output channel by input channel), three offsets with the rest in them, and the edit's weight.
    """
    change = gaussian_filter(np.abs(edited - source).max(-1), 0.7)
    weight = np.clip((change - UNCHANGED) / (CHANGED - UNCHANGED), 0, 1)
    reach = maximum_filter(weight, 3)  # the seam lies outside what changed, not inside
    weight = np.maximum(weight, gaussian_filter(reach, 1.0)) * (reach > 0)
    usual = local_linear.fit_all(source, edited, EPSILON)  # flat windows do as the picture does on the whole
    radius = PATCHY_RADIUS if patchy else RADIUS
    fitted = local_linear.fit(source, edited, radius, EPSILON, usual)
    slope = np.clip(fitted.slope, -STEEPEST, STEEPEST)
    rest = edited - np.einsum("hwck,hwk->hwc", slope, source) - fitted.offset
    rest = gaussian_filter(rest, (REST, REST, 0))
    offset = fitted.offset + (_calmed(rest, source) if patchy else rest)
    planes = np.concatenate([slope.reshape(*slope.shape[:2], 9), offset, weight[..., None]], -1)
    return np.ascontiguousarray(planes.transpose(2, 0, 1), np.float32)


def _calmed(rest: Array, source: Array) -> Array:
    """What the local fit leaves, less what is small in it where the source is flat (Wiener's shrinkage)."""
    grey = source.mean(-1)
    variance = gaussian_filter(grey**2, 3) - gaussian_filter(grey, 3) ** 2
    noise = NOISE * np.exp(-np.maximum(variance, 0) / QUIET)
    size = np.maximum(np.abs(rest).max(-1), 1e-6)
    return rest * np.clip(1 - (noise / size) ** 2, 0, 1)[..., None]


def within(planes: Array, region: LocalLinear) -> Array:
    """Planes (17, h, w) at the region's size: the edit's weight is multiplied by `region`, held in [0, 1]."""
    size = region.offset.shape[:2]
    enlarged = interpolate(torch.from_numpy(planes)[None], size, mode="bilinear", align_corners=False)[0]
    return np.concatenate(
        [enlarged.numpy(), region.slope[..., 0, :].transpose(2, 0, 1), region.offset[None, ..., 0]]
    )


def apply(planes: Array, source: Bytes) -> Bytes:
    """The edit on the full source (H, W, 3); pixels of weight zero are the source's own."""
    pieces = applied(planes, source)
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            return end.value


def applied(planes: Array, source: Bytes) -> Generator[None, None, Bytes]:
    """`apply` that stops after every `PIECE`, so that a question need not wait for a large picture."""
    if not planes[WEIGHT].any():
        return source.copy()
    height, width = source.shape[:2]
    enlarged = (planes.shape[1], width)
    wide = interpolate(torch.from_numpy(planes)[None], enlarged, mode="bilinear", align_corners=False)[0]
    wide[list(OFFSETS)] *= 255
    place = _places(height, wide.shape[1])
    low = place.floor().clamp_max(max(wide.shape[1] - 2, 0)).long()
    share = (place - low)[:, None]
    pixels = torch.from_numpy(np.require(source, requirements=("C", "W")))
    result = torch.empty_like(pixels)
    done = 0
    starts = [0, *(torch.nonzero(low.diff())[:, 0] + 1).tolist(), height]
    for top, bottom in pairwise(starts):
        above = wide[:, low[top]]
        below = wide[:, min(int(low[top]) + 1, wide.shape[1] - 1)]
        if above[WEIGHT].any() or below[WEIGHT].any():
            result[top:bottom] = _band(pixels[top:bottom], above, below - above, share[top:bottom])
        else:
            result[top:bottom] = pixels[top:bottom]
        if (bottom - done) * width >= PIECE:
            done = bottom
            yield
    return result.numpy()


def _places(large: int, small: int) -> Tensor:
    """Where the centres of `large` pixels lie among `small` ones."""
    places = (torch.arange(large, dtype=torch.float64) + 0.5) * small / large - 0.5
    return places.clamp(0, small - 1).float()


def _band(pixels: Tensor, above: Tensor, step: Tensor, share: Tensor) -> Tensor:
    """Rows between two rows of coefficients: `above` and `step` (N, W), `share` (rows, 1) of the way.

    All planes in one operation each: a band is small, and what an operation costs by itself adds up.
    """
    channels = pixels.permute(2, 0, 1).contiguous().float()
    planes = torch.addcmul(above[:, None], share, step[:, None])
    weight = planes[WEIGHT]
    if len(above) > WEIGHT + 1:
        *slopes, offset = planes[REGION.start : REGION.stop]
        for slope, channel in zip(slopes, channels, strict=True):
            offset.addcmul_(slope, channel, value=1 / 255)
        weight *= offset.clamp_(0, 1)
    slope = planes[SLOPES.start : SLOPES.stop].view(3, 3, *weight.shape)
    edited = planes[OFFSETS.start : OFFSETS.stop]
    for inner in range(3):
        edited.addcmul_(slope[:, inner], channels[inner])
    return channels.lerp_(edited, weight).clamp_(0, 255).round_().byte().permute(1, 2, 0)
