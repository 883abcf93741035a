"""A wish about one part of a picture never changes the other part, by as much as one level."""

from __future__ import annotations

import io

import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from engine.editing.editor import Editor
from engine.editing.knowledge import Knowledge, content
from engine.editing.region import Region, Scope, scope
from engine.jobs import Edited
from tests.engine.editing.test_editor import STARTER, job
from tests.engine.editing.tiny import encoded, photo, starter_parts
from tests.engine.edits import run

WISHES = ("make the background blue", "change the background to a forest", "put it on a red background")
SIDE = 150
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE]
FROM_CENTRE = np.hypot(ROWS - SIDE / 2, COLUMNS - SIDE / 2)


def disc() -> Image.Image:
    """A bright disc of radius 40 on a soft dark ground."""
    picture = photo(SIDE, SIDE).point(lambda level: level // 4)
    ImageDraw.Draw(picture).ellipse((35, 35, 115, 115), fill=(240, 200, 60))
    return picture


def let_through(instruction: str, change: np.ndarray) -> np.ndarray:
    found = Region(instruction, disc())(change.astype(np.float32)[..., None].repeat(3, 2))
    assert found is not None
    values = np.clip(found(np.asarray(disc(), np.float32) / 255), 0, 1)
    return values[..., 0]


def test_people_are_what_a_background_is_behind() -> None:
    photograph = Image.fromarray(skimage.data.astronaut())
    change = np.full((64, 64, 3), 0.5, np.float32)  # the network takes everything for the background
    found = Region("change the background to a beach", photograph)(change)
    assert found is not None
    low = photograph.resize(found.offset.shape[1::-1])
    values = np.clip(found(np.asarray(low, np.float32) / 255), 0, 1)[..., 0]
    side = len(values)
    face, corner = values[side // 8 : side // 3, side * 2 // 5 : side // 2], values[: side // 8, : side // 8]
    assert face.mean() < 0.05
    assert corner.mean() > 0.9


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("make the background blue", "background"),
        ("please change the backdrop to a beach", "background"),
        ("make it red behind", "background"),
        ("make the shirt red", "subject"),
        ("dye the flower pale blue", "subject"),
        ("make it night", "everywhere"),
        ("make the sky blue", "everywhere"),
        ("change the background to night", "everywhere"),
        ("change the background to a sunset", "background"),
        ("leave it as it is", "nowhere"),
        ("please don't change anything", "nowhere"),
    ],
)
def test_the_words_say_what_a_wish_is_about(wish: str, expected: Scope) -> None:
    assert scope(wish) == expected


def test_a_wish_about_the_background_leaves_the_subject_alone() -> None:
    found = let_through("make the background blue", np.full((SIDE, SIDE), 0.4))
    assert found[FROM_CENTRE < 34].max() == 0
    assert found[FROM_CENTRE > 46].mean() > 0.9


def test_a_wish_about_a_thing_leaves_everything_else_alone() -> None:
    found = let_through("make the ball pink", (FROM_CENTRE < 40) * 0.4 + 0.02)
    assert found[FROM_CENTRE > 46].max() == 0
    assert found[FROM_CENTRE < 34].min() == 1


def test_what_the_network_left_alone_is_the_subject_too() -> None:
    corner = (ROWS > 110) & (COLUMNS > 110)
    found = let_through("make the background blue", np.where(corner, 0.02, 0.4))
    assert found[(ROWS > 122) & (COLUMNS > 122)].max() == 0


def test_a_thing_reaches_as_far_as_its_colour() -> None:
    """The network touched the left half of the disc only, and a spot of the ground as well."""
    spot = (ROWS > 110) & (COLUMNS > 110)
    found = let_through("make the ball pink", ((FROM_CENTRE < 40) & (COLUMNS < 80) | spot) * 0.4)
    assert found[(FROM_CENTRE < 32)].min() == 1
    assert found[(ROWS > 122) & (COLUMNS > 122)].max() == 0


@given(width=st.integers(1, 200), height=st.integers(1, 200), wish=st.sampled_from((*WISHES, "make it pink")))
@settings(max_examples=15, deadline=None)
def test_any_size_has_a_region(width: int, height: int, wish: str) -> None:
    found = Region(wish, photo(width, height))(np.zeros((8, 8, 3), np.float32))
    assert found is None or bool(np.isfinite(found.slope).all() and np.isfinite(found.offset).all())


def test_five_rounds_elsewhere_leave_a_pixel_as_it_was_to_the_last_bit() -> None:
    editor = Editor(starter_parts(), STARTER, Knowledge(frozenset(map(content, WISHES))))
    first = image = encoded(disc())
    for number in range(5):
        _, outcome = run(editor, job(image, WISHES[number % 3], seed=number))
        assert isinstance(outcome, Edited)
        image = outcome.image
    before, after = (np.asarray(Image.open(io.BytesIO(data)).convert("RGB")) for data in (first, image))
    assert np.array_equal(before[FROM_CENTRE < 30], after[FROM_CENTRE < 30])
    assert not np.array_equal(before, after)


def test_nothing_is_nothing() -> None:
    editor = Editor(starter_parts(), STARTER, Knowledge(frozenset({content("leave it as it is")})))
    _, outcome = run(editor, job(encoded(disc()), "leave it as it is"))
    assert isinstance(outcome, Edited)
    with Image.open(io.BytesIO(outcome.image)) as result:
        assert np.array_equal(np.asarray(result.convert("RGB")), np.asarray(disc()))
