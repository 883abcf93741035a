"""Recipes of exact pairs: each draws a (source, target, instruction, mask) that is right by construction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from PIL import Image

from engine.editing.data import effects, phrases, scenes, styles
from engine.editing.data.effects import Array, blur, clip, luma, tint
from engine.editing.data.material import IN_THE_SKY, Cutout, Material, Photo


@dataclass(frozen=True, slots=True)
class Pair:
    """Pictures (H, W, 3) and `mask` (H, W) in [0, 1]; outside the mask source and target are equal."""

    source: Array = field(repr=False)
    target: Array = field(repr=False)
    mask: Array = field(repr=False)
    phrasings: tuple[str, ...]
    skill: str


T = TypeVar("T")
Size = tuple[int, int]
Recipe = Callable[[Material, Size, np.random.Generator], Pair]


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    return options[int(rng.integers(len(options)))]


def resized(pixels: Array, size: Size) -> Array:
    """(H, W), (H, W, 3) or (H, W, 4) in [0, 1] at another (H, W); Pillow premultiplies alpha meanwhile."""
    picture = Image.fromarray((pixels * 255 + 0.5).astype(np.uint8))
    small = picture.resize((size[1], size[0]), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.asarray(small, np.float32) / 255


def _crop(
    photo: Photo, size: Size, rng: np.random.Generator, zoom: tuple[float, float] = (0.72, 1.0)
) -> Photo:
    """A random view of the photo at (H, W) `size`, mirrored half of the time, a little stretched."""
    rows, columns = photo.pixels.shape[:2]
    wide = size[1] / size[0] * np.exp(rng.uniform(-0.15, 0.15))
    scale = rng.uniform(*zoom)
    tall = min(rows, columns / wide) * scale
    height, width = max(8, round(tall)), max(8, round(tall * wide))
    top, left = rng.integers(0, rows - height + 1), rng.integers(0, columns - width + 1)
    view = np.s_[top : top + height, left : left + width]
    pixels, subject = resized(photo.pixels[view], size), resized(photo.subject[view], size)
    if rng.random() < 0.5:
        pixels, subject = pixels[:, ::-1], subject[:, ::-1]
    return replace(photo, pixels=np.ascontiguousarray(pixels), subject=np.ascontiguousarray(subject))


def _pair(source: Array, target: Array, mask: Array, said: list[str], skill: str) -> Pair:
    mask = np.broadcast_to(mask.reshape(*mask.shape[:2], -1)[..., 0], source.shape[:2])
    return Pair(source, np.where(mask[..., None] > 0, target, source), mask, phrases.varied(said), skill)


# ---------------------------------------------------------------- whole picture


def light_and_weather(material: Material, size: Size, rng: np.random.Generator) -> Pair:
    names = list(effects.EFFECTS)
    weights = np.array([3.0 if n == "night" else 2.0 if n in ("winter", "sunset") else 1.0 for n in names])
    name = str(rng.choice(names, p=weights / weights.sum()))
    outdoors = rng.random() < 0.45
    photo = material.photos.draw(rng, (lambda p: p.name.startswith("scene-")) if outdoors else None)
    return lit(_crop(photo, size, rng).pixels, name, rng)


def lit(source: Array, name: str, rng: np.random.Generator) -> Pair:
    target = effects.EFFECTS[name](source, rng)
    return _pair(source, target, _everywhere(source), phrases.effect(name), name)


def drawn_style(material: Material, size: Size, rng: np.random.Generator) -> Pair:
    name = pick(rng, list(styles.STYLES))
    return drawn(_crop(material.photos.draw(rng), size, rng).pixels, name, rng)


def drawn(source: Array, name: str, rng: np.random.Generator) -> Pair:
    target = styles.STYLES[name](source, rng)
    return _pair(source, target, _everywhere(source), phrases.style(name), name)


def _everywhere(source: Array) -> Array:
    return np.ones(source.shape[:2], np.float32)


def unchanged(material: Material, size: Size, rng: np.random.Generator) -> Pair:
    view = _crop(material.photos.draw(rng), size, rng)
    return _pair(view.pixels, view.pixels, np.zeros(size, np.float32), list(phrases.NOTHING), "nothing")


# ---------------------------------------------------------------- background


def _subject(material: Material, size: Size, rng: np.random.Generator) -> tuple[Array, Array]:
    """A picture with a known subject: mostly a real photo, else one to three objects on some ground."""
    if rng.random() < 0.62:
        view = _crop(material.photos.draw(rng, lambda p: p.clear), size, rng, (0.85, 1.0))
        return view.pixels, view.subject[..., None]
    ground = _ground(material, size, rng)
    mask = np.zeros((*size, 1), np.float32)
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        cutout = material.cutouts.draw(rng)
        place = rng.uniform(0.35, 0.65), rng.uniform(0.25, 0.75)
        ground, drawn = _paste(ground, cutout, place, rng.uniform(0.45, 0.8), rng)
        mask = np.maximum(mask, drawn)
    if rng.random() < 0.3:  # a real thing, cut out, elsewhere
        other = _crop(material.photos.draw(rng, lambda p: p.clear), size, rng, (0.9, 1.0))
        ground = _ground(material, size, rng)
        mask = other.subject[..., None]
        ground = scenes.over(ground, other.pixels, mask)
    return clip(ground), mask


def _ground(material: Material, size: Size, rng: np.random.Generator) -> Array:
    draw = rng.random()
    if draw < 0.6:
        return _crop(material.photos.draw(rng), size, rng, (0.5, 1.0)).pixels
    if draw < 0.85:
        return pick(rng, list(scenes.SCENES.values()))(size, rng)
    return scenes.plain(pick(rng, list(scenes.COLOURS)), scenes.noise(size, rng, 3) + 0.3)


def background_colour(material: Material, size: Size, rng: np.random.Generator) -> Pair:
    return on_colour(*_subject(material, size, rng), rng)


def on_colour(source: Array, mask: Array, rng: np.random.Generator) -> Pair:
    """The subject under `mask` (H, W, 1) before a wall."""
    colour = pick(rng, list(scenes.COLOURS))
    wall = scenes.plain(colour, blur(luma(source)[..., None], 0.02))
    target = clip(scenes.over(wall, source, mask))
    return _pair(source, target, 1 - mask, phrases.background_colour(colour), f"background {colour}")


def background_scene(material: Material, size: Size, rng: np.random.Generator) -> Pair:
    return on_scene(*_subject(material, size, rng), rng)


def on_scene(source: Array, mask: Array, rng: np.random.Generator) -> Pair:
    """The subject under `mask` (H, W, 1) at another place."""
    name = pick(rng, list(scenes.SCENES))
    target = clip(scenes.over(scenes.SCENES[name](source.shape[:2], rng), source, mask))
    return _pair(source, target, 1 - mask, phrases.background_scene(name), f"background {name}")


def background_light(material: Material, size: Size, rng: np.random.Generator) -> Pair:
    return lit_behind(*_subject(material, size, rng), rng)


def lit_behind(source: Array, mask: Array, rng: np.random.Generator) -> Pair:
    """The scene behind gets another light; the subject follows it half way, as it stands in that light."""
    name = "night" if rng.random() < 0.4 else pick(rng, list(phrases.BACKGROUND_LIGHT))
    changed = effects.EFFECTS[name](source, rng)
    target = clip(scenes.over(changed, source, mask * 0.55))
    return _pair(source, target, _everywhere(source), phrases.background_light(name), f"background {name}")


# ---------------------------------------------------------------- objects

PAINTS = [colour for colour in scenes.COLOURS if colour != "light blue"]


def _paste(
    ground: Array, cutout: Cutout, place: tuple[float, float], share: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Draw a cut-out with its centre at `place` (row, column in [0, 1]); gives the picture and its mask."""
    rows, columns = ground.shape[:2]
    height, width = cutout.rgba.shape[:2]
    scale = share * min(rows, columns) / max(height, width)
    shape = max(4, round(height * scale)), max(4, round(width * scale))
    stamp = resized(cutout.rgba, shape)
    top = round(place[0] * rows - shape[0] / 2)
    left = round(place[1] * columns - shape[1] / 2)
    canvas = np.zeros((rows, columns, 4), np.float32)
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + shape[0], rows), min(left + shape[1], columns)
    if y1 > y0 and x1 > x0:
        canvas[y0:y1, x0:x1] = stamp[y0 - top : y1 - top, x0 - left : x1 - left]
    alpha = canvas[..., 3:]
    return scenes.over(ground, canvas[..., :3], alpha), alpha


def _place(where: str, rng: np.random.Generator) -> tuple[float, float]:
    return {
        "left": (0.62, 0.24),
        "right": (0.62, 0.76),
        "sky": (0.2, float(rng.uniform(0.3, 0.7))),
        "centre": (0.55, 0.5),
    }[where]


def add_object(material: Material, size: Size, rng: np.random.Generator) -> Pair:
    ground = _ground(material, size, rng)
    cutout = material.cutouts.draw(rng)
    where = pick(rng, ("sky", "left", "right") if cutout.name in IN_THE_SKY else ("left", "right", "centre"))
    target, mask = _paste(ground, cutout, _place(where, rng), 0.46 if where != "sky" else 0.34, rng)
    return _pair(ground, clip(target), mask, phrases.add(cutout.name, where), f"add {cutout.name}")


def add_coloured_balloon(material: Material, size: Size, rng: np.random.Generator) -> Pair:
    """One thing in many colours, so that a colour before a noun is learned."""
    ground = _ground(material, size, rng)
    name = pick(rng, ("balloon", "car", "rose", "hat"))
    colour = pick(rng, [c for c in scenes.COLOURS if c not in ("white", "grey", "black", "light blue")])
    where = pick(rng, ("left", "right", "centre"))
    if name not in material.cutouts.names:
        return add_object(material, size, rng)
    cutout = material.cutouts.draw(rng, name)
    painted = np.concatenate([_painted(cutout.rgba[..., :3], colour), cutout.rgba[..., 3:]], -1)
    target, mask = _paste(ground, replace(cutout, rgba=painted), _place(where, rng), 0.46, rng)
    said = phrases.add(f"{colour} {name}", where)
    return _pair(ground, clip(target), mask, said, f"add {name}")


def remove_object(material: Material, size: Size, rng: np.random.Generator) -> Pair:
    pair = add_object(material, size, rng)
    name = pair.skill.removeprefix("add ")
    return Pair(pair.target, pair.source, pair.mask, phrases.varied(phrases.remove(name)), f"remove {name}")


def replace_object(material: Material, size: Size, rng: np.random.Generator) -> Pair:
    ground = _ground(material, size, rng)
    old, new = material.cutouts.draw(rng), material.cutouts.draw(rng)
    place = rng.uniform(0.4, 0.65), rng.uniform(0.3, 0.7)
    share = rng.uniform(0.5, 0.8)
    source, before = _paste(ground, old, place, share, rng)
    target, after = _paste(ground, new, place, share, rng)
    said = phrases.replace(old.name, new.name)
    return _pair(clip(source), clip(target), np.maximum(before, after), said, f"replace with {new.name}")


def _painted(pixels: Array, colour: str) -> Array:
    """The colour with the light and shade of the pixels."""
    grey = luma(pixels)[..., None]
    level = grey / max(float(np.median(grey)), 0.08)
    shade = np.clip(0.25 + 0.75 * level, 0.12, 1.5)
    shine = np.clip(level - 1.35, 0, 1) * 0.5
    return clip(tint(*scenes.COLOURS[colour]) * shade + shine)


def recolour(material: Material, size: Size, rng: np.random.Generator) -> Pair:
    colour = pick(rng, PAINTS)
    return recoloured(*named_thing(material, size, rng), colour)


def named_thing(material: Material, size: Size, rng: np.random.Generator) -> tuple[Array, Array, str]:
    """A picture with one thing in it, the thing's mask (H, W, 1) and what people call it."""
    if rng.random() < 0.75:
        known = ("clothes-", "flower-", "grocery-")
        view = _crop(
            material.photos.draw(rng, lambda p: p.clear and p.name.startswith(known)), size, rng, (0.85, 1.0)
        )
        source, mask, thing = view.pixels, view.subject[..., None], view.label
        if view.name.startswith("flower-") and rng.random() < 0.5:
            thing = "flower"
    else:
        cutout = material.cutouts.draw(rng)
        source, mask = _paste(_ground(material, size, rng), cutout, (0.55, rng.uniform(0.3, 0.7)), 0.6, rng)
        thing = cutout.name
    return clip(source), mask, thing


def recoloured(source: Array, mask: Array, thing: str, colour: str) -> Pair:
    inside = source[mask[..., 0] > 0.5]
    level = float(np.median(luma(inside))) if len(inside) else 0.5
    grey = luma(source)[..., None] / max(level, 0.1)
    painted = clip(tint(*scenes.COLOURS[colour]) * np.clip(0.25 + 0.75 * grey, 0.12, 1.5))
    target = clip(scenes.over(source, painted, mask))
    return _pair(source, target, mask, phrases.recolour(thing, colour), f"recolour {colour}")


RECIPES: dict[str, tuple[Recipe, float]] = {
    "light and weather": (light_and_weather, 0.30),
    "style": (drawn_style, 0.11),
    "background colour": (background_colour, 0.18),
    "background scene": (background_scene, 0.10),
    "background light": (background_light, 0.08),
    "recolour": (recolour, 0.07),
    "add": (add_object, 0.05),
    "add coloured": (add_coloured_balloon, 0.02),
    "remove": (remove_object, 0.03),
    "replace": (replace_object, 0.03),
    "unchanged": (unchanged, 0.03),
}
