"""Photos as drawings and paintings, by filters; pictures are (H, W, 3) in [0, 1], sRGB-encoded.

Lengths are shares of the longer side, which should have 1,000 to 1,400 pixels. What training pairs are made
with (`engine/editing/data/styles.py`) is made for thumbnails; these are for the photo itself.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Levels = NDArray[np.uint8]
Style = Callable[[Array, np.random.Generator], Array]

PALETTE = np.array([[0.13, 0.05, 0.35], [0.9, 0.1, 0.45], [1.0, 0.75, 0.1], [1.0, 0.97, 0.85]], np.float32)
"""Of pop art, dark to bright."""
PAPER = np.array([0.93, 0.9, 0.85], np.float32)
"""What pastels are drawn on, and newspapers printed."""
BLUE = np.array([0.1, 0.27, 0.55], np.float32)


def length(pixels: Array, share: float, least: float = 0.5) -> float:
    return max(least, share * max(pixels.shape[:2]))


def luma(pixels: Array) -> Array:
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def blur(pixels: Array, share: float, least: float = 0.5) -> Array:
    return cv2.GaussianBlur(pixels, (0, 0), length(pixels, share, least), borderType=cv2.BORDER_REFLECT)


def saturate(pixels: Array, times: float) -> Array:
    grey = luma(pixels)[..., None]
    return np.clip(grey + (pixels - grey) * times, 0, 1)


def exposed(pixels: Array) -> Array:
    """Spread over the whole range of light, as who draws a dark photo would do; hardly, if it is already."""
    grey = luma(pixels)[::4, ::4]
    low, high = np.percentile(grey, [2, 98]).tolist()
    gain = min(0.94 / max(high - low, 0.05), 2.2)
    middle = float(np.clip((np.median(grey) - low) * gain, 0.05, 0.95))
    power = float(np.clip(np.log(0.45) / np.log(middle), 0.45, 1.1))
    return np.clip((pixels - low) * gain, 0, 1) ** power


def calm(pixels: Array, times: int) -> Array:
    """Without what is fine, edges kept (bilateral filter, Tomasi and Manduchi 1998)."""
    levels = np.rint(pixels * 255).astype(np.uint8)
    for _ in range(times):
        levels = cv2.bilateralFilter(levels, 7, 28, length(pixels, 0.004, 2))
    return levels.astype(np.float32) / 255


def flat(pixels: Array, share: float) -> Array:
    """Round patches of one colour: the median of a square."""
    levels = np.rint(pixels * 255).astype(np.uint8)
    return cv2.medianBlur(levels, int(length(pixels, share, 3)) | 1).astype(np.float32) / 255


def dabs(pixels: Array, share: float) -> Array:
    """Strokes of a brush: of eight windows around, the calm ones give the colour (Papari et al. 2007)."""
    reach = length(pixels, share, 1.5)
    mean = blur(pixels, share * 0.7, 1.0)
    variance = blur(pixels * pixels, share * 0.7, 1.0) - mean * mean
    weight = (1 / (variance.sum(-1) + 2e-4)) ** 4
    weights, painted = np.zeros_like(weight), np.zeros_like(mean)
    size = pixels.shape[1], pixels.shape[0]
    for angle in np.arange(8) * np.pi / 4:
        place = np.array([[1, 0, reach * np.cos(angle)], [0, 1, reach * np.sin(angle)]], np.float32)
        there = cv2.warpAffine(weight, place, size, borderMode=cv2.BORDER_REFLECT)
        weights += there
        painted += there[..., None] * cv2.warpAffine(mean, place, size, borderMode=cv2.BORDER_REFLECT)
    return painted / weights[..., None]


def ink(grey: Array, share: float, sharp: float, level: float) -> Array:
    """(H, W): 0 on a line, 1 elsewhere (extended difference of Gaussians, Winnemöller et al. 2012)."""
    difference = blur(grey, share, 0.7) - 0.98 * blur(grey, share * 1.6, 1.1)
    return np.where(difference > level, 1, 1 + np.tanh(sharp * (difference - level))).astype(np.float32)


def noise(pixels: Array, rng: np.random.Generator, across: float, along: float | None = None) -> Array:
    """(H, W): grain of mean 0 and deviation 1, as coarse as these shares of the longer side."""
    grain = rng.standard_normal(pixels.shape[:2], np.float32)
    sides = length(pixels, across, 0.6), length(pixels, across if along is None else along, 0.6)
    grain = cv2.GaussianBlur(grain, (0, 0), sides[0], sigmaY=sides[1])
    return grain / max(float(grain.std()), 1e-6)


def steps(grey: Array, count: int, sharp: float) -> Array:
    """Brightness in `count` levels with steep ramps between them."""
    low = np.floor(grey * count)
    return (low + np.clip((grey * count - low - 0.5) * sharp + 0.5, 0, 1)) / count


def coloured(grey: Array) -> Array:
    return np.repeat(grey[..., None], 3, -1)


def pencil(pixels: Array, rng: np.random.Generator) -> Array:
    """Graphite on white paper: colour dodge of the negative's blur, with lines made stronger."""
    grey = luma(exposed(pixels))
    dodge = np.minimum(grey / np.clip(blur(grey, 0.012), 0.04, 1), 1) ** 1.6
    shade = 0.62 + 0.38 * np.clip(blur(grey, 0.004) * 1.35, 0, 1)
    hatch = noise(pixels, rng, 0.0005) * 0.025 * (1 - grey)
    line = 0.45 + 0.55 * ink(grey, 0.0009, 25, 0.0)
    return coloured(np.clip(dodge * shade * line + hatch, 0.06, 0.98))


def charcoal(pixels: Array, rng: np.random.Generator) -> Array:
    """Broad black lines, and greys that catch the teeth of the paper."""
    grey = luma(calm(exposed(pixels), 2))
    tone = np.clip((blur(grey, 0.003) - 0.5) * 1.5 + 0.6, 0, 1)
    tone = np.clip(tone + noise(pixels, rng, 0.0006) * 0.48 * tone * (1 - tone), 0.05, 0.95)
    line = blur(ink(grey, 0.0016, 14, 0.0), 0.0006)
    return coloured(np.clip(tone * (0.25 + 0.75 * line), 0.03, 0.96))


def watercolour(pixels: Array, rng: np.random.Generator) -> Array:
    """Wet washes on white paper, darker where a wash ends, uneven where it flowed."""
    wash = dabs(dabs(exposed(pixels), 0.004), 0.0035)
    light = 1 - (1 - saturate(wash, 1.5)) * 0.7
    grey = luma(wash)
    slope = cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    rim = np.clip(blur(slope, 0.0008) * 0.9, 0, 0.3) * 0.75
    flow = 0.075 * noise(pixels, rng, 0.02) + 0.037 * noise(pixels, rng, 0.004)
    painted = light * (1 + flow[..., None] * (1 - light)) - rim[..., None]
    return np.clip(painted * 0.97 + 0.03 + 0.01 * noise(pixels, rng, 0.0006)[..., None], 0, 1)


def oil(pixels: Array, rng: np.random.Generator) -> Array:
    """Thick strokes in strong colours, lit from the side, on canvas."""
    painted = dabs(dabs(pixels, 0.0035), 0.003)
    grey = blur(luma(painted), 0.0007)
    relief = cv2.Sobel(grey, cv2.CV_32F, 1, 0) + cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    thick = 0.01 * noise(pixels, rng, 0.0004, 0.0014) - 0.3 * np.clip(relief, -0.25, 0.25)
    return np.clip((saturate(painted, 1.4) - 0.5) * 1.12 + 0.51 + thick[..., None], 0, 1)


def comic(pixels: Array, rng: np.random.Generator) -> Array:
    """Few flat, strong colours and black outlines."""
    soft = calm(exposed(pixels), 4)
    patches = flat(soft, 0.006)
    grey = luma(patches)
    levels = 0.12 + 0.9 * steps(grey, 5, 6)
    strong = saturate(patches * (levels / np.clip(grey, 0.05, 1))[..., None], 1.6)
    return strong * ink(luma(soft), 0.0014, 60, 0.0)[..., None]


def neon(pixels: Array, rng: np.random.Generator) -> Array:
    """Outlines glow in colour on black."""
    grey = blur(luma(calm(pixels, 2)), 0.0012, 0.8)
    slope = cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    strong = max(float(np.percentile(slope[::4, ::4], 98)), 0.01)
    line = np.clip((slope / strong - 0.12) * 1.3, 0, 1)
    hue = (blur(luma(pixels), 0.03) * 0.9 + 0.55) % 1 * 360
    colour = cv2.cvtColor(cv2.merge([hue, np.full_like(hue, 0.85), np.ones_like(hue)]), cv2.COLOR_HSV2RGB)
    glow = np.clip(line + 1.3 * blur(line, 0.006), 0, 1)[..., None]
    return np.clip(pixels * np.array([0.1, 0.06, 0.2], np.float32) + colour * glow, 0, 1)


def pop_art(pixels: Array, rng: np.random.Generator) -> Array:
    """Four poster colours by brightness."""
    grey = luma(flat(calm(exposed(pixels), 2), 0.004))
    at = steps(np.clip((grey - 0.08) * 1.15, 0, 0.999), 3, 12) * 3
    low = np.floor(at).astype(int)
    part = (at - low)[..., None]
    return PALETTE[low] * (1 - part) + PALETTE[np.minimum(low + 1, 3)] * part


def poster(pixels: Array, rng: np.random.Generator) -> Array:
    """Screen print: few levels of light, strong colours, simple forms."""
    patches = flat(flat(calm(exposed(pixels), 3), 0.012), 0.008)
    grey = luma(patches)
    strong = saturate(patches * (steps(grey, 4, 14) / np.clip(grey, 0.05, 1))[..., None], 1.7)
    return np.clip(strong * np.array([0.98, 0.95, 0.88], np.float32) + 0.03, 0, 1)


def pixel_art(pixels: Array, rng: np.random.Generator) -> Array:
    """Large square pixels of few colours."""
    height, width = pixels.shape[:2]
    scale = 64 / max(height, width)
    cells = max(2, round(width * scale)), max(2, round(height * scale))
    small = np.round(cv2.resize(saturate(pixels, 1.35), cells, interpolation=cv2.INTER_AREA) * 8) / 8
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)


def cells(pixels: Array, rng: np.random.Generator, across: int, joint: float) -> tuple[Array, Array]:
    """Stones of one colour each, about `across` of them side by side, and (H, W, 1) the joints between them.

    Voronoi cells of a grid whose points were moved a little; `joint` is a share of a stone.
    """
    height, width = pixels.shape[:2]
    step = max(height, width) / across
    grid = np.mgrid[step / 2 : height : step, step / 2 : width : step].reshape(2, -1)
    rows, columns = (grid + rng.uniform(-0.3, 0.3, grid.shape) * step).astype(int)
    apart = np.full((height, width), 255, np.uint8)
    apart[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)] = 0
    _, stones = cv2.distanceTransformWithLabels(apart, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    stone, count = stones.ravel(), int(stones.max()) + 1
    samples = pixels.reshape(-1, 3)
    sums = [np.bincount(stone, samples[:, channel], count) for channel in range(3)]
    mean = np.stack(sums, -1) / np.maximum(np.bincount(stone, minlength=count), 1)[:, None]
    mean *= rng.uniform(0.9, 1.1, (count, 1))
    square = np.ones((max(2, round(step * joint)),) * 2, np.uint8)
    numbers = stones.astype(np.float32)
    between = (cv2.dilate(numbers, square) != cv2.erode(numbers, square)).astype(np.float32)
    return mean.astype(np.float32)[stones], cv2.GaussianBlur(between, (0, 0), 0.8)[..., None]


def mosaic(pixels: Array, rng: np.random.Generator) -> Array:
    """Small stones with pale joints."""
    stones, joints = cells(saturate(exposed(pixels), 1.3), rng, 48, 0.12)
    return np.clip(stones * (1 - joints) + 0.82 * joints, 0, 1)


def stained_glass(pixels: Array, rng: np.random.Generator) -> Array:
    """Glowing panes in lead."""
    panes, leads = cells(saturate(exposed(pixels), 1.9), rng, 26, 0.12)
    light = 1.1 + 0.06 * noise(pixels, rng, 0.004)[..., None]
    return np.clip(panes * light * (1 - leads) + 0.06 * leads, 0, 1)


def lines(pixels: Array, rng: np.random.Generator) -> Array:
    """Black ink on white paper, nothing but outlines."""
    drawn = ink(luma(calm(exposed(pixels), 3)), 0.0012, 40, 0.0)
    return coloured(blur(drawn, 0.0004))


def blueprint(pixels: Array, rng: np.random.Generator) -> Array:
    """White lines on blue paper, with a grid."""
    line = 1 - ink(luma(calm(exposed(pixels), 3)), 0.001, 40, 0.0)
    height, width = pixels.shape[:2]
    step = max(4, max(height, width) // 40)
    grid = np.zeros((height, width), np.float32)
    grid[::step] = grid[:, ::step] = 0.16
    white = np.clip(np.maximum(line * 0.95, grid), 0, 1)[..., None]
    return BLUE * (1 + 0.04 * noise(pixels, rng, 0.003)[..., None]) * (1 - white) + white


def halftone(pixels: Array, rng: np.random.Generator) -> Array:
    """A newspaper's dots: the darker, the bigger, at 45 degrees."""
    height, width = pixels.shape[:2]
    step = max(height, width) / 150
    y, x = np.mgrid[:height, :width].astype(np.float32) * (np.float32(np.pi) / np.float32(step))
    screen = np.cos((x + y) / 2**0.5) * np.cos((x - y) / 2**0.5) * 0.5 + 0.5
    dark = 1 - luma(exposed(pixels)) ** 0.8
    printed = np.clip((dark - screen) * 6 + 0.5, 0, 1)[..., None]
    return PAPER * (1 - printed) + 0.09 * printed


def pastel(pixels: Array, rng: np.random.Generator) -> Array:
    """Soft chalk on pale paper, which shows between the strokes."""
    light = 1 - (1 - saturate(dabs(exposed(pixels), 0.003), 1.25)) * 0.66
    strokes = noise(pixels, rng, 0.0007, 0.0035) + noise(pixels, rng, 0.0007)
    cover = np.clip(0.9 + 0.055 * strokes, 0, 1)[..., None]
    return light * cover + PAPER * (1 - cover)
