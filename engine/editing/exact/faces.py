"""Faces made coarse: blurred or pixelated, each by its own size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from engine.editing.exact.filters import in_squares
from engine.editing.exact.operations import CannotApply, Operation, on_colours
from engine.editing.exact.people import find_faces

NO_FACE = "I can't find a face in this picture: I see those that look at the camera and aren't very small."
WHICH_FACE = "I see {count} faces and can't tell which one you mean; say “blur all faces” to hide them all."
"""For the person."""
WIDER, HIGHER = 1.3, 1.7
"""A face with its chin and forehead, in boxes of the detector."""


@dataclass(frozen=True, slots=True)
class HideFaces(Operation):
    """All faces that are found; the only one, if not `every`. Some seven squares go into a face's width."""

    how: Literal["blur", "pixelate"]
    every: bool = True

    @property
    def phrase(self) -> str:
        done = "blurred" if self.how == "blur" else "pixelated"
        return f"{done} every face that I found" if self.every else f"{done} the face"

    def apply(self, image: Image.Image) -> Image.Image:
        """Raises `CannotApply` where no face is found, or one is meant and there are more."""
        boxes = find_faces(image)
        if not len(boxes):
            raise CannotApply(NO_FACE)
        if not self.every and len(boxes) > 1:
            raise CannotApply(WHICH_FACE.format(count=len(boxes)))
        return on_colours(image, lambda colours: self._hidden(colours, boxes * np.tile(image.size, 2)))

    def _hidden(self, image: Image.Image, boxes: np.ndarray) -> Image.Image:
        done = image.copy()
        for x, y, width, height in boxes.tolist():
            self._hide(done, x, y - height * 0.08, width * WIDER, height * HIGHER)
        return done

    def _hide(self, image: Image.Image, x: float, y: float, width: float, height: float) -> None:
        """The ellipse round (x, y), in place."""
        margin = max(width, height) / 4
        left, right = (min(max(round(x + way * (width / 2 + margin)), 0), image.width) for way in (-1, 1))
        top, bottom = (min(max(round(y + way * (height / 2 + margin)), 0), image.height) for way in (-1, 1))
        if left >= right or top >= bottom:
            return
        piece = image.crop((left, top, right, bottom))
        mask = Image.new("L", piece.size)
        x, y = x - left, y - top
        ImageDraw.Draw(mask).ellipse([x - width / 2, y - height / 2, x + width / 2, y + height / 2], fill=255)
        if self.how == "blur":
            hidden = piece.filter(ImageFilter.GaussianBlur(width / 6))
            mask = mask.filter(ImageFilter.GaussianBlur(width / 20))
        else:
            hidden = in_squares(piece, max(2, round(width / 9)))
        image.paste(hidden, (left, top), mask)
