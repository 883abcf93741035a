"""Wishes for a filter, "make it a comic", "blur the faces": small weights do them worse, or can't."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from engine.editing.exact import styles
from engine.editing.exact.faces import HideFaces
from engine.editing.exact.operations import Operation, on_colours

SIDE = 1400
"""Longer side, in pixels, at which it is drawn; larger pictures are enlarged to their size afterwards."""
CELLS = 64
"""Squares of a pixelated picture along its longer side."""
GRAIN_SIDE = 2400
"""Grains along the longer side, at most."""


@dataclass(frozen=True, slots=True)
class Drawing(Operation):
    """The photo in a style, the same each time."""

    style: str

    @property
    def phrase(self) -> str:
        return f"turned it into {self.style}"

    def apply(self, image: Image.Image) -> Image.Image:
        return on_colours(image, self._drawn)

    def _drawn(self, image: Image.Image) -> Image.Image:
        pixels = np.asarray(image.convert("RGB"))
        height, width = pixels.shape[:2]
        scale = SIDE / max(height, width)
        if scale < 1:
            size = max(1, round(width * scale)), max(1, round(height * scale))
            pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        known = STYLES[self.style]
        drawn = known.draw(pixels.astype(np.float32) / 255, np.random.default_rng(0))
        levels = np.rint(drawn * 255).astype(np.uint8)
        if scale < 1:
            levels = cv2.resize(levels, (width, height), interpolation=known.enlarge)
        return Image.fromarray(levels)


@dataclass(frozen=True, slots=True)
class Pixelate(Operation):
    """Squares of one colour, the mean of what they cover."""

    @property
    def phrase(self) -> str:
        return "pixelated it"

    def apply(self, image: Image.Image) -> Image.Image:
        side = max(1, round(max(image.size) / CELLS))
        cells = -(-image.width // side), -(-image.height // side)
        large = image.reduce(side).resize((cells[0] * side, cells[1] * side), Image.Resampling.NEAREST)
        return large.crop((0, 0, *image.size))


@dataclass(frozen=True, slots=True)
class Grain(Operation):
    """The grain of film: strongest in the middle tones, the same in all colours."""

    @property
    def phrase(self) -> str:
        return "added film grain"

    def apply(self, image: Image.Image) -> Image.Image:
        return on_colours(image, self._grained)

    def _grained(self, image: Image.Image) -> Image.Image:
        pixels = np.asarray(image.convert("RGB"))
        height, width = pixels.shape[:2]
        scale = min(1.0, GRAIN_SIDE / max(height, width))
        grain = np.random.default_rng(0).standard_normal(
            (max(1, round(height * scale)), max(1, round(width * scale))), np.float32
        )
        grain = cv2.resize(cv2.GaussianBlur(grain, (0, 0), 0.7) * 22, (width, height))
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
        grain *= 0.35 + 2.6 * grey * (1 - grey)
        return Image.fromarray(cv2.add(pixels, cv2.merge([grain] * 3), dtype=cv2.CV_8U))


@dataclass(frozen=True, slots=True)
class Known:
    """A style: its filter, what names it, and what may be said beside that.

    `names` are sets of words, one of which must all be said.
    """

    draw: styles.Style
    names: tuple[frozenset[str], ...]
    beside: frozenset[str] = frozenset()
    enlarge: int = cv2.INTER_CUBIC


def _names(*names: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(name.split()) for name in names)


STYLES = {
    "a pencil sketch": Known(
        styles.pencil,
        _names("pencil", "sketch", "graphite", "drawing"),
        frozenset({"pencil", "sketch", "drawing", "art"}),
    ),
    "a charcoal drawing": Known(styles.charcoal, _names("charcoal"), frozenset({"drawing", "sketch", "art"})),
    "a watercolour": Known(
        styles.watercolour, _names("watercolour", "watercolor", "aquarelle"), frozenset({"painting", "art"})
    ),
    "an oil painting": Known(styles.oil, _names("oil", "painting"), frozenset({"oil", "painting", "art"})),
    "a comic": Known(
        styles.comic, _names("comic", "cartoon"), frozenset({"book", "strip", "drawing", "art"})
    ),
    "a neon drawing": Known(styles.neon, _names("neon"), frozenset({"sign", "glow", "outline", "art"})),
    "a pop art print": Known(styles.pop_art, _names("pop art"), frozenset({"print", "andy", "warhol"})),
    "a poster": Known(styles.poster, _names("poster"), frozenset({"print", "screen", "travel", "art"})),
    "a pixel art picture": Known(
        styles.pixel_art, _names("pixel art", "pixelart"), frozenset({"game"}), enlarge=cv2.INTER_NEAREST
    ),
    "a mosaic": Known(styles.mosaic, _names("mosaic"), frozenset({"roman", "stone", "tile", "art"})),
    "a stained glass window": Known(styles.stained_glass, _names("stained glass"), frozenset({"window"})),
    "a line drawing": Known(
        styles.lines,
        _names(
            "line drawing",
            "line art",
            "lineart",
            "ink drawing",
            "ink",
            "colouring page",
            "coloring page",
            "page",
        ),
        frozenset({"drawing", "sketch", "book", "art", "outline"}),
    ),
    "a blueprint": Known(styles.blueprint, _names("blueprint")),
    "a newspaper print": Known(
        styles.halftone,
        _names("newspaper print", "newspaper", "halftone", "halftone print"),
        frozenset({"old"}),
    ),
    "a pastel drawing": Known(
        styles.pastel,
        _names("pastel drawing", "pastel painting", "chalk drawing", "soft pastel"),
        frozenset({"soft", "chalk", "pastel", "drawing"}),
    ),
}
"""By what the person is told."""

BESIDE = frozenset(("style", "effect", "filter", "version", "vibe", "feel"))
DEEDS = frozenset(("do", "redo", "paint", "repaint", "draw", "redraw", "render", "print"))
"""What may be said beside the name of any style."""
BLUR, PIXELATE = frozenset(("blur", "blurred", "blurry", "out")), frozenset(("pixelate", "pixelated"))
HIDE = frozenset(("censor", "hide", "obscure", "anonymise", "anonymize", "unrecognisable", "unrecognizable"))
FACE = frozenset(("face",))
GRAIN = frozenset(("grain", "grainy"))
BESIDE_GRAIN = frozenset(("film", "add", "apply", "effect", "filter"))


def filtering(words: frozenset[str]) -> Operation | None:
    """The filter that an instruction asks for, by its content words, if it asks for nothing else."""
    if FACE < words <= FACE | BLUR | PIXELATE | HIDE:
        return HideFaces("blur" if words & BLUR else "pixelate")
    if words and words <= PIXELATE | BESIDE:
        return Pixelate()
    if words & GRAIN and words <= GRAIN | BESIDE_GRAIN:
        return Grain()
    return drawing(words)


def drawing(words: frozenset[str]) -> Drawing | None:
    """The style that an instruction asks for, by its content words, if it asks for nothing else.

    "Add a poster" wishes for a thing, "add a poster effect" does not. Of two styles that fit it is the one
    whose name says more: a "chalk drawing" is no pencil drawing.
    """
    beside = BESIDE | DEEDS | ({"add", "apply"} if words & BESIDE else frozenset())
    fitting = [
        (len(name), style)
        for style, known in STYLES.items()
        for name in known.names
        if name <= words <= name | known.beside | beside
    ]
    return Drawing(max(fitting)[1]) if fitting else None
