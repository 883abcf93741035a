"""Clauses about graded qualities: brightness, contrast, colour, sharpness, noise."""

from __future__ import annotations

import math
from collections.abc import Callable

from engine.editing.exact.clause import Clause, Family
from engine.editing.exact.colour import BlackAndWhite, Saturation, Temperature, Vibrance
from engine.editing.exact.detail import Blur, BlurPixels, Denoise, Sharpen
from engine.editing.exact.operations import Operation
from engine.editing.exact.tone import Contrast, Exposure, Highlights, Shadows
from engine.editing.exact.words import Tone

AMOUNTS = ("degree", "factor", "percent", "stops", "number", "px")


def build_tone(clause: Clause) -> list[Operation] | None:
    heads: list[Tone] = clause.all("tone")
    if not clause.joins_only("tone") or clause.count(*AMOUNTS) > 1:
        return None
    colours = clause.has("colours", "colour word")
    if not heads and colours and clause.has("raise", "lower"):
        heads = [Tone("saturation", 0, "noun")]
    heads = merge_regions(heads, clause)
    if colours:
        heads = [about_colours(each, clause) for each in heads]
    if not heads or len({each.form for each in heads}) > 1 or any(not each.quality for each in heads):
        return None
    if len(heads) > 1 and clause.count("and") < 1:
        return None
    operations = [build_one(head, clause) for head in heads]
    return [each for each in operations if each] if all(operations) else None


def merge_regions(heads: list[Tone], clause: Clause) -> list[Tone]:
    """ "brighten the shadows", "darker highlights": a direction and the tones it is meant for."""
    if len(heads) == 2 and not clause.has("and"):
        regions = [each for each in heads if each.quality in ("shadows", "highlights")]
        others = [each for each in heads if each.quality == "exposure" and each.sign]
        if len(regions) == len(others) == 1:
            return [Tone(regions[0].quality, others[0].sign, others[0].form)]
    return heads


def about_colours(head: Tone, clause: Clause) -> Tone:
    """What "the colours" may be: brighter colours are more vibrant ones; sharper colours mean nothing."""
    if head.quality == "exposure" and head.form in ("comparative", "verb") and clause.has("colours"):
        return Tone("vibrance", head.sign, head.form)
    if head.quality in ("saturation", "vibrance", "warmth"):
        return head
    return Tone("", 0, "")


def build_one(head: Tone, clause: Clause) -> Operation | None:
    sign = direction(head, clause)
    if sign is None:
        return None
    return SCALES[head.quality](sign, clause)


def direction(head: Tone, clause: Clause) -> int | None:
    """+1 or -1, or None where the words don't say which or contradict each other."""
    moves = [*clause.all("raise"), *clause.all("lower")]
    if head.form == "noun":
        if clause.has("too", "enough"):
            return None
        if clause.has("remove"):
            return -1 if head.quality == "noise" and not moves else None
        signs = set(moves) or set(clause.all("add")) or signs_of_amount(clause)
        return signs.pop() if len(signs) == 1 else None
    if clause.has("add", "remove"):
        return None
    if head.form == "adjective":
        flips = clause.count("lower") + clause.has("too")
        plain = head.quality in ("exposure", "saturation", "vibrance", "warmth", "contrast", "sharpness")
        if clause.has("enough"):
            return head.sign if not clause.has("too", "raise", "lower") else None
        said = flips or clause.has("raise", "factor") or (plain and clause.has("make", "whole", "colours"))
        if not said or flips > 1 or (flips and clause.has("raise")):
            return None
        return -head.sign if flips else head.sign
    if clause.has("too", "enough"):
        return None
    # "brighten it up", "cool it down", "more brighter": particles that change nothing.
    particles = {"up", "down", "more", "even more"}
    moved = [each for each in clause.symbols if each.kind in ("raise", "lower")]
    return head.sign if all(each.text in particles for each in moved) else None


def signs_of_amount(clause: Clause) -> set[int]:
    """ "contrast +20 %" carries its direction itself; so do "double the contrast" and "half the contrast"."""
    for each in clause.symbols:
        if each.kind in ("percent", "number", "stops") and each.text[0] in "+-−":
            return {-1 if each.value < 0 else 1}
        if each.kind == "factor":
            return {1}
    return set()


def ratio(sign: int, clause: Clause) -> float | None:
    """What the quality is multiplied by, where percent or a factor says so."""
    share, factor = clause.one("percent"), clause.one("factor")
    if share is not None:
        if clause.has("to"):
            return abs(share)
        return 1 + sign * abs(share)
    if factor is not None:
        return factor if sign > 0 or (factor < 1 and clause.has("lower")) else 1 / factor
    number = clause.one("number")
    return 1 + sign * abs(number) / 100 if number is not None else None


def degree_of(clause: Clause) -> float | None:
    """How much, in ordinary steps (1 when nothing is said); None when the amount is of another kind."""
    if clause.has(*(each for each in AMOUNTS if each != "degree")):
        return None
    return clause.one("degree") or 1.0


def exposure(sign: int, clause: Clause) -> Operation | None:
    stops, times, size = clause.one("stops"), ratio(sign, clause), degree_of(clause)
    if stops is not None:
        value = sign * abs(stops)
    elif times is not None and times > 0:
        value = math.log2(times)
    elif size is not None:
        value = sign * 0.6 * size
    else:
        return None
    return Exposure(value) if 0 < abs(value) <= 5 else None


def multiplied(
    make: Callable[[float], Operation], up: float, down: float
) -> Callable[[int, Clause], Operation | None]:
    """A quality that is a factor: percent and "twice" are exact, a degree is a step of `up` or `down`."""

    def build(sign: int, clause: Clause) -> Operation | None:
        times, size = ratio(sign, clause), degree_of(clause)
        if times is None and size is not None:
            times = 1 + up * size if sign > 0 else max(0.0, 1 - down * size)
        return make(times) if times is not None and 0 <= times <= 10 else None

    return build


def shifted(
    make: Callable[[float], Operation], step: float, most: float
) -> Callable[[int, Clause], Operation | None]:
    """A quality that is an amount round zero."""

    def build(sign: int, clause: Clause) -> Operation | None:
        share, size = clause.one("percent"), degree_of(clause)
        if share is not None and not clause.has("to"):
            return make(sign * min(abs(share), most))
        return make(sign * min(step * size, most)) if size is not None else None

    return build


def saturation(factor: float) -> Operation:
    return Saturation(factor) if factor else BlackAndWhite()


def sharpness(sign: int, clause: Clause) -> Operation | None:
    share, size, radius = clause.one("percent"), degree_of(clause), clause.one("px")
    if sign < 0:
        if radius is not None:
            return BlurPixels(abs(radius)) if radius else None
        return Blur(0.006 * size) if size is not None else None
    if share is not None:
        return Sharpen(min(abs(share), 5.0))
    return Sharpen(0.8 * size) if size is not None else None


def noise(sign: int, clause: Clause) -> Operation | None:
    size = degree_of(clause)
    return Denoise(0.05 * size) if sign < 0 and size is not None else None


SCALES: dict[str, Callable[[int, Clause], Operation | None]] = {
    "exposure": exposure,
    "contrast": multiplied(Contrast, 0.3, 0.25),
    "saturation": multiplied(saturation, 0.4, 0.4),
    "vibrance": shifted(Vibrance, 0.4, 1.0),
    "warmth": shifted(lambda amount: Temperature(warmth=amount), 0.4, 1.5),
    "tint": shifted(lambda amount: Temperature(tint=amount), 0.4, 1.5),
    "shadows": shifted(Shadows, 0.5, 1.0),
    "highlights": shifted(Highlights, 0.5, 1.0),
    "sharpness": sharpness,
    "noise": noise,
}

TONE = Family(
    "tone",
    frozenset(
        [
            "make",
            "add",
            "remove",
            "raise",
            "lower",
            "too",
            "enough",
            "colours",
            "degree",
            "factor",
            "percent",
            "stops",
            "number",
            "px",
            "tone",
            "and",
            "to",
        ]
    )
    | {"colour word"},
    build_tone,
)
