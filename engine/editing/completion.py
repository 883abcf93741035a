"""A hole in a picture is filled from the rest of it, so that every patch in it is like one of the rest.

Y. Wexler, E. Shechtman, M. Irani, "Space-Time Completion of Video", TPAMI 2007, on a pyramid: the nearest
patch of the rest is looked up for each patch that touches the hole (all of them compared, which is one matrix
product), and each pixel becomes what these say of it. At full size the smooth part is that of the last level,
and the fine detail is copied from where its patches were found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt
from torch import Tensor
from torch.nn import functional

from engine.editing.exact.strips import each_strip

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

PATCH = 7
LEVELS = ((32, 12), (48, 8), (72, 6), (108, 3), (162, 2))
"""Longer side in pixels, and how often the patches are looked up there."""
TRUST = 1.3
"""A patch counts by so many times more for each pixel that it is nearer to what is known."""
PRINCIPAL = 32
"""Components of a patch by which it is compared."""
AT_ONCE = 2048
"""Patches compared in one matrix product."""
FEATHER = 0.002
"""Radius, as a share of the longer side, in which the filling fades into the rest."""
_SIDE = PATCH // 2
_STEPS = torch.arange(-_SIDE, _SIDE + 1)
_DOWN, _ACROSS = (each.ravel() for each in torch.meshgrid(_STEPS, _STEPS, indexing="ij"))


@dataclass(frozen=True, slots=True)
class _Level:
    """The picture (3, h, w) in [0, 1] at one size, and which of its pixels are to be made up."""

    pixels: Tensor
    hole: Mask

    @property
    def size(self) -> tuple[int, int]:
        return self.hole.shape[0], self.hole.shape[1]


@dataclass(frozen=True, slots=True)
class _Filled:
    """A level with its hole filled, and how far (2, h, w), down and across, its patches were found."""

    level: _Level
    pixels: Tensor
    found: Tensor


def completed(picture: Pixels, hole: Mask) -> Pixels:
    """The picture (H, W, 3) with other pixels in the hole (H, W), and a soft edge around it.

    Raises ValueError where the rest is too little to take patches from.
    """
    if not hole.any():
        return picture.copy()
    filled: _Filled | None = None
    for level, times in _levels(picture, hole):
        begun = _begun(level) if filled is None else _enlarged(filled, level)
        filled = _fill(level, begun, times)
    if filled is None:
        raise ValueError("there is no patch outside the hole")
    return _at_full_size(picture, hole, filled)


def _levels(picture: Pixels, hole: Mask) -> Iterator[tuple[_Level, int]]:
    """From small to large; those without a patch outside the hole are left out."""
    height, width = hole.shape
    sides = [(side, times) for side, times in LEVELS if side < max(hole.shape)]
    for side, times in sides or LEVELS[:1]:
        scale = min(1, side / max(hole.shape))
        size = max(PATCH, round(width * scale)), max(PATCH, round(height * scale))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        share = cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        pixels = torch.from_numpy(small).permute(2, 0, 1).float() / 255
        level = _Level(pixels, share > 0.01)
        if level.hole.any() and _whole(level).any():
            yield level, times


def _whole(level: _Level) -> Mask:
    """Centres of the patches that lie in the picture and outside the hole."""
    clear = ~_touched(level)
    clear[:_SIDE] = clear[-_SIDE:] = clear[:, :_SIDE] = clear[:, -_SIDE:] = False
    return clear


def _touched(level: _Level) -> Mask:
    return binary_dilation(level.hole, np.ones((PATCH, PATCH), bool))


def _begun(level: _Level) -> Tensor:
    """Colours drawn in from the hole's edge."""
    pixels = (level.pixels.permute(1, 2, 0).numpy() * 255).astype(np.uint8)
    smooth = cv2.inpaint(pixels, level.hole.astype(np.uint8), 3, cv2.INPAINT_TELEA)
    return torch.from_numpy(smooth).permute(2, 0, 1).float() / 255


def _enlarged(filled: _Filled, level: _Level) -> Tensor:
    """The hole of a larger level with the pixels from where the smaller one's were found."""
    down, across = _carried(filled, level.size)
    return torch.where(torch.from_numpy(level.hole), level.pixels[:, down, across], level.pixels)


def _carried(filled: _Filled, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Rows and columns (h, w) of a larger picture from which its pixels are to be taken."""
    scale = torch.tensor([new / old for new, old in zip(size, filled.level.size, strict=True)])
    found = functional.interpolate(filled.found[None], size, mode="nearest")[0] * scale[:, None, None]
    places = torch.stack(torch.meshgrid(*map(torch.arange, size), indexing="ij"))
    down, across = (places + found).round().long()
    return down.clamp(0, size[0] - 1), across.clamp(0, size[1] - 1)


def _patches(pixels: Tensor) -> Tensor:
    """(h · w, 3 · PATCH²) round each pixel."""
    return functional.unfold(functional.pad(pixels[None], (_SIDE,) * 4, mode="reflect"), PATCH)[0].T


@torch.inference_mode()
def _fill(level: _Level, pixels: Tensor, times: int) -> _Filled:
    height, width = level.size
    rest = torch.from_numpy(np.flatnonzero(_whole(level)))
    wanted = torch.from_numpy(np.flatnonzero(_touched(level)))
    known = _patches(level.pixels)[rest]
    axes = _principal(known)
    known = known @ axes
    depth = torch.from_numpy(distance_transform_edt(level.hole)).float().ravel()[wanted]
    rows, columns = (wanted // width)[:, None] + _DOWN, (wanted % width)[:, None] + _ACROSS
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    told = (rows.clamp(0, height - 1) * width + columns.clamp(0, width - 1)).ravel()
    flat, hole = level.pixels.reshape(3, -1), torch.from_numpy(level.hole).ravel()
    places = wanted
    for _ in range(times):
        nearest, distance = _nearest(_patches(pixels)[wanted] @ axes, known)
        places = rest[nearest]
        usual = distance.quantile(0.75).clamp_min(1e-3)
        weight = (torch.exp(-distance / (2 * usual)) * TRUST**-depth)[:, None] * inside
        said = flat[:, (places[:, None] + _DOWN * width + _ACROSS).ravel()] * weight.ravel()
        total = torch.zeros(height * width).index_add_(0, told, weight.ravel()).clamp_min(1e-12)
        voted = torch.zeros_like(flat).index_add_(1, told, said) / total
        pixels = torch.where(hole, voted, flat).view_as(level.pixels)
    found = torch.zeros(2, height * width)
    found[0, wanted] = (places // width - wanted // width).float()
    found[1, wanted] = (places % width - wanted % width).float()
    return _Filled(level, pixels, found.view(2, height, width))


def _principal(patches: Tensor) -> Tensor:
    """(3 · PATCH², PRINCIPAL): directions in which the patches differ most."""
    centred = patches - patches.mean(0)
    return torch.linalg.eigh(centred.T @ centred).eigenvectors[:, -PRINCIPAL:]


def _nearest(patches: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
    """For each of the patches the number of the known one most like it, and their squared distance."""
    lengths = known.square().sum(1, keepdim=True)
    told = torch.cat([-2 * known, lengths], 1).T  # so that the product is the distance, but for what is the
    asked = functional.pad(patches, (0, 1), value=1.0)  # same for all
    found = [(some @ told).min(1) for some in asked.split(AT_ONCE)]
    distance = torch.cat([each.values for each in found]) + patches.square().sum(1)
    return torch.cat([each.indices for each in found]), distance.clamp_min(0)


def _at_full_size(picture: Pixels, hole: Mask, filled: _Filled) -> Pixels:
    radius = max(FEATHER * max(hole.shape), 0.6)
    share = np.maximum(hole, np.minimum(2 * cv2.GaussianBlur(hole.astype(np.float32), (0, 0), radius), 1))
    rows, columns = (np.flatnonzero(share.any(axis)) for axis in (1, 0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    result = picture.copy()

    def strip(top: int, bottom: int) -> None:
        place = np.s_[rows[0] + top : rows[0] + bottom, left:right]
        made = _made(picture, hole, filled, place)
        result[place] = np.rint(picture[place] + share[place][..., None] * (made - picture[place]))

    each_strip(int(rows[-1] - rows[0]) + 1, strip)
    return result


def _made(picture: Pixels, hole: Mask, filled: _Filled, place: tuple[slice, slice]) -> NDArray[np.float32]:
    """The filling (h, w, 3) of that part of the picture, of 255."""
    small = filled.level.size
    down, across = np.mgrid[place]
    scale = [large / few for large, few in zip(hole.shape, small, strict=True)]
    at = tuple((each / times).astype(int) for each, times in zip((down, across), scale, strict=True))
    steps = filled.found.numpy()[:, *at]
    from_down, from_across = (
        np.clip(np.rint(each + step * times).astype(int), 0, end - 1)
        for each, step, times, end in zip((down, across), steps, scale, hole.shape, strict=True)
    )

    def looked_up(pixels: Tensor, down: NDArray[np.int_], across: NDArray[np.int_]) -> NDArray[np.float32]:
        plane = pixels.permute(1, 2, 0).numpy() * 255
        places = [
            ((each + 0.5) / times - 0.5).astype(np.float32)
            for each, times in zip((across, down), scale[::-1], strict=True)
        ]
        return cv2.remap(plane, *places, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)

    detail = picture[from_down, from_across] - looked_up(filled.level.pixels, from_down, from_across)
    detail[hole[from_down, from_across]] = 0
    return np.clip(looked_up(filled.pixels, down, across) + detail, 0, 255)
