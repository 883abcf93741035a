"""Clauses about looks and frames: black and white, sepia, negative, vignette, automatic, border, corners."""

from __future__ import annotations

from engine.editing.exact.clause import Clause, Family
from engine.editing.exact.colour import BlackAndWhite, Sepia
from engine.editing.exact.frame import Border, RoundCorners, Vignette
from engine.editing.exact.operations import Operation
from engine.editing.exact.tone import AutoLevels, Invert


def build_black_and_white(clause: Clause) -> list[Operation] | None:
    if clause.has("bw") != clause.has("remove"):
        if clause.has("remove") and not clause.has("colours", "colour word"):
            return None
        return [BlackAndWhite()] if not (clause.has("bw") and clause.has("colours", "colour word")) else None
    return None


def build_sepia(clause: Clause) -> list[Operation] | None:
    return [Sepia()] if clause.count("sepia") == 1 else None


def build_invert(clause: Clause) -> list[Operation] | None:
    return [Invert()] if clause.count("invert") == 1 else None


def build_vignette(clause: Clause) -> list[Operation] | None:
    if clause.count("vignette") != 1 or clause.count("degree", "colour") > 1:
        return None
    amount = min(0.6 * (clause.one("degree") or 1.0), 1.0)
    return [Vignette(amount, clause.one("colour") or "black")]


def build_auto(clause: Clause) -> list[Operation] | None:
    if clause.has("auto") or (clause.has("fix", "raise") and clause.has("light", "tone", "whole")):
        if clause.has("tone") and any(
            each.quality != "exposure" or each.form != "noun" for each in clause.all("tone")
        ):
            return None
        if clause.has("fix") and not clause.has("light", "tone"):
            return None
        if clause.has("raise") and any(
            each.text != "enhance" for each in clause.symbols if each.kind == "raise"
        ):
            return None
        if clause.has("raise") and clause.has("light", "tone"):
            return None
        return [AutoLevels()]
    return None


def build_border(clause: Clause) -> list[Operation] | None:
    if (
        clause.count("border") != 1
        or clause.count("colour") > 1
        or clause.count("thickness", "px", "percent") > 1
    ):
        return None
    colour = clause.one("colour") or "white"
    if clause.has("px"):
        return [Border(colour, abs(clause.one("px")), pixels=True)]
    if clause.has("percent"):
        return [Border(colour, abs(clause.one("percent")))]
    return [Border(colour, clause.one("thickness") or 0.04)]


def build_corners(clause: Clause) -> list[Operation] | None:
    if (
        clause.count("round") != 1
        or clause.count("corners") != 1
        or clause.count("px", "percent", "degree") > 1
    ):
        return None
    if clause.has("px"):
        return [RoundCorners(abs(clause.one("px")), pixels=True)]
    share = abs(clause.one("percent")) if clause.has("percent") else 0.1 * (clause.one("degree") or 1.0)
    return [RoundCorners(min(share, 0.5))]


LOOKS = (
    Family(
        "black and white",
        frozenset({"make", "remove", "bw", "colours", "colour word", "effect", "all"}),
        build_black_and_white,
    ),
    Family("sepia", frozenset({"make", "add", "sepia", "effect"}), build_sepia),
    Family("invert", frozenset({"make", "invert", "colours", "effect"}), build_invert),
    Family("vignette", frozenset({"make", "add", "vignette", "degree", "colour", "effect"}), build_vignette),
    Family("auto", frozenset({"make", "auto", "fix", "raise", "light", "tone"}), build_auto),
    Family(
        "border",
        frozenset({"make", "add", "border", "colour", "thickness", "px", "percent", "around"}),
        build_border,
    ),
    Family(
        "corners",
        frozenset({"make", "add", "round", "corners", "px", "percent", "degree"}),
        build_corners,
    ),
)
