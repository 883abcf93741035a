"""In a flat drawing a thing is what its areas are, however rough the network's idea of it."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from skimage import data

from engine.editing.flat import by_area, is_flat


def drawn() -> Image.Image:
    picture = Image.new("RGB", (200, 150), (120, 190, 250))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 100, 200, 150), fill=(90, 170, 80))
    draw.rectangle((60, 60, 110, 110), fill=(200, 70, 50))
    draw.polygon([(50, 60), (85, 30), (120, 60)], fill=(110, 50, 40))
    return picture


def test_drawings_are_flat_and_photos_are_not() -> None:
    assert is_flat(drawn())
    for photo in (data.astronaut(), data.coffee(), data.chelsea()):
        assert not is_flat(Image.fromarray(photo).resize((240, 180)))


def test_each_area_is_the_thing_s_as_a_whole_or_not_at_all() -> None:
    rough = np.zeros((150, 200), np.float32)
    rough[45:105, 55:115] = 0.9  # a part of the roof is missing, some sky and grass too much
    found = by_area(rough, drawn(), 0.4)
    pixels = np.asarray(drawn())
    house = (pixels == (200, 70, 50)).all(-1) | (pixels == (110, 50, 40)).all(-1)
    assert set(np.unique(found)) <= {0.0, 1.0}
    assert ((found > 0.5) == house).mean() > 0.99
