"""Small writing on the pictures that the bot puts together. Sizes are in pixels."""

from __future__ import annotations

from functools import cache
from typing import cast

from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
SMOOTH = 4
"""Pillow draws hard edges: a rounded ground is drawn this much larger first."""


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The letters that come with Pillow; its wheels all have FreeType."""
    return cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))


def lines(text: str, size: int, width: float, most: int) -> list[str]:
    """`text` in at most `most` lines of that width, cut with an ellipsis where it is longer.

    Characters that the font would draw as an empty box (emoji, other scripts) are left out.
    """
    letters = font(size)
    words = "".join(letter for letter in text if _known(letter)).split()
    found: list[str] = []
    while words and len(found) < most:
        line = words.pop(0)
        while words and letters.getlength(f"{line} {words[0]}") <= width:
            line += f" {words.pop(0)}"
        found.append(line)
    if words:
        found[-1] += "…"
    return [_cut(line, letters, width) for line in found]


def pill(image: Image.Image, at: tuple[int, int], text: str, size: int, colour: Colour) -> int:
    """White words on a rounded ground with the upper left corner `at`. Returns its right edge."""
    width, height = pill_width(text, size), pill_height(size)
    large = Image.new("L", (SMOOTH * width, SMOOTH * height))
    ImageDraw.Draw(large).rounded_rectangle((0, 0, large.width - 1, large.height - 1), large.height // 2, 255)
    image.paste(colour, at, large.resize((width, height), Image.Resampling.BOX))
    ImageDraw.Draw(image).text((at[0] + width / 2, at[1] + height / 2), text, WHITE, font(size), "mm")
    return at[0] + width


def pill_height(size: int) -> int:
    return round(1.5 * size)


def pill_width(text: str, size: int) -> int:
    """At least as wide as it is high: a single digit stands on a circle."""
    return max(pill_height(size), round(font(size).getlength(text)) + size)


def _cut(line: str, letters: ImageFont.FreeTypeFont, width: float) -> str:
    if letters.getlength(line) <= width:
        return line
    while line and letters.getlength(line + "…") > width:
        line = line[:-1]
    return line.rstrip("… ") + "…"


@cache
def _known(letter: str) -> bool:
    return letter.isspace() or _drawn(letter) != _drawn("\uffff")


def _drawn(letter: str) -> bytes:
    image = Image.new("L", (64, 64))
    ImageDraw.Draw(image).text((16, 16), letter, 255, font(32))
    return image.tobytes()
