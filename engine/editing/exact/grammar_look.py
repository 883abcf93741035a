"""Clauses about looks and frames: black and white, sepia, negative, vignette, automatic, border, corners."""

from __future__ import annotations

from engine.editing.exact.clause import Clause, Family
from engine.editing.exact.colour import AutoBalance, BlackAndWhite, Sepia
from engine.editing.exact.frame import Border, RoundCorners, Vignette
from engine.editing.exact.operations import Operation
from engine.editing.exact.tone import AutoLevels, Invert


def build_black_and_white(clause: Clause) -> list[Operation] | None:
    """Like "make it black and white", "make the picture grey", "remove the colours"."""
    # "it" may be a thing in the picture that is to be painted grey.
    if clause.count("grey") == 1 and not clause.has("bw", "remove", "and"):
        whole = "noun" in clause.all("whole") or clause.says("everything", "the whole thing")
        return [BlackAndWhite()] if clause.has("make", "turn") and whole else None
    without_colour = clause.count("remove") == 1 and clause.has("colours", "colour word")
    if clause.has("bw") == without_colour or (clause.has("bw") and clause.has("remove")):
        return None
    return [BlackAndWhite()] if clause.count("and") == 0 else None


def build_sepia(clause: Clause) -> list[Operation] | None:
    return [Sepia()] if clause.count("sepia") == 1 else None


def build_invert(clause: Clause) -> list[Operation] | None:
    return [Invert()] if clause.count("invert") == 1 else None


def build_vignette(clause: Clause) -> list[Operation] | None:
    colour = clause.one("colour") or "black"
    if (
        not (clause.has("vignette") or dark_corners(clause))
        or clause.count("degree") > 1
        or colour not in ("black", "white")
    ):
        return None
    return [Vignette(min(0.6 * (clause.one("degree") or 1.0), 1.0), white=colour == "white")]


def dark_corners(clause: Clause) -> bool:
    """Like "make the corners a bit darker", "darken all edges"."""
    tone = clause.one("tone")
    if (
        tone is None
        or (tone.quality, tone.sign) != ("exposure", -1)
        or tone.form not in ("verb", "comparative")
    ):
        return False
    return clause.count("corners", "all sides") == 1 and not clause.says("sides", "borders")


def build_auto(clause: Clause) -> list[Operation] | None:
    """Like "enhance it", "auto levels", "fix the exposure", "make it look better"."""
    tones = clause.all("tone")
    if any(each.form != "noun" or each.quality not in ("exposure", "contrast") for each in tones):
        return None
    if not clause.joins_only("tone") or len(tones) - 1 not in (clause.count("and"), -1):
        return None
    named = bool(tones) or clause.has("light")
    if clause.has("fix"):
        return [AutoLevels()] if named or clause.says("tones", "tone", "levels") else None
    if "any" in clause.all("auto"):
        # "improve the contrast" is a wish for more of it.
        wanted = clause.says("improve") and any(each.quality == "contrast" for each in tones)
        return [AutoLevels()] if not wanted else None
    return [AutoLevels()] if not named and clause.has("auto", "better") else None


def build_balance(clause: Clause) -> list[Operation] | None:
    """Like "fix the white balance", "get rid of the colour cast", "make the colours neutral"."""
    qualities = [each.quality for each in clause.all("tone")]
    if qualities not in ([], ["balance"]) or clause.count("cast") > 1:
        return None
    known = bool(qualities) or clause.has("colours", "colour word", "cast")
    wanted = clause.has("neutral") or (clause.has("remove") and clause.has("cast"))
    return [AutoBalance()] if wanted or (known and clause.has("fix", "auto")) else None


def build_border(clause: Clause) -> list[Operation] | None:
    if clause.count("border") != 1 or clause.count("colour") > 1 or clause.count("px", "percent") > 1:
        return None
    colour = clause.one("colour") or "white"
    if clause.has("px"):
        return [Border(colour, abs(clause.one("px")), pixels=True)] if clause.one("px") else None
    if clause.has("percent"):
        return [Border(colour, min(abs(clause.one("percent")), 1.0))]
    return [Border(colour, {"thin": 0.015, "thick": 0.08}.get(clause.one("thickness"), 0.04))]


def build_corners(clause: Clause) -> list[Operation] | None:
    if (
        clause.count("round") != 1
        or clause.count("corners") != 1
        or clause.count("px", "number", "percent", "degree") > 1
    ):
        return None
    if clause.has("px", "number"):
        radius = abs(clause.one("px") if clause.has("px") else clause.one("number"))
        return [RoundCorners(radius, pixels=True)] if radius else None
    share = abs(clause.one("percent")) if clause.has("percent") else 0.1 * (clause.one("degree") or 1.0)
    return [RoundCorners(min(share, 0.5))]


LOOKS = (
    Family(
        "black and white",
        frozenset({"make", "turn", "remove", "bw", "grey", "colours", "colour word", "effect"}),
        build_black_and_white,
    ),
    Family("sepia", frozenset({"make", "add", "sepia", "aged", "effect"}), build_sepia),
    Family("invert", frozenset({"make", "invert", "colours", "effect"}), build_invert),
    Family(
        "vignette",
        frozenset(
            {
                "make",
                "add",
                "vignette",
                "degree",
                "colour",
                "effect",
                "around",
                "all sides",
                "corners",
                "tone",
            }
        ),
        build_vignette,
    ),
    Family(
        "auto", frozenset({"make", "auto", "better", "fix", "light", "tone", "and", "effect"}), build_auto
    ),
    Family(
        "balance",
        frozenset(
            {"make", "auto", "fix", "remove", "cast", "neutral", "tone", "colours", "colour word", "effect"}
        ),
        build_balance,
    ),
    Family(
        "border",
        frozenset({"make", "add", "border", "colour", "thickness", "px", "percent", "around"}),
        build_border,
    ),
    Family(
        "corners",
        frozenset({"make", "add", "round", "corners", "px", "number", "percent", "degree"}),
        build_corners,
    ),
)
