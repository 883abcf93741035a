"""The vocabulary of exact edits: which words and phrases mean what. No other word is understood.

`LEXICON` maps a phrase (lower case, British spelling, no hyphens) to what it may mean: a `Symbol` of some
kind with a value. Each family of edits (see `clause.py`) names the kinds it knows; the longest phrase wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from PIL import ImageColor

from engine.editing.exact.colour_names import MORE_COLOURS, SHADES, VIVID

Form = Literal["noun", "comparative", "adjective", "graded", "fault", "verb"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """One understood phrase. `text` is how it was written; `value` depends on the kind."""

    kind: str
    value: Any = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tone:
    """A word for a graded quality; `sign` is +1 or -1, or 0 for nouns, which need a direction.

    An adjective asks for its quality ("make it vivid"), a graded one only with "more", "less" or "too" ("more
    green"), and a fault asks for the opposite by being named ("it is overexposed").
    """

    quality: str
    sign: int
    form: Form


TONES: tuple[tuple[str, int, Form, str], ...] = (
    (
        "exposure",
        0,
        "noun",
        "brightness, exposure, brightness level, lightness, luminosity, luminance, gamma",
    ),
    ("exposure", 1, "comparative", "brighter, lighter"),
    ("exposure", -1, "comparative", "darker, dimmer, gloomier"),
    ("exposure", 1, "adjective", "bright"),
    ("exposure", -1, "adjective", "dark, dim, gloomy, murky"),
    ("exposure", 1, "graded", "light"),
    ("depth", -1, "comparative", "deeper, inkier, blacker"),
    ("exposure", 1, "fault", "overexposed, over exposed"),
    ("exposure", -1, "fault", "underexposed, under exposed"),
    ("exposure", 1, "verb", "brighten, lighten, open up"),
    ("exposure", -1, "verb", "darken, deepen"),
    ("contrast", 0, "noun", "contrast, punch"),
    ("contrast", 1, "comparative", "contrastier, punchier"),
    ("contrast", 1, "adjective", "contrasty, punchy"),
    ("contrast", -1, "adjective", "low contrast"),
    ("contrast", -1, "graded", "flat, hazy"),
    ("contrast", 1, "graded", "harsh"),
    ("saturation", 0, "noun", "saturation, colour saturation, colour intensity"),
    ("saturation", 1, "comparative", "richer"),
    ("saturation", -1, "comparative", "duller"),
    ("saturation", 1, "adjective", "saturated, colourful"),
    ("saturation", -1, "adjective", "muted, dull, desaturated"),
    ("saturation", 1, "fault", "oversaturated, over saturated, garish"),
    ("saturation", -1, "fault", "undersaturated, washed out, faded, pale, lifeless"),
    ("saturation", 1, "verb", "saturate"),
    ("saturation", -1, "verb", "desaturate, mute"),
    ("intensity", 1, "graded", "intense"),
    ("vibrance", 0, "noun", "vibrance, vibrancy"),
    ("vibrance", 1, "verb", "pop, pop out"),
    ("vibrance", 1, "adjective", "vibrant, vivid"),
    ("warmth", 0, "noun", "warmth, temperature, temp, colour temperature, colour temp"),
    ("warmth", 1, "comparative", "warmer"),
    ("warmth", -1, "comparative", "cooler, colder"),
    ("warmth", 1, "adjective", "warm, warm toned"),
    ("warmth", -1, "adjective", "cold, cool toned, cool tones"),
    ("warmth", -1, "graded", "cool, blue, bluish"),
    ("warmth", 1, "graded", "yellow, yellowish, orange, red, reddish"),
    (
        "warmth",
        1,
        "verb",
        "warm up, warm it up, warm this up, warm the picture up, warm the tones up, warm the colours up",
    ),
    (
        "warmth",
        -1,
        "verb",
        "cool down, cool it down, cool this down, cool the picture down, cool the tones down",
    ),
    ("tint", 1, "comparative", "greener"),
    ("tint", 1, "graded", "green, greenish"),
    ("tint", -1, "graded", "magenta, pink, pinkish, purple"),
    ("balance", 0, "noun", "white balance, colour balance"),
    ("shadows", 0, "noun", "shadows, blacks, dark areas, dark parts, dark tones, darks"),
    ("shadows", -1, "fault", "crushed, blocked up"),
    ("highlights", 0, "noun", "highlights, whites, bright areas, bright parts, light parts, bright tones"),
    ("highlights", 1, "fault", "blown out, burnt out, clipped"),
    ("sharpness", 0, "noun", "sharpness, clarity, details, fine details"),
    ("sharpness", 1, "comparative", "sharper, crisper, clearer"),
    ("sharpness", -1, "comparative", "softer"),
    ("sharpness", 1, "fault", "oversharpened, over sharpened, too crunchy"),
    ("sharpness", -1, "fault", "too soft, not so soft, less soft, a bit soft, a little soft"),
    ("sharpness", 1, "adjective", "sharp, crisp"),
    ("sharpness", 1, "verb", "sharpen, sharpening"),
    ("blur", 1, "comparative", "blurrier, fuzzier"),
    ("blur", 1, "adjective", "blurry, blurred, out of focus, bokeh"),
    ("blur", 1, "verb", "blur, gaussian blur, soften"),
    ("noise", 0, "noun", "noise, grain, graininess, image noise"),
    ("noise", 1, "graded", "noisy, grainy"),
    ("noise", -1, "verb", "denoise, noise reduction"),
)

MEME = "make it a meme, make this a meme, make a meme, turn it into a meme, turn this into a meme"
"""Asks for a caption where one is given with it, and else only says what the picture is to be."""
PHRASES: tuple[tuple[str, Any, str], ...] = (
    ("turn", None, "turn"),
    (
        "make",
        None,
        """make, turn, give, convert, change, switch, replace, set, get, render, put, apply, use, do,
        transform, adjust, knock, dial, nudge, show, show it as, pull, bring,
        i want, i would like, should be, must be, needs to be""",
    ),
    ("add", 1, "add, include, insert"),
    ("put", None, "put, place, apply"),
    ("remove", None, "remove, take away, take out, get rid of, strip, delete, eliminate, clean up"),
    (
        "raise",
        1,
        """increase, raise, boost, enhance, improve, up, turn up, bring up, push up, push, bump up, bump,
        pump up, crank up, lift, intensify, strengthen, amplify, dial up, higher, high, more, even more,
        extra, stronger, too low, too weak, too little, too faint""",
    ),
    (
        "lower",
        -1,
        """decrease, reduce, lower, turn down, bring down, tone down, dial down, cut down, pull down, less,
        weaker, gentler,
        down, low, lessen, minimise, drop, recover, bring back, too much,
        too strong, too high, too intense, too heavy, too extreme""",
    ),
    ("too", None, "too, overly, not so, not as, not too, less so"),
    ("so", None, "so"),
    ("enough", None, "enough"),
    ("not", None, "not"),
    ("whole", "pronoun", "it, this, that, everything, all of it, the whole thing, there is"),
    ("whole", "noun", "picture, photo, photograph, image, pic, shot, snapshot, pictures, photos, images"),
    ("entire", None, "whole, entire, full, complete, overall, entirely, completely, fully, all"),
    ("colours", None, "colours"),
    ("colour word", None, "colour"),
    ("degree", 0.25, "very slightly, a tiny bit, ever so slightly"),
    (
        "degree",
        0.5,
        """a bit, bit, slightly, a little, little, a little bit, a touch, a tad, somewhat, slight, subtle,
        subtly, a notch, gently, gentle, soft, softly, mild, mildly, just a bit, just a little""",
    ),
    ("degree", 1.0, "medium, moderate, moderately, medium strength"),
    ("degree", 1.5, "quite a bit, considerably, noticeably, significantly"),
    (
        "degree",
        2.0,
        """a lot, much, way, far, very, really, strongly, strong, heavily, heavy, extremely, super,
        drastically, dramatically, dramatic, lots of, a whole lot, so much, intensely""",
    ),
    ("factor", 2.0, "twice, double, twice as, double the, two times"),
    ("factor", 3.0, "three times, triple, thrice"),
    ("factor", 4.0, "four times, quadruple"),
    ("factor", 0.5, "half, half as, halve, half the, to half, to a half"),
    ("factor", 1 / 3, "to a third, to one third"),
    ("factor", 0.25, "to a quarter, to one quarter"),
    (
        "bw",
        None,
        """black and white, bw, b and w, greyscale, grey scale, monochrome, black white, white and black,
        shades of grey, take the colour out, take all colour out, take all the colour out, take the colours
        out, take all colours out, take all the colours out""",
    ),
    ("sepia", None, "sepia, sepia toned"),
    ("aged", None, "old timey, old time, old fashioned, vintage, antique, old, aged, retro, brown, brownish"),
    ("invert", None, "invert, inverted, negative"),
    (
        "vignette",
        None,
        """vignette, vignetting, darken the corners, darken the edges, darker corners, darker edges, dark
        corners, dark vignette, fade the corners, fade the edges, fade out the corners, fade out the edges""",
    ),
    (
        "auto",
        "any",
        """improve, auto enhance, autoenhance, auto levels, autolevels, auto adjust, auto correct, auto fix,
        auto, automatically, automatic, levels""",
    ),
    ("auto", "whole", "enhance"),
    ("fix", None, "fix, correct, fixing, correcting, is off, is wrong, is all wrong, looks off, looks wrong"),
    (
        "amend",
        None,
        """lift it, lift them, clean it up, clean this up, clean that up, sort it out, sort that out,
        make them stronger, make them weaker, smooth it, smooth it out, smooth that out, chop it,
        turn it the right way up, turn it right side up, put it the right way up, turn it right way up,
        rescue it, rescue them, make it better, make that better, do something about it,
        do something about that, fix it, fix this, fix that, fix them""",
    ),
    *(
        ("amend", None, f"{verb} it {way}, {verb} them {way}, {verb} this {way}, {verb} that {way}")
        for verb, way in (
            *(("bring", "down"), ("bring", "up"), ("bring", "back"), ("dial", "back"), ("dial", "down")),
            *(("tone", "down"), ("turn", "down"), ("pull", "down"), ("pull", "up"), ("pull", "back")),
            *(("lift", "up"), ("open", "up"), ("take", "out"), ("take", "away"), ("turn", "around")),
            *(("turn", "round"), ("rotate", "back"), ("get rid of", ""), ("remove", ""), ("reduce", "")),
        )
    ),
    ("ease", None, "soften it, soften this, soften that, soften them"),
    ("light", None, "lighting, light"),
    ("cast", None, "cast, tint, tinge, colour cast, colour tint"),
    ("neutral", None, "neutral, neutralise"),
    (
        "state",
        None,
        """sideways, on its side, the wrong way round, cannot see anything, can not see
        anything, can barely see anything, can hardly see anything, cannot see a thing, it is hard to see, i
        cannot see anything, i cannot see a thing, i cannot make out a thing, i cannot make out anything""",
    ),
    ("state", None, MEME),
    ("meme", None, f"{MEME}, make it into a meme, meme"),
    ("plain", None, "plain, solid, uniform"),
    ("recolour", None, "recolour, recolor, colour, dye, fill, paint"),
    ("clear", None, "transparent"),
    ("better", None, "better"),
    ("grey", None, "grey"),
    (
        "cut",
        None,
        """trim, cut, can go, has to go, must go, should go, is useless, is not needed,
        cut off, chop off, chop, shave off, cut away, crop off, crop out, trim off, crop away,
        slice off, remove, take, take off""",
    ),
    ("crop", None, "crop, cropped, cut"),
    ("off", None, "off, away, out"),
    ("keep", None, "keep, keep only, only keep, crop to, crop it to, crop down to"),
    (
        "tighter",
        None,
        "tighter, closer, tightly, zoom in, zoomed in, zoom in on, zoom into, zoom, crop in on",
    ),
    ("square", None, "square, square format, square shape"),
    ("widescreen", None, "widescreen, wide screen"),
    ("centre", None, "centre, middle, central part, centre part"),
    ("percent", 2 / 3, "by two thirds"),
    ("percent", 0.75, "by three quarters"),
    ("percent", 0.5, "by half, by a half, by one half, halfway, half way"),
    ("percent", 1 / 3, "by a third, by one third"),
    ("percent", 0.25, "by a quarter, by one quarter, by a fourth"),
    ("percent", 0.2, "by a fifth, by one fifth, a fifth"),
    ("percent", 0.1, "by a tenth, by one tenth, a tenth"),
    ("fraction", 0.5, "half"),
    ("fraction", 1 / 3, "third, one third"),
    ("fraction", 2 / 3, "two thirds"),
    ("fraction", 0.25, "quarter, one quarter, fourth"),
    ("fraction", 3 / 4, "three quarters"),
    ("fraction", 0.2, "fifth, one fifth"),
    ("fraction", 0.1, "tenth, one tenth"),
    ("side", "left", "left, left side, left edge, left hand side"),
    ("side", "right", "right, right side, right edge, right hand side"),
    ("side", "top", "top, top side, top edge, top part, upper, across the top, along the top"),
    (
        "side",
        "bottom",
        "bottom, bottom side, bottom edge, bottom part, lower, across the bottom, along the bottom",
    ),
    ("all sides", None, "all sides, every side, each side, all edges, edges, all four sides, sides, borders"),
    (
        "aspect",
        None,
        """aspect ratio, aspect, ratio, format, instagram, portrait format, landscape format,
        portrait, landscape""",
    ),
    ("rotate", None, "rotate, rotated, tilt, rotation"),
    ("leans", None, "tilted, crooked, slanted, lopsided, wonky"),
    (
        "straighten",
        None,
        """straighten, straightened, level, straight, straighten out, horizon""",
    ),
    ("direction", 1, "clockwise, cw, to the right"),
    ("direction", -1, "counterclockwise, counter clockwise, anticlockwise, anti clockwise, ccw, to the left"),
    ("quarter turn", None, "quarter turn, a quarter turn"),
    ("upside down", None, "upside down, on its head, half turn, a half turn"),
    ("around", None, "around, round"),
    ("flip", None, "flip, mirror, flipped, mirrored, mirror image, flip back, flip it back, flip this back"),
    ("axis", "horizontal", "horizontally, horizontal, left to right, from left to right, sideways"),
    ("axis", "vertical", "vertically, vertical, top to bottom, from top to bottom, upside down"),
    ("resize", None, "resize, rescale, scale, resized, scaled, scale it, resolution, size"),
    (
        "grow",
        1,
        """enlarge, upscale, scale up, upsize, blow up, scale it up, increase the size, double the size""",
    ),
    (
        "grow",
        -1,
        """shrink, downscale, scale down, downsize, scale it down, reduce the size, decrease the size""",
    ),
    ("way", 1, "up"),
    ("way", -1, "down"),
    ("bigger", 1, "larger, bigger, large, big"),
    ("bigger", -1, "smaller, small"),
    ("wide", None, "wide, width"),
    ("high", None, "high, tall, height"),
    ("border", None, "border, frame"),
    ("thickness", "thin", "thin, narrow, small, fine"),
    ("thickness", "thick", "thick, wide, big, large, broad"),
    ("round", None, "round, rounded, rounding, round off"),
    ("corners", None, "corners"),
    ("corner", None, "corner, hand corner"),
    ("write", None, "write, caption, label"),
    (
        "text",
        None,
        """text, caption, words, word, title, meme text, meme caption, meme, letters, lettering, heading""",
    ),
    ("says", None, "says, saying, reading, reads, that says, that reads"),
    ("lettersize", 0.16, "big, large, huge, bigger"),
    ("lettersize", 0.06, "small, tiny, little, smaller"),
    ("effect", None, "effect, filter, style, tone, tones, look, version, feel"),
    ("to", None, "to"),
    ("article", None, "a, an"),
    ("thing", None, "tilt shift, picture frame, photo frame, image frame, double exposure"),
    ("by", None, "by"),
    ("and", None, "and"),
    (
        "filler",
        None,
        """please, pls, plz, kindly, can you, could you, would you, will you, can we, could we, can i have,
        could i have, can i get, can someone, could someone, can somebody, could somebody, can anyone,
        could anyone, could it be, can it be, could this be, can this be, sent it, i sent it, here, i want,
        i want to, i want you to, i would like, i would like to, i would
        like you to, i would love, i need, i need you to, let us, just, hey, hi, hello, ok, okay, now,
        thanks, thank you, for me, maybe, perhaps, i think, how about, should be, must be, needs to be,
        need to be, to be, could be, should, needs, need, is, are, looks, look, be, the, a, an, to, into,
        of, in, on, at, by, with, from, some, its, my, our, your, for, has, have, first, finally, as well, so,
        would be, seems, seem, detail in, details in,
        came out, comes out, turned out, both, radius, file, portrait style,
        portrait mode, like portrait mode, like in portrait mode, like a portrait, like in a portrait, like a
        portrait photo, like a portrait mode shot, like a portrait mode photo, for my story, for a story, for
        stories, for a reel, for tiktok, for insta, for youtube, for facebook, for twitter, for print, for my
        profile, for my profile picture, for my website, for my blog, for my phone, for a wallpaper""",
    ),
)
"""Kind, value, phrases. Of two meanings the one listed first wins, so the small words stand last."""


def build_lexicon() -> dict[tuple[str, ...], tuple[Symbol, ...]]:
    """Phrase, as a tuple of words, to its possible symbols."""
    lexicon: dict[tuple[str, ...], list[Symbol]] = {}

    def add(phrases: str, kind: str, value: Any) -> None:
        for phrase in phrases.split(","):
            words = tuple(phrase.split())
            lexicon.setdefault(words, []).append(Symbol(kind, value, " ".join(words)))

    for quality, sign, form, phrases in TONES:
        add(phrases, "tone", Tone(quality, sign, form))
    for kind, value, phrases in PHRASES:
        add(phrases, kind, value)
    for name in ImageColor.colormap:
        add(name, "colour", name)
        for shade in SHADES:
            if name.startswith(shade) and name != shade:
                add(f"{shade} {name.removeprefix(shade)}", "colour", name)
    for name, phrases in MORE_COLOURS.items():
        add(phrases, "colour", name)
    for name in VIVID:
        add(f"bright {name}, vivid {name}", "colour", name)
    return {words: tuple(symbols) for words, symbols in lexicon.items()}


LEXICON = build_lexicon()
LONGEST = max(map(len, LEXICON))
