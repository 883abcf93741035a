"""Encoded pictures in and out; the source decides the format of the result."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate


@dataclass(frozen=True, slots=True)
class Encoded:
    data: bytes
    mime: str


def decode(data: bytes) -> tuple[Image.Image, bool]:
    """The picture as RGB or RGBA, and whether it came as JPEG. Raises `OSError` if it is none."""
    with Image.open(io.BytesIO(data)) as picture:
        is_jpeg = picture.format == "JPEG"
        has_alpha = "A" in picture.getbands() or "transparency" in picture.info
        return picture.convert("RGBA" if has_alpha else "RGB"), is_jpeg


def encode(picture: Image.Image, as_jpeg: bool) -> Encoded:
    """JPEG at quality 95 without chroma subsampling, or PNG at the quickest compression."""
    buffer = io.BytesIO()
    if as_jpeg and "A" not in picture.getbands():
        picture.convert("RGB").save(buffer, "JPEG", quality=95, subsampling=0)
        return Encoded(buffer.getvalue(), "image/jpeg")
    picture.save(buffer, "PNG", compress_level=1)
    return Encoded(buffer.getvalue(), "image/png")


def rgb(picture: Image.Image) -> Image.Image:
    """The picture without transparency; itself where it has none, as a copy of a large one takes its time."""
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def scaled(size: tuple[int, int], share: float) -> tuple[int, int]:
    """Both sides times `share`, at least a pixel each."""
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def thumbnail(picture: Image.Image, side: int) -> Image.Image:
    """A smaller one, its longer side `side`; one that is small already stays as it is."""
    share = side / max(picture.size)
    if share >= 1:
        return picture
    return picture.resize(scaled(picture.size, share), Image.Resampling.BILINEAR, reducing_gap=2.0)


def laid_over(pixels: np.ndarray, change: Tensor) -> np.ndarray:
    """(H, W, 3) bytes with a smaller change (3, h, w) of pictures in [-1, 1] added, enlarged."""
    height, width, _ = pixels.shape
    enlarged = interpolate(change[None], (height, width), mode="bilinear")[0].permute(1, 2, 0)
    return np.clip(np.rint(pixels + enlarged.numpy() * 127.5), 0, 255).astype(np.uint8)


def preview(pixels: np.ndarray) -> bytes:
    """A small JPEG of (H, W, 3) bytes."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def to_tensor(picture: Image.Image) -> Tensor:
    """(1, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(np.array(rgb(picture))).permute(2, 0, 1)[None].float() / 127.5 - 1


def to_unit(pixels: Tensor) -> np.ndarray:
    """(1, 3, H, W) in [-1, 1] to (H, W, 3) in [0, 1]."""
    return np.ascontiguousarray(((pixels[0].float().cpu() + 1) / 2).clamp(0, 1).permute(1, 2, 0).numpy())
