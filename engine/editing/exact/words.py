"""The vocabulary of exact edits: which words and phrases mean what. A word that is not in here is not understood.

`LEXICON` maps a phrase (words joined by spaces, lower case, no hyphens) to a `Symbol`: its kind, and a value.
The longest phrase wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PIL import ImageColor


@dataclass(frozen=True, slots=True)
class Symbol:
    """One understood phrase. `text` is how it was written; `value` depends on the kind."""

    kind: str
    value: Any = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tone:
    """A word for a graded quality. `sign` is +1 or -1, 0 for nouns, which need a direction."""

    quality: str
    sign: int
    form: str


QUALITIES: dict[str, dict[str, str]] = {
    "exposure": {
        "noun": "brightness, exposure, brightness level, lightness, overall brightness, luminosity",
        "comparative+": "brighter, lighter",
        "comparative-": "darker, dimmer",
        "adjective+": "bright, overexposed, light",
        "adjective-": "dark, dim, underexposed",
        "verb+": "brighten, lighten, brightening, lightening",
        "verb-": "darken, dim, darkening",
    },
    "contrast": {
        "noun": "contrast, contrasts",
        "comparative+": "contrastier, punchier",
        "comparative-": "flatter",
        "adjective+": "contrasty, punchy, contrasted",
        "adjective-": "flat",
    },
    "saturation": {
        "noun": "saturation, colour saturation, saturation of the colours, colour intensity",
        "comparative-": "duller",
        "adjective+": "saturated, colourful, oversaturated, intense",
        "adjective-": "muted, dull, desaturated",
        "verb+": "saturate",
        "verb-": "desaturate, mute",
    },
    "vibrance": {
        "noun": "vibrance, vibrancy",
        "comparative+": "pop, pop more",
        "adjective+": "vibrant, vivid, lively",
    },
    "warmth": {
        "noun": "warmth, temperature, colour temperature",
        "comparative+": "warmer",
        "comparative-": "cooler, colder",
        "adjective+": "warm, warm toned",
        "adjective-": "cold, cool toned",
        "verb+": "warm, warm up",
        "verb-": "cool, cool down",
    },
    "tint": {
        "comparative+": "greener",
        "adjective+": "green",
        "adjective-": "magenta",
    },
    "shadows": {"noun": "shadows, shadow areas, dark areas, dark parts, darks, dark tones"},
    "highlights": {"noun": "highlights, bright areas, bright parts, lights, bright tones, light tones"},
    "sharpness": {
        "noun": "sharpness, clarity, crispness",
        "comparative+": "sharper, crisper, clearer",
        "comparative-": "blurrier, fuzzier",
        "adjective+": "sharp, crisp",
        "adjective-": "blurry, blurred, fuzzy, out of focus, unsharp",
        "verb+": "sharpen, sharpening",
        "verb-": "blur, blurring, soften",
    },
    "noise": {
        "noun": "noise, grain, graininess, image noise",
        "comparative-": "smoother",
        "comparative+": "noisier, grainier",
        "adjective+": "noisy, grainy",
        "verb-": "denoise",
    },
}

PHRASES: tuple[tuple[str, Any, str], ...] = (
    (
        "make",
        None,
        """make, making, turn, give, convert, change, set, get, render, put, apply, do, transform, adjust,
        keep""",
    ),
    ("add", 1, "add, adding"),
    (
        "remove",
        None,
        """remove, take away, take out, get rid of, drop, without, no, strip, delete, eliminate, take off""",
    ),
    (
        "raise",
        1,
        """increase, increasing, raise, boost, enhance, up, turn up, bring up, push up, push, bump up,
        bump, pump up, crank up, lift, intensify, strengthen, amplify, dial up, higher, high, more,
        extra, additional, greater""",
    ),
    (
        "lower",
        -1,
        """decrease, decreasing, reduce, reducing, lower, turn down, bring down, tone down, dial down, cut
        down, pull down, weaken, less, fewer, low, down, lessen, minimise, tame, recover""",
    ),
    (
        "too",
        None,
        """too, overly, not so, not as, not too, less so, a bit too, a little too, slightly too, way too,
        much too, far too""",
    ),
    ("enough", None, "not enough, enough"),
    (
        "whole",
        "pronoun",
        """it, this, that, this one, that one, everything, all, all of it, all of this, the whole thing,
        itself""",
    ),
    (
        "whole",
        "noun",
        """picture, photo, photograph, image, pic, shot, snapshot, img, pictures, photos, images, overall
        picture, overall image, overall photo""",
    ),
    ("entire", None, "whole, entire, full, complete, overall, entirely, completely, all over"),
    ("colours", None, "colours, all colours, all the colours, overall colours"),
    ("colour word", None, "colour"),
    ("degree", 0.25, "very slightly, a tiny bit, a tiny little bit, ever so slightly, the tiniest bit"),
    (
        "degree",
        0.5,
        """a bit, bit, slightly, a little, little, a little bit, a touch, a tad, somewhat, slight, subtle,
        subtly, small, a notch, gently, gentle, a smidge, a hair, a small bit, mild, mildly, just a
        bit, just a little""",
    ),
    ("degree", 1.5, "quite a bit, considerably, noticeably, fairly, quite, significantly"),
    (
        "degree",
        2.0,
        """a lot, much, way, far, very, really, strongly, strong, heavily, heavy, extremely, super,
        drastically, dramatically, dramatic, tons, a ton, loads, lots of, a whole lot, a great deal, so
        much, lots, intensely, big""",
    ),
    ("factor", 2.0, "twice, double, doubled, two times, twice as, double the"),
    ("factor", 3.0, "three times, triple, thrice"),
    ("factor", 4.0, "four times, quadruple"),
    ("factor", 0.5, "half, half as, halve, by half, half the, in half"),
    ("factor", 0.25, "a quarter as"),
    ("stop", None, "stop, stops, ev, f stop, f stops"),
    ("percent unit", None, "percent, per cent, pct"),
    ("px", None, "px, pixel, pixels"),
    ("degrees", None, "degree, degrees, deg, °"),
    ("number", 0.5, "half a, one half"),
    ("number", 1.0, "one"),
    ("number", 2.0, "two"),
    ("number", 3.0, "three"),
    (
        "bw",
        None,
        """black and white, b and w, bw, b/w, greyscale, grey scale, monochrome, black white, white and
        black, black n white, b n w, shades of grey""",
    ),
    ("sepia", None, "sepia, sepia toned"),
    ("invert", None, "invert, inverted, negative, inverting, a negative, invert all"),
    ("vignette", None, "vignette, vignetting, vignette it"),
    (
        "auto",
        None,
        """auto enhance, autoenhance, improve, auto levels, autolevels, auto adjust, auto correct, auto
        fix, auto, automatically""",
    ),
    ("fix", None, "fix, correct, fixing"),
    ("light", None, "lighting, light"),
    ("crop", None, "crop, cropped, cropping"),
    (
        "cut",
        None,
        """trim, cut, cut off, chop off, chop, shave, shave off, cut away, crop off, crop out, trim off,
        crop away, slice off, lop off""",
    ),
    ("off", None, "off, away"),
    ("square", None, "square, square format, square shape, square crop, squared"),
    ("widescreen", None, "widescreen, wide screen, widescreen format"),
    ("centre", None, "centre, middle, central part, centre part, middle part, centred"),
    ("fraction", 0.5, "half"),
    ("fraction", 0.3333333333333333, "third, one third, a third"),
    ("fraction", 0.6666666666666666, "two thirds"),
    ("fraction", 0.25, "quarter, one quarter, a quarter, fourth, one fourth"),
    ("fraction", 0.75, "three quarters"),
    ("fraction", 0.2, "fifth, one fifth, a fifth"),
    ("fraction", 0.1, "tenth, one tenth, a tenth"),
    ("side", "left", "left, left side, left edge, left hand side"),
    ("side", "right", "right, right side, right edge, right hand side"),
    ("side", "top", "top, top side, top edge, top part, upper"),
    ("side", "bottom", "bottom, bottom side, bottom edge, bottom part, lower part"),
    (
        "all sides",
        None,
        """all sides, every side, each side, all edges, the edges, edges, all four sides, all around,
        sides""",
    ),
    ("aspect", None, "aspect ratio, aspect, ratio, format"),
    (
        "rotate",
        None,
        """rotate, rotated, rotating, spin, tilt, straighten, level, straightened, rotation""",
    ),
    ("direction", 1, "clockwise, cw, to the right"),
    (
        "direction",
        -1,
        """counterclockwise, counter clockwise, anticlockwise, anti clockwise, ccw, to the left""",
    ),
    ("upside down", None, "upside down, on its head"),
    ("around", None, "around, round"),
    ("flip", None, "flip, mirror, flipped, mirrored, mirror image, reflect, flipping"),
    (
        "axis",
        "horizontal",
        """horizontally, horizontal, left to right, left right, sideways, from left to right, horizontal
        axis""",
    ),
    ("axis", "vertical", "vertically, vertical, top to bottom, from top to bottom, up down, vertical axis"),
    ("resize", None, "resize, rescale, scale, resized, scaled"),
    (
        "enlarge",
        1,
        """enlarge, upscale, scale up, upsize, blow up, scale it up, larger, bigger, large, big, increase
        the size, size up""",
    ),
    (
        "enlarge",
        -1,
        """shrink, downscale, scale down, downsize, smaller, small, reduce the size, decrease the size,
        size down""",
    ),
    (
        "dimension",
        None,
        """size, the size, resolution, dimensions, the original size, its original size, its size""",
    ),
    ("wide", None, "wide, width, in width, across"),
    ("high", None, "high, tall, height, in height"),
    ("border", None, "border, frame, borders, edge border"),
    ("thickness", 0.015, "thin, narrow, fine"),
    ("thickness", 0.08, "thick, wide"),
    ("round", None, "round, rounded, rounding, round off"),
    ("corners", None, "corners, edges and corners, corner"),
    ("write", None, "write, caption, captioned, print, type, place"),
    (
        "text",
        None,
        """text, caption, words, word, title, meme text, meme caption, letters, meme, lettering, the text,
        phrase, heading""",
    ),
    ("effect", None, "effect, filter, style, tone, tones, look, mode"),
    ("to", None, "to"),
    ("and", None, "and"),
    (
        "says",
        None,
        """says, saying, reading, that says, that reads, which says, with the text, with the words""",
    ),
    (
        "filler",
        None,
        """please, pls, plz, kindly, can you, could you, would you, will you, can we, could we, can i
        have, could i have, can i get, i want, i want you to, i would like, i would like you to, i
        would love, i need, i need you to, we want, let us, just, hey, hi, hello, ok, okay, now,
        thanks, thank you, for me, maybe, perhaps, i think, should be, must be, needs to be, need to
        be, could be, needs, need, try to, is, are, looks, look, be, feel, the, a, an, to, into, of,
        in, on, at, by, with, from, some, its, my, our, your, for, has, have, first, finally, as well,
        would be, is it possible to, version, me""",
    ),
)
"""Kind, value, phrases. Where a phrase is listed twice, the first kind that a family knows counts."""


def build_lexicon() -> dict[tuple[str, ...], tuple[Symbol, ...]]:
    """Phrase to its possible symbols: a word may have more than one meaning ("half", "round", "up")."""
    lexicon: dict[tuple[str, ...], list[Symbol]] = {}

    def add(phrases: str, kind: str, value: Any) -> None:
        for phrase in phrases.split(","):
            words = tuple(phrase.split())
            lexicon.setdefault(words, []).append(Symbol(kind, value, " ".join(words)))

    for kind, value, phrases in PHRASES:
        add(phrases, kind, value)
    for quality, forms in QUALITIES.items():
        for form, phrases in forms.items():
            sign = {"+": 1, "-": -1}.get(form[-1], 0)
            add(phrases, "tone", Tone(quality, sign, form.rstrip("+-")))
    for name in ImageColor.colormap:
        add(name, "colour", name)
        for shade in ("light", "dark", "pale", "medium", "deep", "hot", "sky"):
            if name.startswith(shade) and name != shade:
                add(f"{shade} {name.removeprefix(shade)}", "colour", name)
    return {words: tuple(symbols) for words, symbols in lexicon.items()}


LEXICON = build_lexicon()
LONGEST = max(map(len, LEXICON))
