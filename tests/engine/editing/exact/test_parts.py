"""An edit of the background changes no pixel of the person, and none at all is made where nobody is seen."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from PIL import Image

from engine.editing.exact import plan
from engine.editing.exact.parts import NobodyFound
from engine.editing.exact.people import find_people

SIDE = 512


@pytest.fixture(scope="module")
def portrait() -> Image.Image:
    return Image.fromarray(skimage.data.astronaut())


@pytest.fixture(scope="module")
def person(portrait: Image.Image) -> np.ndarray:
    mask = find_people(portrait)
    assert mask is not None
    return np.asarray(mask)


def edited(instruction: str, picture: Image.Image) -> Image.Image:
    found = plan(instruction)
    assert found is not None
    return found.apply(picture)


def test_the_mask_is_on_the_face_and_not_on_the_rocket(person: np.ndarray) -> None:
    assert person.shape == (SIDE, SIDE)
    assert person[80:170, 195:250].min() == 255, "her face"
    assert person[20:180, 360:460].max() == 0, "the rocket behind her"


@pytest.mark.parametrize(
    "instruction", ["blur the background a lot", "darken the background", "black and white except her"]
)
def test_what_is_done_to_the_background_leaves_the_person(
    instruction: str, portrait: Image.Image, person: np.ndarray
) -> None:
    before, after = np.asarray(portrait), np.asarray(edited(instruction, portrait))
    assert (after == before)[person == 255].all()
    assert np.abs(after.astype(int) - before)[person == 0].mean() > 3


def test_what_is_done_to_the_person_leaves_the_background(portrait: Image.Image, person: np.ndarray) -> None:
    before, after = np.asarray(portrait), np.asarray(edited("brighten only her", portrait))
    assert (after == before)[person == 0].all()
    assert after[person == 255].mean() > before[person == 255].mean() + 5


def test_a_blurred_background_has_no_halo_of_the_person() -> None:
    """White on black: however wide the blur, the black beside the white stays black."""
    from engine.editing.exact.detail import gaussian

    picture, share = Image.new("L", (256, 256), 0), Image.new("L", (256, 256), 255)
    picture.paste(255, (96, 96, 160, 160))
    share.paste(0, (96, 96, 160, 160))
    for radius in (2, 12):
        assert np.asarray(gaussian(picture, radius, share))[np.asarray(share) == 255].max() == 0


def test_a_plain_background_is_plain_and_the_person_keeps_her_colours(
    portrait: Image.Image, person: np.ndarray
) -> None:
    before, after = np.asarray(portrait), np.asarray(edited("make the background red", portrait))
    assert (after[person == 0] == (255, 0, 0)).all()
    assert (after == before)[person == 255].all()


def test_a_removed_background_is_transparent(portrait: Image.Image, person: np.ndarray) -> None:
    done = edited("remove the background", portrait)
    assert done.mode == "RGBA"
    assert (np.asarray(done.getchannel("A")) == person).all()


@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_pictures_of_other_modes_keep_them(mode: str, portrait: Image.Image) -> None:
    assert edited("blur the background", portrait.convert(mode)).mode == mode


@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket"])
def test_where_nobody_is_seen_there_is_no_mask(name: str) -> None:
    picture = Image.fromarray(getattr(skimage.data, name)())
    assert find_people(picture) is None
    with pytest.raises(NobodyFound):
        edited("blur the background", picture)


def test_two_rounds_say_what_was_done() -> None:
    found = plan("make the background light blue and a bit darker")
    assert found is not None
    assert (
        found.summary == "I made the background light blue and made the background a bit darker (−0.3 stops)."
    )
