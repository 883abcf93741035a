"""Drawn and painted looks of a photo; pictures are (H, W, 3) in [0, 1]."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, median_filter, sobel
from scipy.spatial import cKDTree
from skimage.color import hsv2rgb

from engine.editing.data.effects import Array, Effect, blur, clip, luma, saturate, tint
from engine.editing.data.material import resized


def edges(pixels: Array, sigma: float = 0.7) -> Array:
    """(H, W, 1): strength of outlines, about 1 on a strong one."""
    grey = gaussian_filter(luma(pixels), sigma)
    return np.clip(np.hypot(sobel(grey, 0), sobel(grey, 1)) / 1.1, 0, 1)[..., None]


def stroke(pixels: Array, share: float, least: int) -> int:
    """A length in pixels: a share of the longer side."""
    return max(least, round(share * max(pixels.shape[:2])))


def exposed(pixels: Array) -> Array:
    """Spread over the whole range of light, as who draws a dark photo would do; hardly, if it is already."""
    grey = luma(pixels)
    low, high = np.percentile(grey, [2, 98])
    gain = min(0.94 / max(high - low, 0.05), 2.2)
    middle = float(np.clip((np.median(grey) - low) * gain, 0.05, 0.95))
    return np.clip((pixels - low) * gain, 0, 1) ** np.clip(np.log(0.45) / np.log(middle), 0.45, 1.1)


def pencil(pixels: Array, rng: np.random.Generator) -> Array:
    """Graphite on white paper: colour dodge of the negative's blur, with lines made stronger."""
    pixels = exposed(pixels)
    grey = luma(pixels)[..., None]
    dodge = grey / np.clip(blur(grey, 0.022), 0.04, 1)
    shade = 0.82 + 0.18 * np.clip(blur(grey, 0.006) * 1.6, 0, 1)
    drawn = np.clip(dodge, 0, 1) ** 2.2 * shade - 0.45 * edges(pixels)
    return clip(np.repeat(np.clip(drawn, 0.08, 0.98), 3, -1))


def charcoal(pixels: Array, rng: np.random.Generator) -> Array:
    """Deep black strokes and smudged greys."""
    pixels = exposed(pixels)
    grey = luma(pixels)[..., None]
    smudge = np.clip((blur(grey, 0.008) - 0.5) * 1.5 + 0.52, 0.05, 0.92)
    return clip(np.repeat(np.clip(smudge - 0.8 * edges(pixels, 1.0), 0.02, 0.95), 3, -1))


def watercolour(pixels: Array, rng: np.random.Generator) -> Array:
    """Flat wet washes on white paper, darker where a wash ends."""
    wash = blur(median_filter(pixels, (stroke(pixels, 0.04, 5), stroke(pixels, 0.04, 5), 1)), 0.004)
    light = 1 - (1 - saturate(wash, 1.45)) * 0.66
    bled = light - 0.22 * edges(wash, 1.2)
    return clip(bled * 0.97 + 0.03)


def oil(pixels: Array, rng: np.random.Generator) -> Array:
    """Kuwahara filter: of eight windows around, the calm ones give the colour (thick strokes).

    The weights fall smoothly with the variance, as in Papari et al., "Artistic edge and corner enhancing
    smoothing", 2007.
    """
    reach = stroke(pixels, 0.016, 2)
    sigma = reach * 0.7
    mean = gaussian_filter(pixels, (sigma, sigma, 0))
    variance = gaussian_filter(pixels**2, (sigma, sigma, 0)) - mean**2
    calm = (1 / (variance.sum(-1, keepdims=True) + 2e-4)) ** 4
    weights, painted = np.zeros_like(calm), np.zeros_like(mean)
    for angle in np.arange(8) * np.pi / 4:
        place = round(reach * np.sin(angle)), round(reach * np.cos(angle))
        weight = np.roll(calm, place, (0, 1))
        weights += weight
        painted += weight * np.roll(mean, place, (0, 1))
    canvas = gaussian_filter(rng.normal(0, 1, pixels.shape[:2]), (0.6, 1.6))[..., None] * 0.03
    return clip((saturate(painted / weights, 1.4) - 0.5) * 1.12 + 0.51 + canvas)


def comic(pixels: Array, rng: np.random.Generator) -> Array:
    """Few flat, strong colours and black outlines."""
    pixels = exposed(pixels)
    flat = median_filter(pixels, (stroke(pixels, 0.04, 5), stroke(pixels, 0.04, 5), 1))
    grey = luma(flat)[..., None]
    levels = np.floor(np.clip(grey, 0, 0.999) * 4) / 3.4 + 0.06
    strong = saturate(flat * (levels / np.clip(grey, 0.05, 1)), 1.6)
    ink = np.clip((edges(flat, 0.9) - 0.1) * 4, 0, 1)
    return clip(strong * (1 - ink))


def neon(pixels: Array, rng: np.random.Generator) -> Array:
    """Outlines glow in colour on black."""
    line = np.clip((edges(pixels, 0.9) - 0.05) * 2.2, 0, 1)
    hue = blur(luma(pixels), 0.03)[..., None] * 0.9 + 0.55
    colour = hsv2rgb(np.concatenate([hue % 1, np.full_like(hue, 0.85), np.ones_like(hue)], -1))
    glow = blur(line, 0.014) * 1.1
    return clip(pixels * tint(0.1, 0.06, 0.2) + colour * np.clip(line + glow, 0, 1))


def pop_art(pixels: Array, rng: np.random.Generator) -> Array:
    """Four poster colours by brightness."""
    pixels = exposed(pixels)
    palette = np.array(
        [[0.13, 0.05, 0.35], [0.9, 0.1, 0.45], [1.0, 0.75, 0.1], [1.0, 0.97, 0.85]], np.float32
    )
    grey = np.clip((blur(luma(pixels), 0.005) - 0.08) * 1.15, 0, 0.999)
    soft = grey * 3
    low = np.floor(soft).astype(int)
    part = np.clip((soft - low - 0.5) * 5 + 0.5, 0, 1)[..., None]
    return clip(palette[low] * (1 - part) + palette[np.minimum(low + 1, 3)] * part)


def pastel(pixels: Array, rng: np.random.Generator) -> Array:
    """Soft chalk colours."""
    soft = blur(pixels, 0.006)
    return clip(1 - (1 - saturate(soft, 0.9)) * 0.55 - 0.12 * edges(pixels))


def poster(pixels: Array, rng: np.random.Generator) -> Array:
    """Screen print: few flat levels of light, strong colours, simple forms."""
    side = stroke(pixels, 0.05, 5)
    flat = blur(median_filter(exposed(pixels), (side, side, 1)), 0.004)
    grey = luma(flat)[..., None]
    level = np.round(np.clip(grey, 0, 1) * 4) / 4
    strong = saturate(flat * (level / np.clip(grey, 0.05, 1)), 1.7)
    return clip(strong * tint(0.98, 0.95, 0.88) + 0.03)


def pixel_art(pixels: Array, rng: np.random.Generator) -> Array:
    """Large square pixels of few colours."""
    rows, columns = pixels.shape[:2]
    cells = int(rng.integers(26, 38))
    scale = cells / max(rows, columns)
    small = resized(
        clip(saturate(pixels, 1.35)), (max(2, round(rows * scale)), max(2, round(columns * scale)))
    )
    small = np.round(small * 8) / 8
    down = np.arange(rows) * small.shape[0] // rows
    right = np.arange(columns) * small.shape[1] // columns
    return clip(small[down][:, right])


def mosaic(pixels: Array, rng: np.random.Generator) -> Array:
    """Small stones of one colour each, with pale joints between them."""
    rows, columns = pixels.shape[:2]
    step = max(rows, columns) / 22
    grid = np.mgrid[0:rows:step, 0:columns:step].reshape(2, -1).T + step / 2
    stones = grid + rng.uniform(-0.3, 0.3, grid.shape) * step
    places = np.mgrid[:rows, :columns].reshape(2, -1).T
    apart, nearest = cKDTree(stones).query(places, k=2)
    stone = nearest[:, 0]
    count = np.maximum(np.bincount(stone, minlength=len(stones)), 1)
    flat = saturate(exposed(pixels), 1.3).reshape(-1, 3)
    mean = np.stack([np.bincount(stone, flat[:, c], len(stones)) / count for c in range(3)], -1)
    shade = (0.9 + 0.2 * rng.random(len(stones)))[stone][:, None]
    joint = np.clip(1 - (apart[:, 1] - apart[:, 0]) / (0.14 * step), 0, 1)[:, None]
    picture = mean[stone] * shade * (1 - joint) + 0.82 * joint
    return clip(picture.reshape(rows, columns, 3))


STYLES: dict[str, Effect] = {
    "pencil sketch": pencil,
    "charcoal drawing": charcoal,
    "watercolour": watercolour,
    "oil painting": oil,
    "comic": comic,
    "neon": neon,
    "pop art": pop_art,
    "poster": poster,
    "pixel art": pixel_art,
    "mosaic": mosaic,
    "pastel drawing": pastel,
}
