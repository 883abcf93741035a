"""The weights that ship never do something else than what was asked in the plainest words."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageColor
from skimage import data

from engine.editing import series
from engine.editing.editor import Editor
from engine.jobs import Edited, EditJob, Refused
from tests.engine.edits import run

WEIGHTS = Path(__file__).parents[3] / "engine/weights/editor"
SIZE = (1000, 750)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def editor() -> Editor:
    return Editor.load(WEIGHTS, torch.device("cpu"), torch.float32)


@pytest.fixture(scope="module")
def cat() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(data.chelsea()).resize(SIZE, Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def edited(editor: Editor, image: bytes, instruction: str, seed: int = 0) -> Edited | Refused:
    return run(editor, EditJob("1", "ann", image, instruction, seed))[1]


def pixels(outcome: Edited | Refused, by: str = "diffusion") -> np.ndarray:
    assert isinstance(outcome, Edited)
    assert (outcome.width, outcome.height, outcome.editor) == (*SIZE, by)
    with Image.open(io.BytesIO(outcome.image)) as picture:
        return np.asarray(picture.convert("RGB"), np.float32) / 255


def source(image: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(image)) as picture:
        return np.asarray(picture, np.float32) / 255


def face(picture: np.ndarray) -> np.ndarray:
    """Between the eyes of the cat, which fill the middle of the picture."""
    height, width = picture.shape[:2]
    return picture[height * 2 // 5 : height * 3 // 5, width * 9 // 20 : width * 12 // 20]


def corner(picture: np.ndarray) -> np.ndarray:
    """Where there is no cat: the upper right corner."""
    height, width = picture.shape[:2]
    return picture[: height // 6, width * 9 // 10 :]


@pytest.mark.parametrize("wish", ["make it night", "change the time of day to night", "turn it into night"])
def test_night_is_dark_and_bluish(editor: Editor, cat: bytes, wish: str) -> None:
    before, after = source(cat), pixels(edited(editor, cat, wish))
    assert after.mean() < 0.6 * before.mean()
    assert after[..., 2].mean() > after[..., 0].mean()


def test_winter_is_paler_and_colder(editor: Editor, cat: bytes) -> None:
    before, after = source(cat), pixels(edited(editor, cat, "make it winter"))
    assert np.ptp(after.mean((0, 1))) < np.ptp(before.mean((0, 1)))
    assert (after[..., 2] - after[..., 0]).mean() > (before[..., 2] - before[..., 0]).mean()


def test_a_drawing_is_left_to_a_filter(editor: Editor, cat: bytes) -> None:
    outcome = edited(editor, cat, "make it look like a pencil sketch")
    assert isinstance(outcome, Edited)
    assert (outcome.width, outcome.height, outcome.editor) == (*SIZE, "exact")
    assert outcome.summary == "I turned it into a pencil sketch."


@pytest.mark.parametrize("colour", ["blue", "red", "green", "black", "pink"])
def test_a_background_gets_the_colour_that_was_asked_for(editor: Editor, cat: bytes, colour: str) -> None:
    before, after = source(cat), pixels(edited(editor, cat, f"make the background {colour}"), "exact")
    assert np.abs(face(after) - face(before)).mean() < 0.01
    wanted = np.array(ImageColor.getrgb(colour)) / 255
    assert np.abs(corner(after).mean((0, 1)) - wanted).max() < 0.05


def test_a_cat_is_recoloured_and_what_is_behind_it_stays(editor: Editor, cat: bytes) -> None:
    before, after = source(cat), pixels(edited(editor, cat, "make the cat blue"), "exact")
    red, _, blue = face(after).mean((0, 1))
    assert blue > 1.5 * red
    assert np.abs(corner(after) - corner(before)).mean() < 0.02


def test_what_is_behind_a_cat_is_blurred_and_the_cat_stays(editor: Editor, cat: bytes) -> None:
    before, after = source(cat), pixels(edited(editor, cat, "blur the background a lot"), "exact")
    assert np.abs(face(after) - face(before)).mean() < 0.01
    assert (
        np.abs(np.diff(corner(after), axis=0)).mean() < 0.9 * np.abs(np.diff(corner(before), axis=0)).mean()
    )


def test_leave_it_as_it_is_changes_next_to_nothing(editor: Editor, cat: bytes) -> None:
    before, after = source(cat), pixels(edited(editor, cat, "leave it as it is"))
    assert np.abs(after - before).mean() < 0.03


def test_the_same_seed_gives_the_same_bytes(editor: Editor, cat: bytes) -> None:
    one, two = (edited(editor, cat, "make it autumn", seed=3) for _ in range(2))
    assert isinstance(one, Edited) and isinstance(two, Edited)
    assert one.image == two.image


@pytest.mark.parametrize("wish", ["give him a cyborg arm", "add a cat holding a sign", "make her smile"])
def test_what_it_never_learned_is_refused(editor: Editor, cat: bytes, wish: str) -> None:
    assert isinstance(edited(editor, cat, wish), Refused)


@pytest.mark.parametrize(
    "wish",
    [
        "make the background blue",
        "change the background to night",
        "make it night",
        "make it winter",
        "remove the background",
        "make it a sunset",
        "make it look like a pencil sketch",
        "please change the background to a beach",
        "make the shirt red",
    ],
)
def test_the_plain_wishes_of_the_story_are_known(editor: Editor, wish: str) -> None:
    assert editor.knowledge is not None
    assert editor.knowledge.covers(wish)


def test_a_mixed_wish_is_painted_and_then_cropped(editor: Editor, cat: bytes) -> None:
    outcome = edited(editor, cat, "make it night and crop it square")
    assert isinstance(outcome, Edited)
    assert (outcome.width, outcome.height, outcome.editor) == (750, 750, "diffusion")
    assert outcome.summary == "I painted “make it night” and cropped it to a square."
    with Image.open(io.BytesIO(outcome.image)) as picture:
        after = np.asarray(picture.convert("RGB"), np.float32) / 255
    night = pixels(edited(editor, cat, "make it night"))[:, 125:875]
    assert after.mean() < 0.6 * source(cat).mean()
    assert np.abs(after - night).mean() < 0.01  # but for one JPEG less


@pytest.mark.parametrize(
    ("wish", "painted", "exact"),
    [
        ("make it winter and a bit brighter, then crop it square", 1, 1),
        ("flip it, make the background blue and increase the contrast", 0, 3),
        ("turn it into a watercolour painting and rotate it 90 degrees", 0, 2),
        ("make it night, then a comic", 1, 1),
    ],
)
def test_mixed_wishes_of_people_are_understood(editor: Editor, wish: str, painted: int, exact: int) -> None:
    plans = [part.plan for part in series.read(wish, editor.knowledge)]
    assert (plans.count(None), len(plans) - plans.count(None)) == (painted, exact)


def test_the_folder_stays_small() -> None:
    assert sum(file.stat().st_size for file in WEIGHTS.rglob("*") if file.is_file()) < 18 * 2**20
