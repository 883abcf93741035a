"""Wishes for a photo as a drawing, "make it a comic", which a filter does better than small weights can."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from engine.editing.exact import styles
from engine.editing.exact.operations import Operation, on_colours

SIDE = 1400
"""Longer side, in pixels, at which it is drawn; larger pictures are enlarged to their size afterwards."""


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
