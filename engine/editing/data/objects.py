"""Recipes with drawn things on painted and photographed scenes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.editing.data import object_phrases as phrases
from engine.editing.data.cutouts import catalogue
from engine.editing.data.material import Material, Size, pick, view
from engine.editing.data.pair import Pair, pair
from engine.editing.data.scenes import COLOURS, over
from engine.editing.data.splits import Array
from engine.editing.data.staging import (
    NEAR,
    SHARES,
    Actor,
    Stage,
    coloured,
    draw_sky,
    draw_stage,
    painted,
    somewhere,
    staged,
)
from engine.editing.data.wordings import from_grammar

Rng = np.random.Generator

PAINTS = tuple(colour for colour in COLOURS if colour != "light blue")
PAINTABLE = ("balloon", "car", "rose", "hat", "umbrella", "book", "cup", "bus", "flower", "house", "bird")
"""Things that come in any colour."""
FLYING = frozenset(name for name, (where, _) in catalogue().items() if where == "sky")


def _grounded(name: str) -> bool:
    return name not in FLYING


def _others(stage: Stage, material: Material, rng: Rng, taken: Actor) -> list[Actor]:
    """Now and then another thing stands there, too, so that the words have to say which is meant."""
    if rng.random() < 0.6:
        return []
    other = material.cutouts.draw(rng, lambda name: name != taken.cutout.name and _grounded(name))
    if other.name == taken.cutout.name or stage.horizon is None:
        return []
    column = 0.2 if taken.column > 0.5 else 0.8
    return [replace(somewhere(stage, other, rng, column), scale=0.75)]


def _scene(
    material: Material, size: Size, rng: Rng, *, flying: float = 0.2
) -> tuple[Stage, Actor, list[Actor]]:
    """A stage, a thing on it, and what else is there."""
    flies = rng.random() < flying
    if not flies and rng.random() < 0.25:
        cutout = material.photographed(rng)
    else:
        cutout = material.cutouts.draw(rng, lambda name: _grounded(name) != flies)
    flies = cutout.where == "sky"
    stage = draw_sky(material, size, rng, cutout) if flies else draw_stage(material, size, rng)
    actor = somewhere(stage, cutout, rng)
    return stage, actor, _others(stage, material, rng, actor)


def add(material: Material, size: Size, rng: Rng) -> Pair:
    stage, actor, others = _scene(material, size, rng, flying=0.3)
    cutout, name = actor.cutout, actor.cutout.name
    if name in PAINTABLE and rng.random() < 0.5:
        colour = pick(rng, [c for c in PAINTS if c not in ("white", "grey", "black")])
        cutout, name = painted(cutout, colour), f"{colour} {name}"
    where = "sky" if actor.flies else pick(rng, ("left", "right", "centre"))
    columns = {"left": 0.24, "right": 0.76, "centre": 0.5, "sky": actor.column}
    actor = replace(actor, cutout=cutout, column=columns[where] + rng.uniform(-0.04, 0.04))
    others = [] if where == "centre" else [replace(o, column=1 - columns[where]) for o in others]
    said = phrases.add(name, where)
    thing = {"a": phrases.article(name)}
    said += from_grammar("scene", ("add {a} (in|to) the sky",), thing, rng) if actor.flies else []
    said += [f"add {phrases.article(name)}"]
    return pair(staged(stage, others), staged(stage, [*others, actor]), said, f"add {actor.cutout.name}", rng)


def add_beside(material: Material, size: Size, rng: Rng) -> Pair:
    """Something new in a place that another thing gives: behind it, in front of it, to its left or right."""
    stage = draw_stage(material, size, rng)
    there = material.cutouts.draw(rng, lambda name: _grounded(name) and catalogue()[name][0] != "small")
    new = material.cutouts.draw(rng, lambda name: _grounded(name) and name != there.name)
    relation = pick(rng, ("behind", "behind", "in front of", "to the left of", "to the right of"))
    horizon = stage.horizon or 0.6
    middle = (horizon + NEAR) / 2
    if relation.startswith("to the"):
        column = 0.3 if relation == "to the right of" else 0.7
        old = Actor(there, middle + 0.06, column, 0.85)
        actor = Actor(new, middle + 0.06, 1 - column, 0.85)
    else:
        old = Actor(there, middle + 0.04, float(rng.uniform(0.42, 0.58)))
        aside = float(rng.choice([-1, 1]) * rng.uniform(0.38, 0.5) * SHARES[there.where])
        if relation == "behind":
            actor = Actor(new, max(horizon + 0.02, middle - 0.06), old.column + aside, 1.15)
        else:
            actor = Actor(new, NEAR + 0.02, old.column + aside, 0.7)
    said = phrases.add_beside(new.name, relation, there.name)
    source, target = staged(stage, [old]), staged(stage, [old, actor])
    return pair(source, target, said, f"add {new.name}", rng)


def remove(material: Material, size: Size, rng: Rng) -> Pair:
    stage, actor, others = _scene(material, size, rng)
    name = actor.cutout.name
    starts = ("(remove|delete", "take {the} (")
    said = phrases.remove(name) + from_grammar("object", starts, {"the": f"the {name}"}, rng)
    return pair(staged(stage, [*others, actor]), staged(stage, others), said, f"remove {name}", rng)


def replace_thing(material: Material, size: Size, rng: Rng) -> Pair:
    stage, actor, others = _scene(material, size, rng)
    old = actor.cutout
    new = material.cutouts.draw(
        rng,
        lambda name: (
            (name != old.name and _grounded(name) == (not actor.flies))
            and all(name != other.cutout.name for other in others)
        ),
    )
    starts = ("(replace|swap|exchange|", "(turn|change|transform|", "(turn|change) {the}")
    slots = {"the": f"the {old.name}", "a": phrases.article(new.name)}
    said = phrases.replace(old.name, new.name) + from_grammar("object", starts, slots, rng)
    target = staged(stage, [*others, replace(actor, cutout=new)])
    return pair(staged(stage, [*others, actor]), target, said, f"replace with {new.name}", rng)


def recolour(material: Material, size: Size, rng: Rng) -> Pair:
    """A thing on a stage, or what a photo shows, in another colour."""
    if rng.random() < 0.4:
        stage, actor, others = _scene(material, size, rng)
        name, rgba = actor.cutout.name, actor.cutout.rgba
        colour = _another(rgba[..., :3], rgba[..., 3], rng)
        source = staged(stage, [*others, actor])
        target = staged(stage, [*others, replace(actor, cutout=painted(actor.cutout, colour))])
        return pair(source, target, _recolouring(name, colour, rng), f"recolour {colour}", rng)
    source, mask, thing = named_thing(material, size, rng)
    return replace(recoloured(source, mask, thing, _another(source, mask[..., 0], rng), rng), traced=True)


def named_thing(material: Material, size: Size, rng: Rng) -> tuple[Array, Array, str]:
    """A photo of one thing, the thing's mask (H, W, 1) and what people call it."""
    photo = material.photos.draw(rng, "close-ups", clear=True)
    seen = view(np.dstack([photo.pixels, material.photos.subject(photo)]), size, rng, (0.85, 1.0))
    if rng.random() < 0.35:  # there is one thing: whatever it is called, it is meant
        return seen[..., :3], seen[..., 3:], pick(rng, phrases.THINGS)
    flower = photo.name.startswith("flower-") and rng.random() < 0.5
    return seen[..., :3], seen[..., 3:], "flower" if flower else photo.label


def recoloured(source: Array, mask: Array, thing: str, colour: str, rng: Rng) -> Pair:
    target = over(source, coloured(source, colour, mask[..., 0] > 0.5), mask)
    return pair(source, target, _recolouring(thing, colour, rng), f"recolour {colour}", rng, mask)


def _another(pixels: Array, mask: Array, rng: Rng) -> str:
    """A colour that the masked pixels do not have yet."""
    mean = pixels[mask > 0.5].mean(0) if (mask > 0.5).any() else pixels.mean((0, 1))
    return pick(rng, [name for name in PAINTS if np.abs(mean - COLOURS[name]).sum() > 0.45])


def _recolouring(thing: str, colour: str, rng: Rng) -> list[str]:
    slots = {"the": f"the {thing}", "colour": colour}
    starts = ("make {the} {colour}", "(turn|paint|colour|", "(change|set|switch) the (colour")
    return phrases.recolour(thing, colour) + from_grammar("look", starts, slots, rng)


def resize(material: Material, size: Size, rng: Rng) -> Pair:
    """A thing grows or shrinks where it stands."""
    stage, actor, others = _scene(material, size, rng, flying=0.15)
    factor = pick(rng, phrases.FACTORS)
    scale = float(rng.uniform(0.6, 0.8) if factor > 1 else rng.uniform(1.0, 1.3))
    actor = replace(actor, scale=scale, column=float(np.clip(actor.column, 0.35, 0.65)))
    others = [replace(other, scale=0.6, column=0.12 if other.column < 0.5 else 0.88) for other in others]
    source = staged(stage, [*others, actor])
    target = staged(stage, [*others, replace(actor, scale=scale * factor)])
    skill = "make bigger" if factor > 1 else "make smaller"
    return pair(source, target, phrases.resize(actor.cutout.name, factor), skill, rng)


def count(material: Material, size: Size, rng: Rng) -> Pair:
    """More or fewer of a thing; those that stay do not move."""
    cutout = material.cutouts.draw(rng, lambda name: catalogue()[name][0] in ("small", "medium"))
    stage = draw_stage(material, size, rng)
    most = int(rng.integers(2, 6))
    few = int(rng.integers(1, most))
    row, share = float(rng.uniform(0.86, 0.94)), 1 / most
    scale = min(1.0, 1.15 * share / SHARES[cutout.where])
    line = [
        Actor(cutout, row + float(rng.uniform(-0.02, 0.02)), (number + 0.5) * share, scale)
        for number in range(most)
    ]
    before, after = (few, most) if rng.random() < 0.6 else (most, few)
    said = phrases.count(cutout.name, before, after)
    source, target = staged(stage, line[:before]), staged(stage, line[:after])
    return pair(source, target, said, f"make it {phrases.NUMBERS[after]}", rng)
