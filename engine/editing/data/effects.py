"""Light and weather: what a photo would look like at another hour or in another season.

Every effect takes a picture (H, W, 3) in [0, 1] and gives one; fractions of the picture's size, not pixels,
set the scale, so that it looks alike at any size.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, sobel

from engine.editing import local_linear

Array = NDArray[np.float32]
Effect = Callable[[Array, np.random.Generator], Array]

LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def luma(pixels: Array) -> Array:
    return pixels @ LUMA


def blur(pixels: Array, sigma: float) -> Array:
    """Gaussian blur; `sigma` as a share of the longer side."""
    size = sigma * max(pixels.shape[:2])
    return gaussian_filter(pixels, (size, size) + (0,) * (pixels.ndim - 2))


def saturate(pixels: Array, amount: float) -> Array:
    grey = luma(pixels)[..., None]
    return grey + (pixels - grey) * amount


def clip(pixels: Array) -> Array:
    return np.clip(pixels, 0, 1).astype(np.float32)


def height(pixels: Array) -> Array:
    """(H, W, 1): 1 at the top, 0 at the bottom."""
    rows = np.linspace(1, 0, pixels.shape[0], dtype=np.float32)
    return np.broadcast_to(rows[:, None, None], (*pixels.shape[:2], 1))


def tint(*colour: float) -> Array:
    return np.array(colour, np.float32)


def dyed(pixels: Array, colour: Array, inside: Array | None = None) -> Array:
    """A colour (3,) with the light, shade and shine of the pixels (H, W, 3), of which those `inside` (H, W)
    count."""
    grey = luma(pixels)[..., None]
    known = grey if inside is None or not inside.any() else grey[inside]
    level = grey / max(float(np.median(known)), 0.1)
    shine = np.clip(level - 1.35, 0, 1) * 0.4
    return clip(colour * np.clip(0.25 + 0.75 * level, 0.12, 1.5) + shine)


def sky(pixels: Array) -> Array:
    """(H, W, 1): how much a pixel looks like open sky: high up, smooth, bright or blue."""
    smooth = np.exp(-((detail(pixels) / 0.05) ** 2))
    hue = pixels[..., 2] - pixels[..., 0]
    light = 1 / (1 + np.exp(-(luma(pixels) + 0.7 * hue - 0.58) * 14))
    high = np.clip((height(pixels)[..., 0] - 0.35) * 3, 0, 1)
    return blur((smooth * light * high)[..., None], 0.012)


def detail(pixels: Array) -> Array:
    grey = blur(luma(pixels), 0.006)
    return blur(np.hypot(sobel(grey, 0), sobel(grey, 1)) / 4, 0.012)


def distance(pixels: Array) -> Array:
    """(H, W, 1): 0 near, 1 far. The sky is far; land lies farther away the higher up it is; what stands in
    one piece has one distance (a guided filter). Where no sky is seen, nothing is very far."""
    open_sky = sky(pixels)
    seen = np.clip(open_sky[: len(pixels) // 4].mean() * 3, 0, 1)
    land = np.clip(height(pixels) * 1.1 - 0.1, 0, 1) ** 1.3 * (0.45 + 0.4 * seen)
    flat = np.maximum(land, open_sky)
    radius = max(2, round(0.05 * max(pixels.shape[:2])))
    return np.clip(local_linear.fit(pixels, flat, radius, 3e-3)(pixels), 0, 1).astype(np.float32)


def hazy(pixels: Array, air: Array, density: float) -> Array:
    """Seen through air of a colour, in linear light: I t + A (1 - t) with t = exp(-density * distance)
    (Koschmieder's law)."""
    through = np.exp(-density * (0.12 + distance(pixels)))
    return (pixels**2.2 * through + air**2.2 * (1 - through)) ** (1 / 2.2)


def greenness(pixels: Array) -> Array:
    """(H, W, 1): how much a pixel looks like leaves or grass."""
    red, green, blue = np.moveaxis(pixels, -1, 0)
    lead = green - np.maximum(red * 0.9, blue * 1.05)
    return np.clip(lead / (0.04 + 0.14 * green), 0, 1)[..., None]


def night(pixels: Array, rng: np.random.Generator) -> Array:
    """Moonlight: dark, blue, little colour; what was brightest keeps a faint warm light."""
    dark = saturate(pixels**1.5, 0.55) * tint(0.26, 0.34, 0.6)
    dark = dark * (1 - 0.45 * sky(pixels)) + tint(0.012, 0.02, 0.05)
    lamps = np.clip((luma(pixels) - blur(luma(pixels), 0.05) - 0.22) * 2.2, 0, 1)[..., None]
    warm = np.clip(pixels * tint(1.0, 0.78, 0.45), 0, 1)
    return clip(dark + lamps * warm * 0.35 + blur(lamps, 0.02) * tint(0.22, 0.15, 0.05))


def sunset(pixels: Array, rng: np.random.Generator) -> Array:
    """A low sun at one side: an orange to violet sky, warm light from there, deep shadows."""
    up = height(pixels)
    across = np.linspace(0, 1, pixels.shape[1], dtype=np.float32)[None, :, None]
    near_sun = np.exp(-(((across - rng.uniform(0.1, 0.9)) / 0.45) ** 2))
    glow = np.exp(-(((up - 0.52) / 0.22) ** 2))
    heaven = tint(0.99, 0.55, 0.2) * glow + tint(0.5, 0.27, 0.46) * (1 - glow)
    heaven = heaven * (0.75 + 0.35 * luma(pixels)[..., None]) + near_sun * glow * tint(0.18, 0.16, 0.05)
    land = pixels**1.15 * tint(1.1, 0.76, 0.51) * (0.82 + 0.3 * near_sun) + glow * tint(0.12, 0.04, 0.0)
    heavens = sky(pixels)
    return clip(land * (1 - heavens) + heaven * heavens)


def golden(pixels: Array, rng: np.random.Generator) -> Array:
    """The golden hour: warm, soft, glowing highlights."""
    warm = saturate(pixels, 1.12) * tint(1.13, 0.98, 0.7) + tint(0.05, 0.025, 0.0)
    bloom = blur(np.clip(pixels - 0.55, 0, 1), 0.03) * tint(1.2, 0.9, 0.4)
    return clip(warm + bloom * 0.7)


def winter(pixels: Array, rng: np.random.Generator) -> Array:
    """Snow on what is green or lies facing up, frost on the rest, cold light."""
    grey = luma(pixels)[..., None]
    lying = np.clip(sobel(blur(luma(pixels), 0.008), 0) * -1.4, 0, 1)[..., None]
    ground = np.clip((0.62 - height(pixels)) * 2.2, 0, 1) * np.clip((grey - 0.12) * 3, 0, 1)
    snow = np.clip(greenness(pixels) * 0.95 + blur(lying, 0.006) * 1.1 + ground * 0.5, 0, 1)
    snow = blur(snow, 0.004)
    white = np.clip(0.55 + 0.62 * grey, 0, 1) * tint(0.95, 0.985, 1.03)
    cold = saturate(pixels, 0.5) * tint(0.9, 0.98, 1.1) * 0.92 + 0.1
    overcast = tint(0.83, 0.87, 0.93) * (0.85 + 0.15 * grey)
    heavens = sky(pixels) * 0.8
    mixed = cold * (1 - snow) + white * snow
    return clip(mixed * (1 - heavens) + overcast * heavens)


def snowfall(pixels: Array, rng: np.random.Generator) -> Array:
    """Winter with flakes in the air."""
    rows, columns = pixels.shape[:2]
    flakes = np.zeros((rows, columns), np.float32)
    for size, share in ((0.0035, 0.006), (0.006, 0.002), (0.011, 0.0006)):
        seeds = (rng.random((rows, columns)) < share).astype(np.float32)
        layer = blur(seeds, size)
        flakes = np.maximum(flakes, np.clip(layer * (9 * (size * max(rows, columns)) ** 2), 0, 1))
    flakes = flakes[..., None] * 0.92
    return clip(winter(pixels, rng) * (1 - flakes) + flakes)


def autumn(pixels: Array, rng: np.random.Generator) -> Array:
    """Leaves and grass turn orange and rust, the light warm."""
    leaves = greenness(pixels)
    value = pixels.max(-1, keepdims=True)
    patch = blur(rng.random((*pixels.shape[:2], 1)).astype(np.float32), 0.05)
    patch = np.clip((patch - patch.mean()) / (patch.std() + 1e-6) * 0.25 + 0.5, 0, 1)
    rust = value * (tint(1.12, 0.62, 0.14) * patch + tint(1.02, 0.4, 0.12) * (1 - patch))
    warm = pixels * tint(1.08, 0.97, 0.8) + tint(0.02, 0.01, 0)
    return clip(warm * (1 - leaves) + rust * 1.08 * leaves)


def spring(pixels: Array, rng: np.random.Generator) -> Array:
    """Fresh light green, a bright mild day."""
    leaves = greenness(pixels)
    fresh = pixels.max(-1, keepdims=True) ** 0.8 * tint(0.68, 1.0, 0.38)
    mild = saturate(pixels**0.85, 1.12) * tint(1.02, 1.02, 0.99)
    return clip(mild * (1 - leaves) + fresh * leaves)


def summer(pixels: Array, rng: np.random.Generator) -> Array:
    """Hard bright sun, deep blue sky, rich colours."""
    heavens = sky(pixels)
    bright = saturate(np.clip(pixels * 1.12, 0, 1) ** 0.9, 1.4) * tint(1.05, 1.02, 0.9)
    blue = tint(0.3, 0.58, 0.93) * (0.8 + 0.35 * luma(pixels)[..., None])
    return clip(bright * (1 - heavens * 0.8) + blue * heavens * 0.8)


def rain(pixels: Array, rng: np.random.Generator) -> Array:
    """A grey, dark, wet day: what is far is dim, fine streaks far away and long ones near by."""
    wet = saturate(pixels, 0.45) ** 1.15 * tint(0.66, 0.72, 0.8) + 0.02
    wet = hazy(np.clip(wet, 0, 1), tint(0.5, 0.53, 0.57), 0.9)
    rows, columns = pixels.shape[:2]
    slant = int(rng.integers(2, 5))
    for share, length, light in ((0.006, 0.04, 0.16), (0.0035, 0.1, 0.3)):
        streaks = np.zeros((rows, columns), np.float32)
        seeds = (rng.random((rows, columns)) < share * (128 / max(rows, columns))).astype(np.float32)
        for step in range(max(3, round(length * rows))):
            streaks = np.maximum(streaks, np.roll(seeds, (step, -step // slant), (0, 1)))
        wet = wet + blur(streaks[..., None], 0.003) * light * tint(0.9, 0.95, 1.0)
    return clip(wet)


def fog(pixels: Array, rng: np.random.Generator) -> Array:
    """Mist: what is near stays clear, what is far is gone."""
    veil = hazy(saturate(pixels, 0.75), tint(0.83, 0.85, 0.87), rng.uniform(1.8, 2.8))
    drift = blur(rng.random((*pixels.shape[:2], 1)).astype(np.float32), 0.07)
    drift = np.clip((drift - drift.mean()) / (drift.std() + 1e-6) * 0.05, -0.1, 0.1)
    return clip(veil + drift * distance(pixels))


def storm(pixels: Array, rng: np.random.Generator) -> Array:
    """Heavy clouds, little light, hard contrast."""
    rows, columns = pixels.shape[:2]
    clouds = blur(rng.random((rows, columns, 1)).astype(np.float32), 0.06)
    clouds = np.clip((clouds - clouds.mean()) / (clouds.std() + 1e-6) * 0.22 + 0.5, 0, 1)
    heaven = tint(0.34, 0.37, 0.44) * (0.5 + clouds)
    land = saturate(np.clip((pixels - 0.5) * 1.15 + 0.42, 0, 1), 0.6) ** 1.3 * tint(0.66, 0.72, 0.84)
    land = hazy(clip(land), tint(0.3, 0.33, 0.38), 0.7)
    heavens = sky(pixels)
    return clip(land * (1 - heavens) + heaven * heavens)


SEASONS = frozenset(("winter", "autumn", "spring", "summer"))
TIMES = frozenset(("night", "sunset", "golden hour"))
EFFECTS: dict[str, Effect] = {
    "night": night,
    "sunset": sunset,
    "golden hour": golden,
    "winter": winter,
    "snowfall": snowfall,
    "autumn": autumn,
    "spring": spring,
    "summer": summer,
    "rain": rain,
    "fog": fog,
    "storm": storm,
}
