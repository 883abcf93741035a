"""How much: from "a bit", "20 %", "twice" or "+1 stop" to an operation with a number."""

from __future__ import annotations

import math
from collections.abc import Callable

from engine.editing.exact.clause import Clause
from engine.editing.exact.colour import BlackAndWhite, Saturation, Temperature, Vibrance
from engine.editing.exact.detail import Blur, BlurPixels, Denoise, Sharpen
from engine.editing.exact.operations import Operation
from engine.editing.exact.tone import Contrast, Exposure, Highlights, Shadows

Scale = Callable[[int, Clause], Operation | None]
"""From a direction (+1 or -1) and the words of the amount to the operation; None where they don't fit."""

EXACT = ("factor", "percent", "stops", "number", "px")
MOST_STOPS = 5.0
MOST_TIMES = 10.0


def signs_of_amount(clause: Clause) -> set[int]:
    """Like "contrast +20 %", "double the contrast", "contrast to 80 %": the amount says which way it goes."""
    for each in clause.symbols:
        if each.kind in ("percent", "number", "stops") and each.text[0] in "+-−":
            return {-1 if each.value < 0 else 1}
    return {1} if clause.has("factor") or clause.sets("percent") else set()


def degree_of(clause: Clause) -> float | None:
    """How many ordinary steps (1 where nothing is said); None when the amount is of another kind."""
    return None if clause.has(*EXACT) else max(clause.all("degree"), default=1.0)


def ratio(sign: int, clause: Clause) -> float | None:
    """What the quality is multiplied by, where percent or a factor says so."""
    share, factor, number = clause.one("percent"), clause.one("factor"), clause.one("number")
    if share is not None:
        return abs(share) if clause.sets("percent") else 1 + sign * abs(share)
    if factor is not None:
        reduced_by_half = factor < 1 and clause.has("lower")
        return factor if sign > 0 or reduced_by_half else 1 / factor
    return 1 + sign * abs(number) / 100 if number is not None else None


def build_stops(clause: Clause) -> list[Operation] | None:
    """Like "+1 stop", "up two stops": exposure without its name."""
    signs = {*clause.all("raise"), *clause.all("lower")} or signs_of_amount(clause)
    stops = clause.one("stops")
    if (
        not stops
        or len(signs) != 1
        or abs(stops) > MOST_STOPS
        or clause.has("remove", "too", "enough", "colours")
    ):
        return None
    return [Exposure(signs.pop() * abs(stops))]


def exposure(sign: int, clause: Clause) -> Operation | None:
    stops, times, size = clause.one("stops"), ratio(sign, clause), degree_of(clause)
    if size is not None:
        stops = 0.6 * size
    elif times is not None and times > 0:
        return Exposure(math.log2(times)) if times != 1 and abs(math.log2(times)) <= MOST_STOPS else None
    return Exposure(sign * abs(stops)) if stops and abs(stops) <= MOST_STOPS else None


def multiplied(make: Callable[[float], Operation], up: float, down: float) -> Scale:
    """A quality that is a factor: percent and "twice" are exact, an ordinary step is `up` or `down`."""

    def build(sign: int, clause: Clause) -> Operation | None:
        times, size = ratio(sign, clause), degree_of(clause)
        if size is not None:
            times = 1 + up * size if sign > 0 else max(0.0, 1 - down * size)
        return make(times) if times is not None and 0 <= times <= MOST_TIMES and times != 1 else None

    return build


def shifted(make: Callable[[float], Operation], step: float, most: float) -> Scale:
    """A quality that is an amount round zero, where an ordinary step is `step`."""

    def build(sign: int, clause: Clause) -> Operation | None:
        share, size = slider_share(clause), degree_of(clause)
        if size is not None:
            share = step * size
        return make(sign * min(abs(share), most)) if share and not clause.sets("percent") else None

    return build


scale_saturation = multiplied(lambda factor: Saturation(factor) if factor else BlackAndWhite(), 0.4, 0.4)


def saturation(sign: int, clause: Clause) -> Operation | None:
    if sign < 0 and clause.says("completely", "entirely", "fully"):
        return BlackAndWhite()
    return scale_saturation(sign, clause)


def slider_share(clause: Clause) -> float | None:
    """Like "by 30 %", and "shadows +30", as the sliders of photo programs count."""
    number = clause.one("number")
    return clause.one("percent") if number is None else number / 100


def sharpness(sign: int, clause: Clause) -> Operation | None:
    share, size = slider_share(clause), degree_of(clause)
    if sign < 0:
        return blur(1, clause)
    if size is not None:
        share = 0.8 * size
    return Sharpen(min(abs(share), 5.0)) if share else None


def blur(sign: int, clause: Clause) -> Operation | None:
    radius, size = clause.one("px"), degree_of(clause)
    if sign < 0:
        return sharpness(1, clause)
    if radius:
        return BlurPixels(abs(radius))
    return Blur(0.006 * size) if size is not None else None


def noise(sign: int, clause: Clause) -> Operation | None:
    share, size = slider_share(clause), degree_of(clause)
    if size is None and share is not None:
        size = 2 * min(abs(share), 1.0)
    return Denoise(0.05 * size) if sign < 0 and size else None


SCALES: dict[str, Scale] = {
    "exposure": exposure,
    "contrast": multiplied(Contrast, 0.3, 0.25),
    "saturation": saturation,
    "vibrance": shifted(Vibrance, 0.4, 1.0),
    "warmth": shifted(lambda amount: Temperature(warmth=amount), 0.4, 1.5),
    "tint": shifted(lambda amount: Temperature(tint=amount), 0.4, 1.5),
    "shadows": shifted(Shadows, 0.5, 1.0),
    "highlights": shifted(Highlights, 0.5, 1.0),
    "sharpness": sharpness,
    "blur": blur,
    "noise": noise,
}
