"""Where something new goes in a picture, and how it is laid in there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from engine.editing.sight import SEEN, Likely

APART = 1.08
"""From one of a row to the next, in widths."""
WIDTHS = {"head": 1.6, "eyes": 1.35, "nose": 0.4, "shoulder": 1.1}
CENTRES = {"eyes": 0.3, "nose": 0.58}
WHOLE = 1.5, 1.8
"""How large something is on a face: in widths and heights of the detector's box, and where its middle is."""
SHOULDER = 1.0, 0.75
"""From the middle of a face to that of a shoulder, in widths, and from the chin down to it, in heights."""
BROW, LOWEST = -0.05, 0.12
"""Where what is on a head ends in that box, and how far down the picture's edge may push it."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels; may reach beyond the picture."""
DARKEST, LIT = 0.65, 0.65
"""The light on a drawing in the dark, and how much of the picture's own adds to that."""
SHADOW = 0.4
ASIDE = 0.1
"""What something above a box counts of what is in it."""
GREY = 6
"""Mean saturation, of 255, up to which a picture counts as black and white."""


def standing(middle: float, end: float, width: float, height: float) -> Box:
    return middle - width / 2, end - height, middle + width / 2, end


def box_of(likely: Likely, size: tuple[int, int]) -> Box:
    """What a thing that was found takes up of a picture of that size."""
    down, across = np.nonzero(likely > SEEN)
    wide, high = size[0] / likely.shape[1], size[1] / likely.shape[0]
    edges = across.min() * wide, down.min() * high, (across.max() + 1) * wide, (down.max() + 1) * high
    left, top, right, bottom = map(float, edges)
    return left, top, right, bottom


def colourful(picture: Image.Image) -> bool:
    """Whether an RGB picture has colours at all."""
    saturation = np.asarray(picture.resize((32, 32)).convert("HSV"))[..., 1]
    return bool(saturation.mean() > GREY)


def freest(
    columns: Iterable[float], front: Likely, size: tuple[int, int], boxes: Callable[[float], Sequence[Box]]
) -> float:
    """The column whose boxes cover the least of what stands in front, and next have the least of it above and
    below; of equal ones the first."""
    scale = np.array([front.shape[1] / size[0], front.shape[0] / size[1]] * 2)

    def covered(column: float) -> float:
        row = boxes(column)
        whole = row[0][0], min(box[1] for box in row), row[-1][2], max(box[3] for box in row)
        left, top, right, bottom = np.rint(np.array(whole) * scale).astype(int).clip(0)
        seen = front[:, left:right]
        return round(float(seen[top:bottom].sum() + ASIDE * seen.sum()))

    return min(columns, key=covered)


@dataclass(frozen=True, slots=True)
class Unit:
    """One drawing (RGBA) and how large it is to be, in pixels."""

    drawing: Image.Image
    width: float
    height: float
    flies: bool

    def scaled(self, share: float) -> Unit:
        return replace(self, width=self.width * share, height=self.height * share)


def in_row(units: Sequence[Unit], middle: float, ends: Sequence[float]) -> Sequence[Box]:
    """Boxes beside each other, the row's middle there, each down to its own end."""
    whole = sum(unit.width for unit in units) * APART - units[-1].width * (APART - 1)
    left = middle - whole / 2
    boxes: list[Box] = []
    for unit, end in zip(units, ends, strict=True):
        boxes.append((left, end - unit.height, left + unit.width, end))
        left += unit.width * APART
    return boxes


def on_face(face: Box, drawing: Image.Image, part: str, factor: float) -> Box:
    """Where a drawing goes on a face, whose box is the detector's: from above the eyebrows to the chin.

    `part`: "head", where it ends above the eyebrows, "eyes", "nose", "face", all of which it covers, or
    "shoulder", the right one in the picture, on which it stands.
    """
    left, top, right, bottom = face
    wide, high = right - left, bottom - top
    if part == "face":
        scale = max(WHOLE[0] * wide / drawing.width, WHOLE[1] * high / drawing.height)
        width, centre = drawing.width * scale * factor, (top + bottom) / 2 - 0.08 * high
    else:
        width, centre = wide * WIDTHS[part] * factor, top + CENTRES.get(part, 0.0) * high
    height = width * drawing.height / drawing.width
    middle, end = (left + right) / 2, centre + height / 2
    if part == "head":
        end = min(max(top + BROW * high, height), top + LOWEST * high)
    elif part == "shoulder":
        middle, end = middle + SHOULDER[0] * wide, bottom + SHOULDER[1] * high
    return standing(middle, end, width, height)


def lay_in(picture: Image.Image, drawing: Image.Image, box: Box, stands: bool) -> None:
    """Put the drawing (RGBA) at that box, in place; one that `stands` there is in the picture's light and
    casts a shadow."""
    left, top, right, bottom = map(round, box)
    size = max(right - left, 1), max(bottom - top, 1)
    drawn = drawing.resize(size, Image.Resampling.LANCZOS)
    if stands:
        drawn = _lit(drawn, picture.crop((left, top, right, bottom)))
        _shadow(picture, (left, top, right, bottom))
    picture.paste(drawn, (left, top), drawn)


def _lit(drawing: Image.Image, around: Image.Image) -> Image.Image:
    light = np.asarray(around.convert("L").resize((16, 16))).mean() / 255
    gain = min(DARKEST + LIT * light, 1.0)
    *colours, alpha = drawing.split()
    return Image.merge("RGBA", [*(band.point(lambda level: round(level * gain)) for band in colours), alpha])


def _shadow(picture: Image.Image, box: tuple[int, int, int, int]) -> None:
    """A soft dark ellipse under the box's lower edge, in place."""
    left, _, right, bottom = box
    width = right - left
    soft = max(width / 25, 1)
    high, margin = max(round(width * 0.12), 2), round(4 * soft)
    mask = Image.new("L", (width + 2 * margin, high + 2 * margin))
    inset = round(width * 0.08)
    ImageDraw.Draw(mask).ellipse(
        (margin + inset, margin, margin + width - inset, margin + high), fill=round(255 * SHADOW)
    )
    mask = mask.filter(ImageFilter.GaussianBlur(soft))
    picture.paste((0, 0, 0), (left - margin, round(bottom - high * 0.75) - margin), mask)
