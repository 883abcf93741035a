"""Clauses about the picture's shape: crop, trim, rotate, flip, resize."""

from __future__ import annotations

from engine.editing.exact.clause import Clause, Family
from engine.editing.exact.geometry import SIDES, CropPixels, CropRatio, Fit, Flip, Rotate, Scale, Trim
from engine.editing.exact.operations import Operation


def build_crop(clause: Clause) -> list[Operation] | None:
    """ "crop it to a square", "make it 16:9", "crop to the centre"."""
    if clause.count("square", "widescreen", "ratio", "size", "centre") == 0 or not clause.has("crop", "make"):
        return None
    shape, pixels = clause.one("ratio"), clause.one("size")
    if clause.has("square"):
        shape = (1.0, 1.0)
    elif clause.has("widescreen"):
        shape = (16.0, 9.0)
    if pixels is not None and clause.has("crop") and shape is None:
        return [CropPixels(round(pixels[0]), round(pixels[1]))]
    if shape is not None and min(shape) > 0 and pixels is None:
        return [CropRatio(*shape)]
    if clause.has("centre") and clause.has("crop") and pixels is None:
        return [Trim(SIDES, 0.25)]
    return None


def build_trim(clause: Clause) -> list[Operation] | None:
    """ "cut off the left third", "trim 10 % off the top and bottom", "crop 20 px from each side"."""
    sides = SIDES if clause.has("all sides") else tuple(each for each in SIDES if each in clause.all("side"))
    if not sides or not clause.joins_only("side") or clause.count("fraction", "percent", "px") != 1:
        return None
    if not clause.has("cut", "off") and not (
        clause.has("remove") or (clause.has("crop") and clause.has("off"))
    ):
        if not clause.has("crop") or not clause.has("percent", "px"):
            return None
    if clause.has("px"):
        return [Trim(sides, abs(clause.one("px")), pixels=True)]
    share = clause.one("fraction") if clause.has("fraction") else abs(clause.one("percent"))
    return [Trim(sides, share)]


def build_rotate(clause: Clause) -> list[Operation] | None:
    turns = clause.count("degrees", "number", "upside down")
    directions = [
        *clause.all("direction"),
        *({"left": -1, "right": 1}.get(each, 0) for each in clause.all("side")),
    ]
    if turns > 1 or len(directions) > 1 or 0 in directions:
        return None
    if not clause.has("rotate") and not (
        clause.has("make") and (turns or directions) and not clause.has("number")
    ):
        return None
    if clause.has("upside down"):
        return [Rotate(180)] if not directions else None
    angle = next(iter([*clause.all("degrees"), *clause.all("number")]), 90.0)
    if not turns and any(
        each.text in ("straighten", "straightened", "level", "tilt") for each in clause.symbols
    ):
        return None
    angle *= directions[0] if directions else 1
    return [Rotate(angle)] if angle % 360 else None


def build_flip(clause: Clause) -> list[Operation] | None:
    axes = clause.all("axis")
    if not clause.has("flip") or not clause.joins_only("axis") or len(axes) != len(set(axes)):
        return None
    if clause.has("upside down"):
        return [Flip("vertical")] if not axes else None
    return [Flip(axis) for axis in axes or ["horizontal"]]


def build_resize(clause: Clause) -> list[Operation] | None:
    if clause.count("percent", "factor", "size", "px", "number") > 1:
        return None
    if not clause.has("resize", "enlarge", "size", "dimension"):
        return None
    ways = set(clause.all("enlarge"))
    if len(ways) > 1:
        return None
    way = ways.pop() if ways else 0
    size, length = clause.one("size"), clause.one("px") or clause.one("number")
    if size is not None:
        return [Fit(round(size[0]), round(size[1]))]
    if length is not None:
        if length < 1 or clause.count("wide", "high") > 1:
            return None
        return [Fit(None, round(length)) if clause.has("high") else Fit(round(length), None)]
    factor = scale_factor(clause, way)
    return [Scale(factor)] if factor is not None and factor > 0 else None


def scale_factor(clause: Clause, way: int) -> float | None:
    share, factor = clause.one("percent"), clause.one("factor")
    if share is not None:
        return 1 + way * abs(share) if way and not clause.has("to") else abs(share)
    if factor is not None:
        return 1 / factor if way < 0 and factor > 1 else factor
    named = "noun" in clause.all("whole") or any(each.text in VERBS for each in clause.symbols)
    return {1: 2.0, -1: 0.5}.get(way) if named and not clause.has("degree") else None


VERBS = ("enlarge", "upscale", "scale up", "shrink", "downscale", "scale down", "downsize")

SHAPES = (
    Family(
        "crop",
        frozenset(["make", "crop", "square", "widescreen", "ratio", "size", "centre", "aspect", "to"]),
        build_crop,
    ),
    Family(
        "trim",
        frozenset(["cut", "crop", "off", "remove", "side", "fraction", "percent", "px", "and"])
        | {"all sides"},
        build_trim,
    ),
    Family(
        "rotate",
        frozenset(["make", "rotate", "degrees", "number", "direction", "side", "around"]) | {"upside down"},
        build_rotate,
    ),
    Family("flip", frozenset(["make", "flip", "axis", "and"]) | {"upside down"}, build_flip),
    Family(
        "resize",
        frozenset(
            [
                "make",
                "resize",
                "enlarge",
                "size",
                "percent",
                "factor",
                "px",
                "number",
                "wide",
                "high",
                "to",
                "dimension",
            ]
        ),
        build_resize,
    ),
)
