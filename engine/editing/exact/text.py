"""A caption on the picture, in the outlined letters of memes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageColor, ImageDraw, ImageFont

from engine.editing.exact.frame import is_grey
from engine.editing.exact.operations import CannotApply, Operation, Size, on_colours

Place = Literal["top", "centre", "bottom"]
Align = Literal["left", "centre", "right"]


@dataclass(frozen=True, slots=True)
class Caption(Operation):
    """Outlined letters; `size` is the height of a line as a share of the picture's mean side."""

    text: str
    place: Place = "bottom"
    align: Align = "centre"
    colour: str = "white"
    size: float = 0.1

    @property
    def phrase(self) -> str:
        where = "in the centre" if self.place == "centre" else f"at the {self.place}"
        if self.align != "centre":
            where = f"on the {self.align}" if self.place == "centre" else f"{where} {self.align}"
        return f"wrote “{self.text}” {where}"

    def apply(self, image: Image.Image) -> Image.Image:
        check_letters(self.text)
        if image.mode == "L" and not is_grey(self.colour):
            image = image.convert("RGB")
        return on_colours(image, self.draw)

    def size_after(self, size: Size) -> Size:
        check_letters(self.text)
        self.fit(size)
        return size

    def draw(self, image: Image.Image) -> Image.Image:
        done = image.copy()
        pen = ImageDraw.Draw(done)
        margin = margin_of(image.size)
        lines, font, outline = self.fit(image.size)
        x = {"left": margin, "centre": image.width / 2, "right": image.width - margin}[self.align]
        y = {"top": margin, "centre": image.height / 2, "bottom": image.height - margin}[self.place]
        anchor = {"left": "l", "centre": "m", "right": "r"}[self.align]
        anchor += {"top": "a", "centre": "m", "bottom": "d"}[self.place]
        dark = sum(ImageColor.getrgb(self.colour)[:3]) < 3 * 96
        pen.multiline_text(
            (x, y),
            "\n".join(lines),
            self.colour,
            font,
            anchor,
            align="center" if self.align == "centre" else self.align,
            stroke_width=outline,
            stroke_fill="white" if dark else "black",
        )
        return done

    def fit(self, size: Size) -> tuple[list[str], ImageFont.FreeTypeFont, int]:
        """Lines, font and outline: the largest letters up to `self.size` that fit on a picture of `size`.

        Raises `CannotApply` when there are none.
        """
        pen = ImageDraw.Draw(Image.new("L", (1, 1)))  # only measures
        width, height = (side - 2 * margin_of(size) for side in size)
        pixels = max(8.0, self.size * (height + width) / 2)
        while pixels >= 8:
            font = ImageFont.load_default(pixels)
            if not isinstance(font, ImageFont.FreeTypeFont):
                raise CannotApply("I can't write on pictures here: Pillow was built without FreeType.")
            outline = max(1, round(pixels / 16))
            lines = wrap(self.text, font, width - 2 * outline)
            box = pen.multiline_textbbox((0, 0), "\n".join(lines), font, stroke_width=outline)
            if box[2] - box[0] <= width and box[3] - box[1] <= height:
                return lines, font, outline
            pixels *= 0.9
        raise CannotApply("That text doesn't fit on this picture.")


def margin_of(size: Size) -> int:
    return round(0.04 * min(size))


def wrap(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def check_letters(text: str) -> None:
    """Raise `CannotApply` when the font draws one of the letters as its "missing" box."""
    font = ImageFont.load_default(32)
    missing = bytes(font.getmask("\uffff"))
    unknown = [
        each for each in dict.fromkeys(text) if not each.isspace() and bytes(font.getmask(each)) == missing
    ]
    if unknown:
        raise CannotApply(f"I can't write these characters: {' '.join(unknown)}")
