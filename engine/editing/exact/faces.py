"""Faces made unrecognisable: blurred or pixelated, each by its own size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from engine.editing.exact.operations import CannotApply, Operation
from engine.editing.exact.people import find_faces

NO_FACE = "I can't find a face in this picture: I see those that look at the camera and aren't very small."
"""For the person."""
WIDER, HIGHER = 1.3, 1.7
"""A face with its chin and forehead, in boxes of the detector."""


@dataclass(frozen=True, slots=True)
class HideFaces(Operation):
    """All faces that are found, coarse enough that nobody is known by them."""

    how: Literal["blur", "pixelate"]

    @property
    def phrase(self) -> str:
        return "blurred the faces" if self.how == "blur" else "pixelated the faces"

    def apply(self, image: Image.Image) -> Image.Image:
        """Raises `CannotApply` where no face is found."""
        boxes = find_faces(image)
        if not len(boxes):
            raise CannotApply(NO_FACE)
        done = image.copy()
        for x, y, width, height in (boxes * np.tile(image.size, 2)).tolist():
            self._hide(done, x, y - height * 0.08, width * WIDER, height * HIGHER)
        return done

    def _hide(self, image: Image.Image, x: float, y: float, width: float, height: float) -> None:
        """The ellipse round (x, y), in place."""
        margin = max(width, height) / 4
        box = (
            *(max(0, round(at - side / 2 - margin)) for at, side in ((x, width), (y, height))),
            min(image.width, round(x + width / 2 + margin)),
            min(image.height, round(y + height / 2 + margin)),
        )
        piece = image.crop(box)
        if not piece.width or not piece.height:
            return
        if self.how == "blur":
            hidden = piece.filter(ImageFilter.GaussianBlur(width / 6))
        else:
            cell = max(1, round(width / 9))
            cells = -(-piece.width // cell), -(-piece.height // cell)
            large = (cells[0] * cell, cells[1] * cell)
            hidden = piece.reduce(cell).resize(large, Image.Resampling.NEAREST).crop((0, 0, *piece.size))
        mask = Image.new("L", piece.size)
        centre = (x - box[0], y - box[1])
        ellipse = [
            centre[0] - width / 2,
            centre[1] - height / 2,
            centre[0] + width / 2,
            centre[1] + height / 2,
        ]
        ImageDraw.Draw(mask).ellipse(ellipse, fill=255)
        if self.how == "blur":
            mask = mask.filter(ImageFilter.GaussianBlur(width / 20))
        image.paste(hidden, box[:2], mask)
