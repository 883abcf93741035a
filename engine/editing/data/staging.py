"""Puts drawn things into pictures so that they belong there: feet on the ground, in its light, with a shadow;
what is nearer is larger and hides what is behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engine.editing.data import effects, scenes
from engine.editing.data.cutouts import Cutout
from engine.editing.data.effects import blur, clip, dyed, luma, tint
from engine.editing.data.material import Material, Size, resized, view
from engine.editing.data.splits import Array

SHARES = {"large": 0.62, "medium": 0.5, "small": 0.38, "sky": 0.32}
"""How large a thing is in the foreground: its longer side beside the picture's shorter one."""
NIGHTLY = ("moon", "star", "planet", "ufo", "bat")
"""What is seen in the sky of the night."""
NEAR = 0.95
"""Where the feet of the nearest things are, from the top."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A picture (H, W, 3) that things are put into. Feet are below `horizon`, None: there is no ground."""

    pixels: Array = field(repr=False)
    horizon: float | None


@dataclass(frozen=True, slots=True)
class Actor:
    """A thing on a stage: its feet (or, in the sky, its centre) at `row`, `column` in [0, 1] from the top
    left; `scale` beside the usual size of such a thing there."""

    cutout: Cutout
    row: float
    column: float
    scale: float = 1.0

    @property
    def flies(self) -> bool:
        return self.cutout.where == "sky"


def draw_stage(material: Material, size: Size, rng: np.random.Generator) -> Stage:
    """Something to stand on: a photographed or a painted scene, now and then a close-up."""
    for _ in range(4):
        chance = rng.random()
        if chance > 0.55:
            break
        if chance < 0.1:
            pixels = view(material.photos.draw(rng, "close-ups").pixels, size, rng, (0.75, 1.0))
            return Stage(pixels, 0.5)
        pixels = view(material.photos.draw(rng, "wide").pixels, size, rng, (0.75, 1.0))
        if (horizon := _horizon(pixels)) < 0.8:
            return Stage(pixels, max(horizon + 0.05, 0.45))
    if rng.random() < 0.35:
        pixels, horizon = material.drawing(size, rng)
        return Stage(pixels, horizon + 0.02)
    name, pixels = material.painted(size, rng, lambda scene: scene.horizon is not None)
    return Stage(pixels, scenes.SCENES[name].horizon)


def draw_sky(material: Material, size: Size, rng: np.random.Generator, cutout: Cutout) -> Stage:
    """A photographed or a painted scene with a sky in which such a thing is seen."""
    for _ in range(4):
        if cutout.name in NIGHTLY or rng.random() > 0.55:
            break
        pixels = view(material.photos.draw(rng, "wide").pixels, size, rng, (0.75, 1.0))
        if (horizon := _horizon(pixels)) > 0.3 and _open_sky(pixels):
            return Stage(pixels, max(horizon + 0.05, 0.45) if horizon < 0.8 else None)
    wanted = "night" if cutout.name in NIGHTLY else "day"
    name, pixels = material.painted(size, rng, lambda scene: scene.sky == wanted)
    return Stage(pixels, scenes.SCENES[name].horizon)


def _open_sky(pixels: Array) -> bool:
    return bool((effects.sky(pixels)[: len(pixels) // 4] > 0.35).mean() > 0.75)


def _horizon(pixels: Array) -> float:
    """Where the ground begins: the lower border of the sky over most of the width; without a sky, high up."""
    covered = (effects.sky(pixels)[..., 0] > 0.35).mean(1) > 0.3
    if not covered[: len(pixels) // 5].mean() > 0.6:
        return 0.55
    return float(np.argmin(covered) / len(pixels)) if not covered.all() else 1.0


def somewhere(stage: Stage, cutout: Cutout, rng: np.random.Generator, column: float | None = None) -> Actor:
    """A thing where it may be: on the ground, rather near, or in the sky."""
    column = float(rng.uniform(0.25, 0.75)) if column is None else column
    if cutout.where == "sky":
        return Actor(cutout, float(rng.uniform(0.16, 0.26)), column)
    nearest = max(NEAR - 0.3 * (NEAR - (stage.horizon or 0.6)), (stage.horizon or 0.6) + 0.03)
    return Actor(cutout, float(rng.uniform(min(nearest, NEAR), NEAR)), column)


def staged(stage: Stage, actors: Sequence[Actor]) -> Array:
    """The picture (H, W, 3) with all of them, the farthest first."""
    picture = stage.pixels
    for actor in sorted(actors, key=lambda actor: (not actor.flies, actor.row)):
        picture = _put(picture, stage, actor)
    return picture


def painted(cutout: Cutout, colour: str) -> Cutout:
    """The thing in another colour, with its own light and shade."""
    rgba = np.concatenate([coloured(cutout.rgba[..., :3], colour), cutout.rgba[..., 3:]], -1)
    return replace(cutout, rgba=rgba)


def coloured(pixels: Array, colour: str, inside: Array | None = None) -> Array:
    """One of the paints with the light and shade of the pixels, see `dyed`."""
    return dyed(pixels, tint(*scenes.COLOURS[colour]), inside)


def silhouettes(stage: Stage, actors: Sequence[Actor]) -> Array:
    """Where the things are: their alpha (H, W, 1)."""
    return np.max([_stamped(stage, actor)[..., 3:] for actor in actors], 0)


def _put(picture: Array, stage: Stage, actor: Actor) -> Array:
    canvas = _stamped(stage, actor)
    if not actor.flies:
        picture = picture * (1 - _shadow(canvas[..., 3]))
    alpha = canvas[..., 3:]
    return clip(scenes.over(picture, canvas[..., :3] * _light(stage.pixels, alpha, actor.cutout.name), alpha))


def _stamped(stage: Stage, actor: Actor) -> Array:
    """The thing alone (H, W, 4), in its size and place."""
    rows, columns = stage.pixels.shape[:2]
    height, width = actor.cutout.rgba.shape[:2]
    depth = 1.0
    if not actor.flies and stage.horizon is not None:
        depth = 0.5 + 0.5 * np.clip((actor.row - stage.horizon) / max(NEAR - stage.horizon, 0.05), 0, 1)
    longest = SHARES[actor.cutout.where] * actor.scale * depth * min(rows, columns)
    high, wide = (max(4, round(side * longest / max(height, width))) for side in (height, width))
    top = round(actor.row * rows - (high / 2 if actor.flies else high))
    left = round(actor.column * columns - wide / 2)
    canvas = np.zeros((rows, columns, 4), np.float32)
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + high, rows), min(left + wide, columns)
    if y1 > y0 and x1 > x0:
        stamp = resized(actor.cutout.rgba, (high, wide))
        canvas[y0:y1, x0:x1] = stamp[y0 - top : y1 - top, x0 - left : x1 - left]
    return canvas


def _shadow(alpha: Array) -> Array:
    """How dark (H, W, 1) the ground is around the feet of what has this alpha (H, W)."""
    rows, columns = np.nonzero(alpha > 0.3)
    if not len(rows):
        return np.zeros((*alpha.shape, 1), np.float32)
    bottom, height = int(rows.max()) + 1, np.ptp(rows) + 1
    feet = columns[rows >= bottom - 0.14 * height]
    reach = max(np.ptp(feet) / 2, (np.ptp(columns) + 1) * 0.12) * 1.12 + 1
    y, x = np.mgrid[: alpha.shape[0], : alpha.shape[1]]
    flat = max(reach * 0.2, 1.2)
    far = ((x - (feet.min() + feet.max()) / 2) / reach) ** 2 + ((y - (bottom - flat * 0.4)) / flat) ** 2
    shade = np.clip(1.25 - far, 0, 1) * 0.45
    return np.where(shade > 0.01, shade, 0)[..., None].astype(np.float32)


def _light(ground: Array, alpha: Array, name: str) -> Array:
    """What the light of the surroundings makes of a thing's colours (3,)."""
    if name in ("sun", "moon", "star", "fire", "candle", "rainbow"):
        return np.ones(3, np.float32)  # these have a light of their own
    near = np.clip(blur(alpha, 0.06) * 3, 0.02, 1)
    around = (ground * near).sum((0, 1)) / near.sum()
    level = float(luma(around))
    colour = around / max(level, 0.03)
    return (np.clip(0.5 + level, 0.55, 1.05) * np.clip(colour, 0.5, 1.6) ** 0.3).astype(np.float32)
