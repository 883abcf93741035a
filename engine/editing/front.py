"""What stands before the background of a picture without people, as a mask for the exact edits of parts."""

from __future__ import annotations

from PIL import Image

from engine.editing.exact.operations import CannotApply
from engine.editing.exact.people import to_the_pixel
from engine.editing.knowledge import LOOK_SIDE, Looks
from engine.editing.pictures import rgb, thumbnail

LEAST, MOST = 0.005, 0.95
"""Shares of the picture that it must have."""
UNCLEAR = "I can't tell what is background in this picture."


def front(looks: Looks, image: Image.Image) -> Image.Image:
    """An L mask of the picture's size, 255 on the subject. Raises `CannotApply` where all or nothing is."""
    plain = rgb(image)
    likely = looks(thumbnail(plain, LOOK_SIDE))
    if not LEAST < (likely > 0.5).mean() < MOST:
        raise CannotApply(UNCLEAR)
    return to_the_pixel(likely, plain)
