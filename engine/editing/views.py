"""Several looks at one picture, each shifted by half a patch, and the mean of what was done to them.

A patch autoencoder leaves seams between its patches; they fall elsewhere in every look and average out
(cycle spinning: R. Coifman, D. Donoho, "Translation-Invariant De-Noising", 1995).
"""

from __future__ import annotations

import torch
from PIL import Image
from torch import Tensor

from engine.editing.pictures import rgb

SHIFT = 4
"""Half a patch of the autoencoder."""
OFFSETS = ((0, 0), (SHIFT, SHIFT), (0, SHIFT), (SHIFT, 0))


def margin(count: int) -> int:
    """How many pixels wider and higher than the network's input a picture must be for `count` views."""
    return SHIFT if count > 1 else 0


def shrunk(picture: Image.Image, size: tuple[int, int], count: int) -> Image.Image:
    """The picture for `count` views of (width, height) `size`."""
    wider = margin(count)
    return rgb(picture).resize((size[0] + wider, size[1] + wider), Image.Resampling.LANCZOS, reducing_gap=3.0)


def split(pixels: Tensor, count: int) -> Tensor:
    """(1, 3, H + margin, W + margin) -> (count, 3, H, W); at most four."""
    height, width = (side - margin(count) for side in pixels.shape[2:])
    return torch.cat([pixels[..., y : y + height, x : x + width] for y, x in OFFSETS[:count]])


def join(views: Tensor) -> Tensor:
    """(count, C, H, W) -> (1, C, H + margin, W + margin): the mean of the views that cover a pixel."""
    count, channels, height, width = views.shape
    wider = margin(count)
    total = views.new_zeros(1, channels, height + wider, width + wider)
    covered = torch.zeros_like(total[:, :1])
    for (y, x), view in zip(OFFSETS, views, strict=False):
        total[0, :, y : y + height, x : x + width] += view
        covered[0, :, y : y + height, x : x + width] += 1
    return total / covered.clamp_min(1)
