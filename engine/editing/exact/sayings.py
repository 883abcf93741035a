"""Other words for what the vocabulary knows: slang, idioms, slips. "Knock it down a hair" is "lower it a bit".

Whole phrases only, and never what is to be written into the picture. What stands under "" says nothing of the edit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache

from engine.editing.exact.tokens import SPELLING, UNITS, Token

SAYINGS = {
    "": """imo, imho, tbh, ngl, af, lol, haha, ugh, ouch, oh, bro, thx, ty, tnx, cheers, honestly, kinda,
    sorta, kind of, sort of, somehow, if possible, would be nice, would be great, would be good, will do, in here, over here,
    all round, all around, all the way round, all the way around, all over, done, to finish, to finish off, by mistake,
    by accident, accidentally, keep proportions, keep the proportions, keep aspect ratio, keep the aspect ratio,
    weird, ugly, nasty, awful, horrible, annoying, strange, any chance of, is there a way to, is it possible to,
    as a postcard, like a postcard, of the frame, over the whole frame, dose of, amount of, my eyes, wanna, gimme,
    for my avatar, for an avatar, for my profile pic, for insta portrait, for instagram, for the gram, in tone, tho, though,
    would you mind, mind, quick, quickly, real quick, tonally, this one, on this one, you know, i guess, why is, why are""",
    "you": "u, ya",
    "and": "n, after that, and after that, afterwards also",
    "is": "feels, felt, appears, comes across as, came across as",
    "are": "r",
    "background": "bg, backround, back ground, backdrops, surroundings",
    "picture": "foto, piccy, pict, whole frame, entire frame, image as a whole",
    "white balance": "wb, whitebalance",
    "noise": "speckles, speckle, specks, speckling, static, iso noise, digital noise, film grain, grain and noise",
    "very slightly": "the tiniest bit, the slightest bit, a teeny tiny bit, a teensy weensy bit, barely noticeable, barely",
    "a bit": """a smidge, a smidgen, a hair, a whisker, a wee bit, a teeny bit, a teensy bit, teeny bit, wee bit, a hint, a hint of,
    a whisper, a whisper of, a dash, a dash of, a pinch, a pinch of, a fraction, a shade, a small amount, a wee, a lil, a lil bit,
    a lil more subtle, lil bit, one small notch, a small notch, one notch, a notch or two, a drop, a drop of, a titch, a skosh,
    a scooch, a wink, a trifle, marginally, faint, faintly, delicate, delicately, lightly, modestly, a touch of,
    by a touch, by a tad, by a hair, by a hint, only by a hint, ever so little, not too much, but not too much, just a hint""",
    "a lot": """a ton, a ton of, tons, tons of, loads, loads of, heaps, heaps of, way way, massively, insanely, hugely, hella, mega,
    to the max, to eleven, to the maximum, all the way, all the way up, all the way down, as much as possible, as much as you can,
    maximum, max, maxed out, a great deal, plenty, plenty of, big time, the hell out of, the heck out of, the shit out of,
    like crazy, super duper, ultra, over the top, really over the top, like really over the top, badly, terribly, awfully,
    super heavy, very heavy, really heavy, very strong, really strong, super strong, extra strong, a whole bunch,
    so very, oodles of, seriously, majorly, exceedingly, immensely, tremendously""",
    "increase": """ramp up, jack up, kick up, pep up, beef up, crank, notch up, nudge up, knock up, turn it up on, pile on, heighten,
    give more, give it more, bring out more, add more, added, pump, go for more, push for more""",
    "decrease": """ease off, ease off on, ease up on, back off, dial back, dial it back on, pull back, knock down, knock back, take down,
    tame, calm, calm down, go easy on, go easier on, cut back, cut back on, scale back, wind back, wind down, rein in, soften down,
    weaken, nudge down, nudge back, turn it down on, draw back, hold back, relax, temper, subdue, go lower on, ease""",
    "remove": "kill, nuke, ditch, zap, kill off, do away with, eliminate all, clean away, wipe out, clear away, scrub, clear up",
    "cut off": """slice away, slice, lop off, lop, hack off, shave, shave away, snip off, snip, lose, chop away, chuck away, dump, drop off,
    knock off, lose the, crop out the, ditch the""",
    "chop it": "chop it off, cut it off, lose it, ditch it, crop it off, crop it out, get it out",
    "rotate": "spin, swivel, pivot",
    "sharper": "more sharp, crisper edges, sharper edges, more crisp, more in focus",
    "blurry": "mushy, smeary, unsharp, not sharp, out of focus all over, fuzzy",
    "brighter": "more bright, better lit, more lit, more luminous",
    "darker": "more dark, moodier and darker",
    "light": "lite",
    "contrast": "bite, oomph, snap",
    "warm": "toasty, golden toned",
    "cold": "chilly, icy, frosty, clinical",
    "make it warmer": "heat it up, make it cosier",
    "too yellow": "yellowy, jaundiced",
    "towards": "toward, over to, in the direction of",
    "cooler": "more cool, more cold, bluer, towards blue, more bluish, colder in tone, cooler toned, less warm",
    "warmer": "more warm, towards yellow, towards orange, yellower, more golden, warmer in tone, warmer toned, less cold",
    "greener": "towards green",
    "more magenta": "towards magenta, towards pink",
    "underexposed": "under lit, underlit, badly lit, poorly lit, too little light",
    "overexposed": "over lit, overlit, blinding, blindingly bright, glaring",
    "harsh": "glary",
    "oversaturated": "overcooked, radioactive, too loud",
    "noisy": "full of noise, speckly, speckled",
    "black and white": """film noir, noir, all grey, in greys, no colour at all, no colour, no colours, without colour, without colours,
    drop the colour, drop all colour, drop all the colour, lose the colour, lose the colours, lose all colour, lose all the colour,
    kill the colour, kill the colours, drain the colour, drain all colour, drain all the colour, drain the colours, strip the colour,
    strip the colours, strip all colour, strip out the colour, blak and white, black n white, black and white only, mono, bnw, b and w""",
    "invert": """film negative, photo negative, photographic negative, as a negative, a negative, swap every colour for its opposite,
    opposite colours, flip the colours, flip all the colours, flip all colours, reverse the colours, inverse, swap light and dark""",
    "invert the colours": "turn the colours inside out, turn all colours into their opposites",
    "vignette": """let the edges fade out, let the edges fade, shade the corners, darken the borders, dim the corners, dim the edges,
    darkened corners, darkened edges, shadowy corners, shadowy edges""",
    "white balance is off": "white balance is wrong, white balance is all wrong, white balance is way off, white balance looks off",
    "colour cast": "colour tinge, colour shift, tinge of colour",
    "auto levels": "auto tone, auto tones, autotone, auto contrast, autocontrast, auto tune, stretch the histogram, normalise the tones",
    "mirror": """swap left and right, swap the sides, swap sides, swap left and right like in a mirror, reverse it left to right, like in a mirror,
    as in a mirror, flop, flip it over sideways, unmirror, un mirror, backwards, back to front, reversed, mirror reversed""",
    "left to right": "left right, left and right ways",
    "crooked": "leaning, tilting, skewed, skew, askew, uneven, off level, not level, not straight, sloping, slanting, squint, on a slant",
    "straighten": "level it out, level out, straighten it out, straighten up, straighten it up, make level, level up, even out, de tilt",
    "upside down": "the wrong way up, topsy turvy, head down, on the head",
    "turn it upside down": "stand it on its head",
    "thick": "fat, chunky, heavyset, beefy",
    "thin": "skinny, slim, hairline, thinnish",
    "border": "edging, passepartout, polaroid border, polaroid frame, polaroid edge",
    "square": "squarish, quadratic, in square",
    "tighter": "tighter in, closer in, in tighter, in closer, nearer",
    "blurred background": """shallow depth of field, a shallow depth of field, low depth of field, narrow depth of field, background bokeh,
    bokeh behind, bokeh background, blurry backdrop""",
    "transparent background": "transparent png, a transparent png, png without background, alpha background, see through background",
    "anticlockwise": "widdershins, counter clock wise, anti clock wise",
    "richer": "more rich, juicier, bolder, deeper colours of",
    "vivid": "lively, zingy, zesty",
    "dull": "drab, blah, meh, grey ish, lacklustre, lackluster, bland",
    "flat": "lifeless and flat, murky and flat, low in contrast",
}  # fmt: skip
_ALIKE = 0.86
_SHORTEST = 6
"""Letters of a word from which a slip in it is mended: "backgroung", "automaticaly"."""


@cache
def _phrases() -> dict[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for plain, sayings in SAYINGS.items():
        for saying in sayings.split(","):
            found[tuple(SPELLING.get(word, word) for word in saying.split())] = tuple(plain.split())
    return found


@cache
def _longest() -> int:
    return max(map(len, _phrases()))


def plainly(tokens: Sequence[Token], vocabulary: frozenset[str]) -> list[Token]:
    """The tokens with each saying in plain words, and with slips mended towards the vocabulary."""
    return list(_mended(_replaced(tokens), vocabulary))


def _replaced(tokens: Sequence[Token]) -> list[Token]:
    words = [str(each.value) if each.kind in ("word", "mark") else "\0" for each in tokens]
    done: list[Token] = []
    at = 0
    while at < len(tokens):
        for length in range(min(_longest(), len(tokens) - at), 0, -1):
            plain = _phrases().get(tuple(words[at : at + length]))
            if plain is not None:
                said = " ".join(each.text for each in tokens[at : at + length])
                done += [Token("word", said, word) for word in plain]
                at += length
                break
        else:
            done.append(tokens[at])
            at += 1
    return done


def _mended(tokens: Sequence[Token], vocabulary: frozenset[str]) -> Iterator[Token]:
    for each in tokens:
        if each.kind != "word" or each.value in vocabulary or each.value in UNITS:
            yield each
            continue
        word = str(each.value)
        drawn_out = re.sub(r"(.)\1{2,}", r"\1", word)
        if drawn_out != word:
            meant = "too" if drawn_out == "to" else drawn_out
            yield Token("word", each.text, meant)
            continue
        near = [known for known in vocabulary if known[0] == word[0] and word.removesuffix("s") != known]
        slips = get_close_matches(word, near, 1, _ALIKE) if len(word) >= _SHORTEST else []
        yield Token("word", each.text, slips[0]) if slips else each
