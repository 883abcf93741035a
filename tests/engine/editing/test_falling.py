"""Rain and snow only fall where they were wished for, and only ever lighten a picture."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.editing.editor import Defaults, Editor
from engine.editing.falling import Falls, fallen, falling
from engine.editing.knowledge import Knowledge, content
from engine.jobs import Edited, EditJob
from tests.engine.editing.tiny import encoded, photo, starter_parts
from tests.engine.edits import run

SIZE = (240, 180)
SMALL = Defaults(resolution=32, square=True, views=4, steps=2, text_guidance=2.0, image_guidance=1.2)
KNOWN = Knowledge(frozenset(map(content, ("make it rain", "make it night"))))


@pytest.mark.parametrize(
    ("wish", "what"),
    [
        ("make it rain", "rain"),
        ("it should be raining", "rain"),
        ("a rainy autumn evening", "rain"),
        ("change the weather to a thunderstorm", "rain"),
        ("let it snow", "snow"),
        ("a snowy winter night", "snow"),
        ("turn it into a blizzard", "snow"),
        ("make it winter", None),
        ("remove the rain", None),
        ("no more snow", None),
        ("put snow on the ground", None),
        ("change the background to a rainy street", None),
        ("change the backdrop to snow", None),
        ("replace the snow", None),
        ("cover the snow", None),
        ("change the rain", None),
        ("turn the snowy day into night", None),
        ("put me in a snowy landscape", None),
        ("don't make it rain", None),
        ("give her rain boots", None),
        ("dress her as snow white", None),
        ("make the train red", None),
        ("add a rainbow", None),
    ],
)
def test_it_falls_where_that_is_the_wish(wish: str, what: Falls | None) -> None:
    assert falling(wish) == what


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(1, 60),
    height=st.integers(1, 60),
    what=st.sampled_from(("rain", "snow")),
    seed=st.integers(0, 2**32 - 1),
)
def test_nothing_gets_darker_and_a_seed_draws_the_same(
    width: int, height: int, what: Falls, seed: int
) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    before = pixels.copy()
    after = fallen(pixels, what, seed)
    assert after.shape == pixels.shape and after.dtype == np.uint8
    assert (after >= before).all()
    assert (pixels == before).all()
    assert (fallen(pixels, what, seed) == after).all()


@pytest.mark.parametrize("what", ["rain", "snow"])
@pytest.mark.parametrize("width", [64, 200, 900, 2400])
def test_most_of_the_picture_is_still_seen(what: Falls, width: int) -> None:
    dark = np.full((width * 2 // 3, width, 3), 40, np.uint8)
    after = fallen(dark, what, 1)
    assert 0.004 < (after > 70).mean() < 0.25
    assert after.mean() < 60
    assert (fallen(dark, what, 2) != after).any()


def edited(editor: Editor, instruction: str) -> np.ndarray:
    job = EditJob("1", "ann", encoded(photo(*SIZE)), instruction, seed=1)
    outcome = run(editor, job)[1]
    assert isinstance(outcome, Edited)
    with Image.open(io.BytesIO(outcome.image)) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def test_small_weights_get_it_and_full_ones_paint_it_themselves() -> None:
    """The tiny network has no say in it: with the same text in the words it knows both pictures are alike."""
    small, full = Editor(starter_parts(), SMALL, KNOWN), Editor(starter_parts(), SMALL, None)
    assert (edited(small, "make it rain") != edited(full, "make it rain")).any()
    assert (edited(small, "make it night") == edited(full, "make it night")).all()


def test_again_is_other_rain() -> None:
    editor = Editor(starter_parts(), SMALL, KNOWN)
    job = EditJob("1", "ann", encoded(photo(*SIZE)), "make it rain", seed=1)
    one, same, other = (run(editor, replace(job, seed=seed))[1] for seed in (1, 1, 2))
    assert isinstance(one, Edited) and isinstance(same, Edited) and isinstance(other, Edited)
    assert one.image == same.image != other.image
