"""Photographic looks: light and colour of the whole picture, as films and laboratories make them."""

from __future__ import annotations

import numpy as np

from engine.editing.data.effects import Array, Effect, blur, clip, luma, saturate, tint


def old_photo(pixels: Array, rng: np.random.Generator) -> Array:
    """A faded brown print with dark corners."""
    faded = 0.16 + 0.72 * blur(luma(pixels), 0.003)[..., None] ** 0.95
    brown = faded * tint(1.06, 0.86, 0.62) + tint(0.04, 0.02, 0.0)
    return clip(brown * vignette(pixels, 0.45))


def vignette(pixels: Array, amount: float) -> Array:
    rows, columns = pixels.shape[:2]
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    return (1 - amount * np.clip((x**2 + y**2) / 2, 0, 1) ** 1.2)[..., None].astype(np.float32)


def dramatic(pixels: Array, rng: np.random.Generator) -> Array:
    """Cinema: teal shadows, orange lights, hard contrast."""
    grey = luma(pixels)[..., None]
    curve = grey * grey * (3 - 2 * grey)
    hard = saturate(pixels, 0.85) + (curve - grey) * 1.1
    shade = tint(-0.05, 0.03, 0.08) * (1 - grey) + tint(0.09, 0.02, -0.09) * grey
    return clip((hard + shade) * vignette(pixels, 0.35))


def dreamy(pixels: Array, rng: np.random.Generator) -> Array:
    """Soft glow and pastel colours."""
    glow = blur(pixels, 0.02)
    soft = 1 - (1 - pixels * 0.85) * (1 - glow * 0.55)
    return clip(saturate(soft, 0.85) * tint(1.0, 0.95, 1.02) + tint(0.03, 0.0, 0.03))


def black_and_white(pixels: Array, rng: np.random.Generator) -> Array:
    return clip(np.repeat(luma(pixels)[..., None], 3, -1))


def noir(pixels: Array, rng: np.random.Generator) -> Array:
    """Hard black and white with deep shadows, as in old crime films."""
    grey = luma(pixels)[..., None]
    hard = 1 / (1 + np.exp(-(grey - 0.46) * 8.5))
    grain = rng.normal(0, 0.025, grey.shape).astype(np.float32)
    return clip(np.repeat(hard * vignette(pixels, 0.5) + grain, 3, -1))


def sepia(pixels: Array, rng: np.random.Generator) -> Array:
    return clip(luma(pixels)[..., None] * tint(1.1, 0.88, 0.65) + tint(0.03, 0.01, 0.0))


def faded_film(pixels: Array, rng: np.random.Generator) -> Array:
    """A snapshot of the 1970s: lifted blacks, yellow lights, magenta shadows, little colour."""
    soft = saturate(pixels, 0.7) * 0.78 + 0.14
    return clip(soft * tint(1.06, 1.0, 0.86) + (1 - luma(pixels)[..., None]) * tint(0.05, 0.0, 0.03))


def vivid(pixels: Array, rng: np.random.Generator) -> Array:
    """Strong colours and clear contrast."""
    curve = pixels + 0.18 * np.sin((pixels - 0.5) * np.pi * 2) * -0.5
    local = pixels - blur(pixels, 0.03)
    return clip(saturate(curve + 0.35 * local, 1.55))


def warm(pixels: Array, rng: np.random.Generator) -> Array:
    return clip(pixels**2.2 * tint(1.28, 1.0, 0.62)) ** (1 / 2.2)


def cool(pixels: Array, rng: np.random.Generator) -> Array:
    return clip(pixels**2.2 * tint(0.7, 0.97, 1.3)) ** (1 / 2.2)


LOOKS: dict[str, Effect] = {
    "old photo": old_photo,
    "dramatic": dramatic,
    "dreamy": dreamy,
    "black and white": black_and_white,
    "film noir": noir,
    "sepia": sepia,
    "faded film": faded_film,
    "vivid": vivid,
    "warm": warm,
    "cool": cool,
}
