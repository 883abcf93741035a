"""Painted backgrounds: places made of gradients, soft noise and simple shapes, (H, W, 3) in [0, 1]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.ndimage import zoom

from engine.editing.data.effects import Array, blur, clip, tint

Paint = Callable[[tuple[int, int], np.random.Generator], Array]


@dataclass(frozen=True, slots=True)
class Scene:
    """A place. Things stand below `horizon` (from the top, in [0, 1]) if there is ground; `sky`: of the day
    or of the night, if one is seen."""

    draw: Paint
    horizon: float | None
    sky: Literal["day", "night"] | None

    def paint(self, shape: tuple[int, int], rng: np.random.Generator) -> Array:
        """A painting of it: in a light of its own, mirrored half of the time."""
        picture = self.draw(shape, rng)
        picture = picture ** rng.uniform(0.85, 1.2) * (1 + rng.uniform(-0.06, 0.06, 3).astype(np.float32))
        return clip(picture[:, ::-1] if rng.random() < 0.5 else picture)


COLOURS: dict[str, tuple[float, float, float]] = {
    "red": (0.84, 0.12, 0.12),
    "orange": (0.97, 0.55, 0.1),
    "yellow": (0.98, 0.87, 0.16),
    "green": (0.16, 0.62, 0.24),
    "blue": (0.1, 0.33, 0.86),
    "light blue": (0.55, 0.8, 0.97),
    "turquoise": (0.13, 0.72, 0.7),
    "purple": (0.5, 0.2, 0.72),
    "pink": (0.98, 0.55, 0.74),
    "brown": (0.48, 0.29, 0.14),
    "white": (0.98, 0.98, 0.98),
    "grey": (0.55, 0.55, 0.56),
    "black": (0.03, 0.03, 0.035),
}


def noise(shape: tuple[int, int], rng: np.random.Generator, cells: int) -> Array:
    """(H, W, 1) smooth noise in [0, 1] with about `cells` bumps along a side."""
    coarse = rng.random((cells + 3, cells + 3)).astype(np.float32)
    fine = zoom(coarse, (shape[0] / (cells + 3) + 0.02, shape[1] / (cells + 3) + 0.02), order=3)
    return np.clip(fine[: shape[0], : shape[1], None], 0, 1)


def gradient(shape: tuple[int, int], *stops: tuple[float, Array]) -> Array:
    """Vertical gradient through (place from the top in [0, 1], colour) stops."""
    rows = np.linspace(0, 1, shape[0])
    places = [place for place, _ in stops]
    channels = [np.interp(rows, places, [colour[c] for _, colour in stops]) for c in range(3)]
    return np.repeat(np.stack(channels, -1)[:, None], shape[1], 1).astype(np.float32)


def below(shape: tuple[int, int], line: Array, softness: float = 0.012) -> Array:
    """(H, W, 1): 1 below a height line (W,) measured from the top in [0, 1]."""
    rows = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
    return np.clip((rows - line[None]) / softness + 0.5, 0, 1)[..., None].astype(np.float32)


def clouds(picture: Array, horizon: float, rng: np.random.Generator) -> Array:
    """White clouds, at times, between the top and the horizon, flatter and fainter far away."""
    shape = picture.shape[:2]
    up = 1 - np.linspace(0, 1 / horizon, shape[0], dtype=np.float32)[:, None, None]
    form = 0.6 * noise(shape, rng, 5) + 0.4 * noise(shape, rng, 13)
    thick = np.clip((form - rng.uniform(0.42, 0.75)) * 4, 0, 0.9) * np.clip(up * 2.2, 0, 1)
    return over(picture, tint(0.97, 0.97, 0.98) * (0.82 + 0.2 * form), thick)


def ridge(shape: tuple[int, int], rng: np.random.Generator, level: float, rough: float, cells: int) -> Array:
    """A hill line (W,)."""
    return level + rough * (noise((4, shape[1]), rng, cells)[1, :, 0] - 0.5) * 2


def over(base: Array, colour: Array, mask: Array) -> Array:
    return base * (1 - mask) + colour * mask


def stars(shape: tuple[int, int], rng: np.random.Generator, share: float) -> Array:
    seeds = (rng.random(shape) < share) * rng.uniform(0.4, 1, shape)
    points = blur(seeds.astype(np.float32)[..., None], 0.0045)
    return np.clip(points * 9 * (0.0045 * max(shape)) ** 2, 0, 1)


def beach(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    ground = gradient(
        shape,
        (0, tint(0.35, 0.65, 0.95)),
        (0.45, tint(0.78, 0.9, 0.98)),
        (0.46, tint(0.1, 0.5, 0.68)),
        (0.68, tint(0.25, 0.72, 0.76)),
        (0.7, tint(0.93, 0.93, 0.88)),
        (0.73, tint(0.86, 0.75, 0.55)),
        (1, tint(0.94, 0.83, 0.62)),
    )
    return clip(clouds(ground, 0.44, rng) + (noise(shape, rng, 14) - 0.5) * 0.06)


def sea(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    water = gradient(
        shape,
        (0, tint(0.5, 0.76, 0.97)),
        (0.38, tint(0.85, 0.93, 0.98)),
        (0.39, tint(0.08, 0.36, 0.6)),
        (1, tint(0.04, 0.25, 0.42)),
    )
    water = clouds(water, 0.38, rng)
    waves = noise(shape, rng, 22) - 0.5
    return clip(water + waves * 0.16 * below(shape, np.full(shape[1], 0.4, np.float32)))


def forest(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    picture = gradient(
        shape, (0, tint(0.62, 0.75, 0.6)), (0.6, tint(0.3, 0.47, 0.25)), (1, tint(0.18, 0.3, 0.1))
    )
    columns = np.linspace(0, 1, shape[1], dtype=np.float32)
    for _ in range(9):
        trunk = np.exp(-(((columns - rng.random()) / rng.uniform(0.012, 0.035)) ** 2))[None, :, None]
        picture = over(picture, tint(0.2, 0.14, 0.08), np.clip(trunk, 0, 1) * 0.85)
    leaves = np.clip(noise(shape, rng, 12) * 1.8 - 0.45, 0, 1)
    crown = 1 - below(shape, ridge(shape, rng, 0.42, 0.12, 6), 0.2)
    picture = over(picture, tint(0.13, 0.36, 0.12), leaves * crown)
    return clip(picture * (0.75 + 0.5 * noise(shape, rng, 20)))


def meadow(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    picture = clouds(gradient(shape, (0, tint(0.36, 0.64, 0.95)), (0.55, tint(0.82, 0.92, 0.98))), 0.6, rng)
    hills = below(shape, ridge(shape, rng, 0.52, 0.06, 4))
    grass = gradient(shape, (0.5, tint(0.46, 0.68, 0.3)), (1, tint(0.22, 0.5, 0.14)))
    return clip(over(picture, grass * (0.85 + 0.3 * noise(shape, rng, 24)), hills))


def mountains(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    picture = clouds(gradient(shape, (0, tint(0.4, 0.63, 0.92)), (0.6, tint(0.85, 0.91, 0.96))), 0.6, rng)
    for level, rough, colour in ((0.42, 0.24, (0.52, 0.6, 0.7)), (0.6, 0.15, (0.3, 0.4, 0.45))):
        line = ridge(shape, rng, level, rough, 5)
        picture = over(picture, tint(*colour), below(shape, line))
        cap = below(shape, line) * (1 - below(shape, line + 0.07, 0.05)) * (level < 0.5)
        picture = over(picture, tint(0.95, 0.97, 1.0), cap)
    return clip(over(picture, tint(0.24, 0.42, 0.2), below(shape, ridge(shape, rng, 0.82, 0.04, 4))))


def snow(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    picture = gradient(shape, (0, tint(0.66, 0.77, 0.88)), (0.5, tint(0.86, 0.91, 0.96)))
    trees = below(shape, ridge(shape, rng, 0.44, 0.09, 16)) * (1 - below(shape, np.full(shape[1], 0.58)))
    picture = over(picture, tint(0.45, 0.55, 0.62), trees * 0.8)
    ground = tint(0.95, 0.97, 1.0) * (0.9 + 0.1 * noise(shape, rng, 8))
    return clip(over(picture, ground, below(shape, ridge(shape, rng, 0.56, 0.03, 4), 0.04)))


def desert(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    picture = clouds(gradient(shape, (0, tint(0.45, 0.7, 0.95)), (0.5, tint(0.96, 0.9, 0.78))), 0.6, rng)
    for level, colour in ((0.5, (0.87, 0.62, 0.36)), (0.66, (0.93, 0.7, 0.42)), (0.82, (0.8, 0.54, 0.28))):
        picture = over(picture, tint(*colour), below(shape, ridge(shape, rng, level, 0.08, 3)))
    return clip(picture)


def night_sky(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    picture = gradient(
        shape, (0, tint(0.02, 0.03, 0.1)), (0.8, tint(0.1, 0.14, 0.33)), (1, tint(0.14, 0.18, 0.36))
    )
    return clip(picture + stars(shape, rng, 0.008))


def space(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    cloud = np.clip(noise(shape, rng, 4) * 1.6 - 0.7, 0, 1)
    other = np.clip(noise(shape, rng, 5) * 1.6 - 0.8, 0, 1)
    picture = tint(0.015, 0.01, 0.03) + cloud * tint(0.35, 0.1, 0.5) + other * tint(0.05, 0.2, 0.5)
    return clip(picture + stars(shape, rng, 0.014))


def sunset_sky(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    picture = gradient(
        shape,
        (0, tint(0.33, 0.22, 0.46)),
        (0.4, tint(0.86, 0.4, 0.38)),
        (0.66, tint(1.0, 0.68, 0.28)),
        (0.72, tint(0.98, 0.8, 0.45)),
        (0.74, tint(0.2, 0.12, 0.16)),
        (1, tint(0.1, 0.06, 0.1)),
    )
    return clip(picture + (noise(shape, rng, 5) - 0.5) * 0.1)


def city(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    picture = clouds(gradient(shape, (0, tint(0.48, 0.68, 0.9)), (0.8, tint(0.88, 0.91, 0.94))), 0.75, rng)
    return _skyline(picture, shape, rng, (0.42, 0.46, 0.53), (0.72, 0.8, 0.88))


def city_night(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    picture = gradient(shape, (0, tint(0.03, 0.04, 0.12)), (0.8, tint(0.2, 0.16, 0.34)))
    return _skyline(picture, shape, rng, (0.06, 0.07, 0.13), (0.98, 0.8, 0.4))


def _skyline(
    picture: Array,
    shape: tuple[int, int],
    rng: np.random.Generator,
    wall: tuple[float, ...],
    glass: tuple[float, ...],
) -> Array:
    rows, columns = shape
    for depth in (0, 1):
        left = 0
        while left < columns:
            width = int(columns * rng.uniform(0.08, 0.16))
            top = int(rows * rng.uniform(0.25 + 0.15 * depth, 0.6 + 0.15 * depth))
            tone = 1.25 - 0.35 * depth + rng.uniform(-0.1, 0.1)
            picture[top:, left : left + width] = tint(*wall) * tone
            if depth:
                for y in range(top + 3, rows - 4, 6):
                    for x in range(left + 2, min(left + width, columns) - 3, 5):
                        if rng.random() < 0.6:
                            picture[y : y + 3, x : x + 2] = tint(*glass)
            left += width
    street = tint(*wall) * 0.75 * (0.92 + 0.16 * noise(shape, rng, 30))
    picture = over(blur(picture, 0.003), street, below(shape, np.full(shape[1], 0.86, np.float32)))
    return clip(over(picture, street * 1.5 + 0.03, _strip(shape, 0.86, 0.885)))


def _strip(shape: tuple[int, int], top: float, bottom: float) -> Array:
    """(H, W, 1): 1 between two heights."""
    return below(shape, np.full(shape[1], top, np.float32)) - below(
        shape, np.full(shape[1], bottom, np.float32)
    )


def underwater(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    picture = gradient(
        shape, (0, tint(0.3, 0.78, 0.85)), (0.5, tint(0.06, 0.45, 0.65)), (1, tint(0.02, 0.16, 0.34))
    )
    rays = (
        noise((4, shape[1]), rng, 9)[1][None] * np.linspace(1, 0, shape[0], dtype=np.float32)[:, None, None]
    )
    return clip(picture + (rays - 0.25) * 0.22)


def studio(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    picture = gradient(
        shape, (0, tint(0.86, 0.86, 0.87)), (0.66, tint(0.93, 0.93, 0.93)), (1, tint(0.74, 0.74, 0.75))
    )
    return clip(picture * _lamp(shape, rng))


def room(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    wall = rng.uniform(0.62, 0.92, 3).astype(np.float32) * tint(1.0, 0.96, 0.88)
    wood = tint(0.55, 0.37, 0.22) * rng.uniform(0.7, 1.3)
    picture = np.broadcast_to(wall, (*shape, 3)) * _lamp(shape, rng)
    planks = 0.94 + 0.12 * (np.linspace(0, rng.uniform(5, 9), shape[0])[:, None, None] % 1 > 0.12)
    floor = gradient(shape, (0.68, wood * 0.85), (1, wood * 1.1)) * planks.astype(np.float32)
    picture = over(picture, tint(0.95, 0.95, 0.93), _strip(shape, 0.66, 0.69))  # the skirting board
    if rng.random() < 0.6:
        picture = _window(picture, shape, rng)
    return clip(over(picture, floor, below(shape, np.full(shape[1], 0.69, np.float32), 0.01)))


def _lamp(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    """Light (H, W, 1) around 1 that falls off from one place."""
    y, x = np.mgrid[0 : 1 : shape[0] * 1j, 0 : 1 : shape[1] * 1j]
    far = (x - rng.uniform(0, 1)) ** 2 + (y - rng.uniform(0, 0.5)) ** 2
    return (1.06 - rng.uniform(0.1, 0.35) * far)[..., None].astype(np.float32)


def _window(picture: Array, shape: tuple[int, int], rng: np.random.Generator) -> Array:
    rows, columns = shape
    top, bottom = int(rows * 0.12), int(rows * rng.uniform(0.38, 0.48))
    left = int(columns * rng.uniform(0.08, 0.6))
    right = left + int(columns * rng.uniform(0.2, 0.32))
    picture = picture.copy()
    rim = max(1, rows // 50)
    picture[top - rim : bottom + rim, left - rim : right + rim] = tint(0.96, 0.96, 0.94)
    glass = meadow((bottom - top, right - left), rng)
    picture[top:bottom, left:right] = (glass * 0.8 + 0.2)[:, : picture[top:bottom, left:right].shape[1]]
    middle = (left + right) // 2
    picture[top:bottom, middle : middle + rim] = tint(0.96, 0.96, 0.94)
    return picture


SCENES: dict[str, Scene] = {
    "beach": Scene(beach, 0.74, "day"),
    "sea": Scene(sea, None, "day"),
    "forest": Scene(forest, 0.72, None),
    "meadow": Scene(meadow, 0.6, "day"),
    "mountains": Scene(mountains, 0.86, "day"),
    "snow": Scene(snow, 0.6, "day"),
    "desert": Scene(desert, 0.7, "day"),
    "night sky": Scene(night_sky, None, "night"),
    "space": Scene(space, None, "night"),
    "sunset sky": Scene(sunset_sky, 0.76, "day"),
    "city": Scene(city, 0.88, "day"),
    "city at night": Scene(city_night, 0.88, "night"),
    "underwater": Scene(underwater, None, None),
    "studio": Scene(studio, 0.72, None),
    "room": Scene(room, 0.72, None),
}


def plain(colour: str, luminance: Array) -> Array:
    """A wall of one colour that keeps a part of the light on what was there; `luminance` is (H, W, 1)."""
    level = luminance / max(float(luminance.mean()), 0.05)
    light = np.clip(0.85 + 0.15 * level, 0.75, 1.1) if colour != "black" else np.ones_like(level)
    return clip(tint(*COLOURS[colour]) * light)
