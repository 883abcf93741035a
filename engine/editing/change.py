"""What latents change in a picture, laid over the picture itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from engine.editing import pictures, sampler, views

Array = NDArray[np.float32]


def looks(picture: Image.Image, size: tuple[int, int], count: int) -> Tensor:
    """The picture as the network sees it: `count` views (count, 3, H, W) of (width, height) `size`."""
    return views.split(_seen(picture, size, count), count)


class Change:
    """decode(latents) - decode(the source's latents), added to the source: what the autoencoder itself loses
    cancels out in the difference.

    `source` (H, W, 3) in [0, 1] is the picture at the network's size, `latents` (V, C, h, w) its views, not
    scaled.
    """

    def __init__(self, vae: Any, picture: Image.Image, size: tuple[int, int], count: int) -> None:
        pixels = _seen(picture, size, count)
        self.source: Array = pictures.to_unit(pixels)
        self.latents = sampler.encode_image(vae, views.split(pixels, count))
        self._vae = vae
        self._again = sampler.decode(vae, self.latents * vae.config.scaling_factor)

    def edited(self, latents: Tensor) -> Array:
        """The source (H, W, 3) in [0, 1] with what the scaled `latents` change."""
        change = views.join(sampler.decode(self._vae, latents) - self._again)[0].float().cpu()
        return np.clip(self.source + change.permute(1, 2, 0).numpy() / 2, 0, 1)


def _seen(picture: Image.Image, size: tuple[int, int], count: int) -> Tensor:
    wider = views.margin(count)
    small = picture.convert("RGB").resize((size[0] + wider, size[1] + wider), Image.Resampling.LANCZOS)
    return pictures.to_tensor(small)
