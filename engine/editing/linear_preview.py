"""What latents look like, by one small matrix instead of the decoder, which is dear.

The mean colour of what a latent pixel stands for is nearly linear in it, with Stable Diffusion's autoencoder
and others (https://discuss.huggingface.co/t/decoding-latents-to-rgb-without-upscaling/23204). The matrix is
fitted to the autoencoder at hand, once, by least squares on pictures of random colours.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from engine.editing import sampler

SIDE = 64
"""Pixels: small, as on a CPU the encoder is dear, too. Four pictures are 256 latent pixels for 15 numbers."""
PATCHES = (2, 3, 5, 8)
"""How many patches of colour lie side by side, one number for each picture: large ones and small ones."""


class LinearPreview:
    """`weights` (C + 1, 3): the last row is the colour of empty latents. Colours are in [-1, 1]."""

    def __init__(self, weights: Tensor) -> None:
        self._weights = weights

    @classmethod
    def fit(cls, vae: Any) -> LinearPreview:
        """Fit to an autoencoder with diffusers' interface; the same matrix each time, but for rounding."""
        pixels = colours()
        latents = sampler.encode_image(vae, pixels).float().cpu()
        seen = functional.adaptive_avg_pool2d(pixels, latents.shape[2:])
        rows = _rows(latents)
        return cls(torch.linalg.lstsq(rows, seen.permute(0, 2, 3, 1).reshape(len(rows), 3)).solution)

    def colours(self, latents: Tensor) -> Tensor:
        """Mean colours (1, 3, h, w) of unscaled latents (V, C, h, w): V views of one picture."""
        _, _, height, width = latents.shape
        found = _rows(latents.float().cpu()) @ self._weights
        return found.reshape(-1, height, width, 3).mean(0, keepdim=True).permute(0, 3, 1, 2)

    def change(self, before: Tensor, after: Tensor) -> Tensor:
        """How a picture changes, (3, h, w) in colours, when its latents `before` become `after`.

        Only the change comes from the latents, so the picture keeps its details where nothing changes.
        """
        return (self.colours(after) - self.colours(before))[0]


def colours() -> Tensor:
    """Pictures (4, 3, 64, 64) in [-1, 1] of random patches of colour, always the same."""
    generator = np.random.default_rng(0)
    drawn = [
        Image.fromarray(generator.integers(0, 256, (patches, patches, 3), np.uint8)).resize(
            (SIDE, SIDE), Image.Resampling.BILINEAR
        )
        for patches in PATCHES
    ]
    return torch.from_numpy(np.stack([np.asarray(each) for each in drawn])).permute(0, 3, 1, 2) / 127.5 - 1


def _rows(latents: Tensor) -> Tensor:
    """(V, C, h, w) -> (V · h · w, C + 1), with a one at the end of each row."""
    flat = latents.permute(0, 2, 3, 1).flatten(0, 2)
    return torch.cat([flat, torch.ones_like(flat[:, :1])], 1)
