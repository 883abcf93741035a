"""Where something new goes in a picture, and how it is laid in there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from engine.editing.sight import SEEN, Likely

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
    columns: Iterable[float], front: Likely, size: tuple[int, int], box: Callable[[float], Box]
) -> float:
    """The column whose box covers the least of what stands in front, and next has the least of it above and
    below; of equal ones the first."""
    scale = np.array([front.shape[1] / size[0], front.shape[0] / size[1]] * 2)

    def covered(column: float) -> float:
        left, top, right, bottom = np.rint(np.array(box(column)) * scale).astype(int).clip(0)
        seen = front[:, left:right]
        return round(float(seen[top:bottom].sum() + ASIDE * seen.sum()))

    return min(columns, key=covered)


def laid_in(picture: Image.Image, drawing: Image.Image, box: Box, stands: bool) -> Image.Image:
    """The picture with the drawing (RGBA) at that box; one that `stands` there is in the picture's light and
    casts a shadow."""
    left, top, right, bottom = map(round, box)
    size = max(right - left, 1), max(bottom - top, 1)
    drawn = drawing.resize(size, Image.Resampling.LANCZOS)
    result = picture.copy()
    if stands:
        _shadow(result, (left, top, right, bottom))
        drawn = _lit(drawn, picture.crop((left, top, right, bottom)))
    result.paste(drawn, (left, top), drawn)
    return result


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
