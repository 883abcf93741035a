"""The network of MediaPipe's short-range face detection: where faces are in a small picture.

Bazarevsky et al., "BlazeFace" (2019). The weights (Apache-2.0) lie in `engine/weights/people`.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.editing.exact.people_net import Conv

SIDE = 128
"""Pixels of the square that the network sees."""


class FaceBlock(nn.Module):
    """A separable convolution and its input, pooled with stride 2, new channels empty."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.around = Conv(inputs, inputs, 3, stride, groups=inputs)
        self.project = Conv(inputs, outputs)
        self.stride, self.more = stride, outputs - inputs

    def forward(self, values: Tensor) -> Tensor:
        kept = functional.max_pool2d(values, 2) if self.stride == 2 else values
        return (functional.pad(kept, (0, 0, 0, 0, 0, self.more)) + self.project(self.around(values))).relu()


class FaceNet(nn.Module):
    """(N, 3, 128, 128) sRGB samples from 0 to 1 → (N, 896, 5): score, centre and sizes as shares of the side.

    Every cell of a 16 × 16 grid has two guesses, and every cell of an 8 × 8 grid six.
    """

    def __init__(self) -> None:
        super().__init__()
        widths = (24, 24, 28, 32, 36, 42, 48, 56, 64, 72, 80, 88)
        self.stem = Conv(3, 24, 5, 2)
        self.fine = nn.Sequential(
            *(
                FaceBlock(inputs, outputs, 2 if outputs in (32, 48) else 1)
                for inputs, outputs in pairwise(widths)
            )
        )
        self.coarse = nn.Sequential(FaceBlock(88, 96, 2), *(FaceBlock(96, 96, 1) for _ in range(4)))
        self.fine_score, self.coarse_score = Conv(88, 2), Conv(96, 6)
        self.fine_box, self.coarse_box = Conv(88, 2 * 16), Conv(96, 6 * 16)

    def forward(self, picture: Tensor) -> Tensor:
        fine = self.fine(self.stem(picture * 2 - 1).relu())
        coarse = self.coarse(fine)
        return torch.cat(
            [
                decode(self.fine_score(fine), self.fine_box(fine)),
                decode(self.coarse_score(coarse), self.coarse_box(coarse)),
            ],
            1,
        )


def decode(scores: Tensor, boxes: Tensor) -> Tensor:
    """Score (N, A, H, W) and box (N, 16 A, H, W) maps as (N, H · W · A, 5)."""
    number, guesses, height, width = scores.shape
    places = boxes.reshape(number, guesses, 16, height, width)[:, :, :4].permute(0, 3, 4, 1, 2) / SIDE
    x = (torch.arange(width) + 0.5)[None, :, None] / width
    y = (torch.arange(height) + 0.5)[:, None, None] / height
    sure = scores.permute(0, 2, 3, 1).clamp(-100, 100).sigmoid()
    found = torch.stack([sure, places[..., 0] + x, places[..., 1] + y, places[..., 2], places[..., 3]], -1)
    return found.reshape(number, -1, 5)
