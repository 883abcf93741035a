"""Clauses about the picture's shape: crop, trim, rotate, straighten, flip, resize."""

from __future__ import annotations

from engine.editing.exact.clause import Clause, Family
from engine.editing.exact.geometry import (
    OPPOSITE,
    SIDES,
    CropPixels,
    CropRatio,
    Fit,
    Flip,
    Rotate,
    Scale,
    Trim,
)
from engine.editing.exact.operations import Operation
from engine.editing.exact.straighten import Straighten

RATIOS = {(16, 9), (9, 16), (4, 3), (3, 4), (3, 2), (2, 3), (1, 1), (4, 5), (5, 4), (21, 9), (2, 1)}


def build_crop(clause: Clause) -> list[Operation] | None:
    """Like "crop it to a square", "make it 16:9", "crop to the centre", "crop it a bit tighter"."""
    # "Zoom in on the middle" is no more than "zoom in".
    if clause.has("widescreen") and clause.one("ratio") == (16.0, 9.0):
        return [CropRatio(16, 9)]
    shapes = clause.count("square", "widescreen", "ratio", "size", "tighter")
    if shapes + (clause.has("centre") and not clause.has("tighter", "size")) > 1:
        return None
    cropped, ratio, pixels = clause.has("crop"), clause.one("ratio"), clause.one("size")
    if clause.count("degree", "percent") and not clause.has("tighter"):
        return None
    named = clause.says("square format", "square shape")
    if clause.has("square") and (cropped or named or clause.has("make", "aspect", "whole")):
        return [CropRatio(1, 1)]
    if clause.has("widescreen") and (cropped or clause.has("make")):
        return [CropRatio(16, 9)]
    alone = len(clause.symbols) == 1 and ratio in RATIOS  # "10:30" is a time
    if ratio and min(ratio) > 0 and (cropped or alone or clause.has("make", "aspect")):
        return [CropRatio(*ratio)]
    if pixels and cropped:
        return [CropPixels(round(pixels[0]), round(pixels[1]))]
    if clause.has("tighter") and clause.count("degree", "percent", "make", "effect") <= 1:
        share = clause.one("percent")
        return [Trim(SIDES, abs(share) / 2 if share else 0.1 * (clause.one("degree") or 1.0))]
    return [Trim(SIDES, 0.25)] if clause.has("centre") and cropped else None


def build_trim(clause: Clause) -> list[Operation] | None:
    """Like "cut off the left third", "trim 10 % off the top and bottom", "keep the left half"."""
    every = clause.has("all sides")
    sides = SIDES if every else tuple(each for each in SIDES if each in clause.all("side"))
    if not sides or (every and clause.has("side")) or not clause.joins_only("side"):
        return None
    amounts = clause.count("fraction", "percent", "px", "degree")
    if amounts > 1 or not clause.has("cut", "crop", "keep"):
        return None
    if clause.has("keep"):
        return keep(sides, clause)
    # "crop the left third" may mean either part; "crop 10 % from the left" only one.
    if clause.has("crop") and not clause.has("off", "cut", "percent", "px", "degree"):
        return None
    if clause.has("px"):
        return [Trim(sides, abs(clause.one("px")), pixels=True)]
    if clause.has("fraction", "percent"):
        return [Trim(sides, share_of(clause))]
    # "remove the top" may mean a garment.
    graded = clause.has("degree") or every
    return (
        [Trim(sides, 0.1 * (clause.one("degree") or 1.0))] if graded and not clause.says("remove") else None
    )


def keep(sides: tuple[str, ...], clause: Clause) -> list[Operation] | None:
    if len(sides) != 1 or not clause.has("fraction", "percent") or clause.has("off", "cut"):
        return None
    rest = round(1 - share_of(clause), 9)
    return [Trim((OPPOSITE[sides[0]],), rest)] if 0 < rest < 1 else None


def share_of(clause: Clause) -> float:
    return clause.one("fraction") if clause.has("fraction") else abs(clause.one("percent"))


def build_rotate(clause: Clause) -> list[Operation] | None:
    """Like "rotate it 90° to the left", "turn it upside down", "straighten by 2°", "it is crooked"."""
    ways = [*clause.all("direction"), *({"left": -1, "right": 1}.get(each, 0) for each in clause.all("side"))]
    quarter = clause.has("quarter turn") and clause.one("degrees") == 90
    amounts = clause.count("degrees", "number", "upside down", "degree", "quarter turn") - quarter
    verbs = clause.count("rotate", "turn") + clause.has("straighten")
    if clause.has("leans"):
        return [Straighten()] if not ways and not clause.has("rotate", "turn", "make") else None
    verbs = verbs or clause.count("quarter turn")
    if amounts > 1 or len(ways) > 1 or 0 in ways or verbs > 1:
        return None
    if clause.has("upside down"):
        return [Rotate(180)] if clause.has("rotate", "turn", "make", "whole") and not ways else None
    if not verbs or (clause.has("turn") and not (ways or clause.has("degrees", "quarter turn"))):
        return None
    if clause.has("straighten") and not clause.has("degrees", "number"):
        return [Straighten()] if not ways else None
    if clause.has("degree") or (clause.says("tilt") and not amounts):
        degrees = 5.0 * (clause.one("degree") or 1.0)
    else:
        degrees = next(iter([*clause.all("degrees"), *clause.all("number")]), 90.0)
    degrees *= ways[0] if ways else 1
    return [Rotate(degrees)] if degrees % 360 else None


def build_flip(clause: Clause) -> list[Operation] | None:
    axes = clause.all("axis")
    if clause.has("article") and not clause.says("mirror image"):
        return None
    if clause.count("flip") != 1 or not clause.joins_only("axis") or len(axes) != len(set(axes)):
        return None
    return [Flip(axis) for axis in axes or ["horizontal"]]


def build_resize(clause: Clause) -> list[Operation] | None:
    """Like "resize it to 800 px wide", "half the size", "make it 50 % smaller", "twice as big"."""
    amounts = clause.count("percent", "factor", "size", "px", "number")
    if amounts > 1 or clause.count("grow", "bigger") > 1 or clause.count("wide", "high") > 1:
        return None
    size, length = clause.one("size"), clause.one("px") or clause.one("number")
    asked = clause.has("resize", "grow")
    if size and (asked or clause.has("make")) and min(size) >= 1:
        return [Fit(round(size[0]), round(size[1]))]
    exact = clause.has("px") and clause.has("wide", "high")
    if length and (asked or clause.has("wide", "high")) and (exact or not clause.has("bigger")):
        if length < 1 or (clause.has("number") and not clause.has("wide", "high")):
            return None
        return [Fit(None, round(length)) if clause.has("high") else Fit(round(length), None)]
    factor = scale_factor(clause) if not clause.has("wide", "high") else None
    return [Scale(factor)] if factor else None


def scale_factor(clause: Clause) -> float | None:
    way = sum([*clause.all("grow"), *clause.all("bigger"), *clause.all("way")])
    share, factor = clause.one("percent"), clause.one("factor")
    if not clause.has("resize", "grow", "bigger"):
        return None
    if share:
        value = 1 + way * abs(share) if way and not clause.sets("percent") else abs(share)
        return value if value > 0 else None
    if factor:
        return 1 / factor if way < 0 and factor > 1 else factor
    # "make it bigger" may speak of a thing in the picture; "make the picture bigger" does not.
    if clause.has("grow", "way") or (clause.has("bigger") and "noun" in clause.all("whole")):
        return {1: 2.0, -1: 0.5}.get(way) if not clause.has("degree") else None
    return None


SHAPES = (
    Family(
        "crop",
        frozenset(
            {"crop", "make", "square", "widescreen", "ratio", "size", "centre", "tighter", "aspect"}
            | {"degree", "percent", "to"}
        ),
        build_crop,
    ),
    Family(
        "trim",
        frozenset(
            {"cut", "crop", "keep", "off", "side", "all sides", "and"}
            | {"fraction", "percent", "px", "degree"}
        ),
        build_trim,
    ),
    Family(
        "rotate",
        frozenset(
            {
                "rotate",
                "straighten",
                "leans",
                "turn",
                "make",
                "direction",
                "side",
                "upside down",
                "quarter turn",
                "around",
            }
            | {"degrees", "number", "degree"}
        ),
        build_rotate,
    ),
    Family("flip", frozenset({"flip", "make", "axis", "and", "article"}), build_flip),
    Family(
        "resize",
        frozenset(
            {"resize", "grow", "bigger", "way", "make", "wide", "high", "to"}
            | {"size", "percent", "factor", "px", "number", "degree"}
        ),
        build_resize,
    ),
)
