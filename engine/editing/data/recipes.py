"""Recipes for the whole picture and for what is behind a subject; all recipes with their shares."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.editing.data import effects, looks, objects, phrases, scenes, styles
from engine.editing.data.avatars import AVATARS
from engine.editing.data.effects import blur, luma
from engine.editing.data.material import Material, Size, pick, view
from engine.editing.data.pair import Pair, Recipe, pair
from engine.editing.data.splits import Array
from engine.editing.data.staging import draw_stage, silhouettes, somewhere, staged
from engine.editing.data.wordings import from_grammar

Rng = np.random.Generator


# ---------------------------------------------------------------- whole picture


def light_and_weather(material: Material, size: Size, rng: Rng) -> Pair:
    names = list(effects.EFFECTS)
    weights = np.array([3.0 if n == "night" else 2.0 if n in ("winter", "sunset") else 1.0 for n in names])
    name = str(rng.choice(names, p=weights / weights.sum()))
    return lit(_any_picture(material, size, rng, 0.4), name, rng)


def lit(source: Array, name: str, rng: Rng) -> Pair:
    slot = "season" if name in effects.SEASONS else "time" if name in effects.TIMES else "weather"
    said = phrases.effect(name) + from_grammar("scene", ("make", "(change|turn)"), {slot: name}, rng)
    return pair(source, effects.EFFECTS[name](source, rng), said, name, rng, _everywhere(source))


def season_and_time(material: Material, size: Size, rng: Rng) -> Pair:
    return lit_twice(
        _any_picture(material, size, rng, 0.5),
        pick(rng, list(phrases.WEATHERED)),
        pick(rng, list(phrases.TIMES)),
        rng,
    )


def lit_twice(source: Array, weather: str, time: str, rng: Rng) -> Pair:
    """A season or weather, and the time of day: "a snowy winter evening"."""
    target = effects.EFFECTS[time](effects.EFFECTS[weather](source, rng), rng)
    said = phrases.weather_and_time(weather, time)
    return pair(source, target, said, f"{weather} and {time}", rng, _everywhere(source))


def _everywhere(source: Array) -> Array:
    return np.ones(source.shape[:2], np.float32)


def _any_picture(material: Material, size: Size, rng: Rng, wide: float) -> Array:
    """A photo, a wide one with the given chance, or now and then a drawing or a scene with things in it."""
    kind = rng.random()
    if kind < 0.15:
        return material.drawing(size, rng)[0]
    if kind < 0.35:
        return _staged_subject(material, size, rng)[0]
    return view(material.photos.draw(rng, "wide" if rng.random() < wide else "all").pixels, size, rng)


def drawn_style(material: Material, size: Size, rng: Rng) -> Pair:
    return drawn(_any_picture(material, size, rng, 0.2), pick(rng, list(styles.STYLES)), rng)


def drawn(source: Array, name: str, rng: Rng) -> Pair:
    starts = ("make (it|this) {", "(change|", "give (it", "(apply|", "do it in {")
    said = phrases.style(name) + from_grammar("style", starts, {"stylename": name}, rng)
    return pair(source, styles.STYLES[name](source, rng), said, name, rng, _everywhere(source))


def photo_look(material: Material, size: Size, rng: Rng) -> Pair:
    name, source = pick(rng, list(looks.LOOKS)), _any_picture(material, size, rng, 0.2)
    return pair(source, looks.LOOKS[name](source, rng), phrases.look(name), name, rng, _everywhere(source))


def unchanged(material: Material, size: Size, rng: Rng) -> Pair:
    source = _any_picture(material, size, rng, 0.2)
    return pair(source, source, phrases.NOTHING, "nothing", rng, np.zeros(size, np.float32))


# ---------------------------------------------------------------- background


def _subject(material: Material, size: Size, rng: Rng) -> tuple[Array, Array, bool]:
    """A picture and the mask (H, W, 1) of its subject: mostly a real photo, where the mask is traced, else
    things on some ground."""
    if rng.random() < 0.4:
        return *_staged_subject(material, size, rng), False
    photo = material.photos.draw(rng, clear=True)
    whole = np.dstack([photo.pixels, material.photos.subject(photo)])
    if rng.random() < 0.25:  # now and then so near that it fills the picture
        near = view(whole, size, rng, (0.5, 0.75))
        if 0.3 < near[..., 3].mean() < 0.9:
            return near[..., :3], near[..., 3:], True
    seen = view(whole, size, rng, (0.85, 1.0))
    return seen[..., :3], seen[..., 3:], True


def _staged_subject(material: Material, size: Size, rng: Rng) -> tuple[Array, Array]:
    stage = draw_stage(material, size, rng)
    actors = [
        somewhere(stage, material.cutouts.draw(rng, lambda name: name not in objects.FLYING), rng, column)
        for column in pick(rng, ((0.5,), (0.5,), (0.3, 0.72), (0.2, 0.5, 0.8)))
    ]
    return staged(stage, actors), silhouettes(stage, actors)


def background_colour(material: Material, size: Size, rng: Rng) -> Pair:
    source, mask, traced = _subject(material, size, rng)
    return replace(on_colour(source, mask, rng), traced=traced)


def on_colour(source: Array, mask: Array, rng: Rng) -> Pair:
    """The subject under `mask` (H, W, 1) before a wall."""
    colour = pick(rng, list(scenes.COLOURS))
    wall = scenes.plain(colour, blur(luma(source)[..., None], 0.12))
    target = scenes.over(wall, source, mask)
    said = phrases.background_colour(colour)
    return pair(source, target, said, f"background {colour}", rng, 1 - mask)


def background_scene(material: Material, size: Size, rng: Rng) -> Pair:
    source, mask, traced = _subject(material, size, rng)
    return replace(on_scene(material, source, mask, rng), traced=traced)


def on_scene(material: Material, source: Array, mask: Array, rng: Rng) -> Pair:
    """The subject under `mask` (H, W, 1) at another place; in a dark one it is darker, too."""
    name = pick(rng, list(scenes.SCENES))
    place = material.place(name, (source.shape[0], source.shape[1]), rng)
    light = _light(place)
    target = scenes.over(place, source if light is None else source * light, mask)
    starts = (
        "(change|set|switch|turn|replace) the background",
        "make the background",
        "(put|add) {scene}",
        "(replace|swap) the background",
        "use {scene}",
    )
    said = phrases.background_scene(name)
    said += from_grammar("scene", starts, {"scene": phrases.SCENES[name][0]}, rng)
    changed = 1 - mask if light is None else _everywhere(source)
    return pair(source, target, said, f"background {name}", rng, changed)


def _light(place: Array) -> Array | None:
    """What a dark place makes of the colours (3,) of what stands in it."""
    around = place.mean((0, 1))
    level = max(float(luma(around)), 0.03)
    if level > 0.3:
        return None
    return np.clip(0.62 + 0.7 * level, 0, 1) * np.clip(around / level, 0.6, 1.5) ** 0.22


def background_light(material: Material, size: Size, rng: Rng) -> Pair:
    source, mask, traced = _subject(material, size, rng)
    return replace(lit_behind(source, mask, rng), traced=traced)


def lit_behind(source: Array, mask: Array, rng: Rng) -> Pair:
    """The scene behind gets another light; the subject follows it half way, as it stands in that light."""
    name = "night" if rng.random() < 0.4 else pick(rng, list(phrases.BACKGROUND_LIGHT))
    target = scenes.over(effects.EFFECTS[name](source, rng), source, mask * 0.55)
    said = phrases.background_light(name)
    return pair(source, target, said, f"background {name}", rng, _everywhere(source))


RECIPES: dict[str, tuple[Recipe, float]] = {
    "light and weather": (light_and_weather, 0.18),
    "season and time": (season_and_time, 0.04),
    "style": (drawn_style, 0.14),
    "photo look": (photo_look, 0.05),
    "background colour": (background_colour, 0.10),
    "background scene": (background_scene, 0.08),
    "background light": (background_light, 0.05),
    "recolour": (objects.recolour, 0.09),
    "add": (objects.add, 0.06),
    "add beside": (objects.add_beside, 0.04),
    "remove": (objects.remove, 0.06),
    "replace": (objects.replace_thing, 0.05),
    "resize": (objects.resize, 0.04),
    "count": (objects.count, 0.03),
    "unchanged": (unchanged, 0.03),
    **AVATARS,
}
"""Each with its share of a set."""
