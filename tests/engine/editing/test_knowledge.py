"""The starter never says yes to what it has not been taught, nor no to its own wordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.editing.data import phrases
from engine.editing.data.wordings import varied
from engine.editing.knowledge import (
    SUBJECT,
    Knowledge,
    content,
    read_knowledge,
    write_knowledge,
    write_things,
)

SAID = ("make it night", "make the background blue", "make the cat blue", "add snow", "remove the background")


@pytest.fixture
def knows(tmp_path: Path):
    write_knowledge(tmp_path, SAID)
    return read_knowledge(tmp_path)


@pytest.mark.parametrize(
    "wish",
    [
        *SAID,
        "Please make it night!",
        "could you change the photo to night",
        "set the background colour to blue",
        "turn the cat blue",
        "make the cats blue",
        "make the cat dark green",
        "make it look like it was taken at night",
    ],
)
def test_known_wishes_are_covered_however_they_are_said(knows, wish: str) -> None:
    assert knows.covers(wish)


@pytest.mark.parametrize(
    "wish",
    [
        "give him a cyborg arm",
        "add a cat",
        "remove the cat",
        "turn the cat into a dog",
        "make the night blue with a cat",
        "make the front blue",
        "make the place blue",
    ],
)
def test_known_words_in_an_unknown_wish_are_not_enough(knows, wish: str) -> None:
    assert not knows.covers(wish)


@pytest.mark.parametrize("wish", ["", "the photo", "!!!", "🎈", "please", "make it"])
def test_words_that_ask_for_nothing_are_not_covered(knows, wish: str) -> None:
    assert not knows.covers(wish)


def test_things_are_known_by_name_also_with_other_words_before_it(tmp_path: Path) -> None:
    (tmp_path / SUBJECT).mkdir()
    write_knowledge(tmp_path, SAID)
    write_things(tmp_path, ["saucer", "police car", "old phone", "saucer", "box", "knife"])
    knows = read_knowledge(tmp_path)
    assert knows is not None
    for noun, name in (
        ("saucer", "saucer"),
        ("big red saucers", "saucer"),
        ("police cars", "police car"),
        ("old phone", "old phone"),
        ("phone", None),
        ("car", None),
        ("flying saucer", None),
        ("old", None),
        ("boxes", "box"),
        ("knives", "knife"),
    ):
        assert knows.thing(noun) == name


def test_weights_without_a_file_refuse_nothing(tmp_path: Path) -> None:
    assert read_knowledge(tmp_path) is None


@pytest.mark.parametrize("name", list(phrases.EFFECTS))
def test_wordings_differ_are_short_and_mean_something(name: str) -> None:
    said = varied(phrases.effect(name), np.random.default_rng(0))
    assert len(said) == len(set(said)) >= 12
    assert all(len(text.split()) <= 14 and content(text) for text in said)


def test_a_thing_that_can_be_recoloured_can_not_be_given_for_that() -> None:
    knows = Knowledge(frozenset({frozenset({"hat", "COLOUR"})}))
    assert knows.covers("make the hat blue")
    assert not knows.covers("give him a hat")


@pytest.fixture(scope="module")
def starter() -> Knowledge:
    found = read_knowledge(Path(phrases.__file__).parents[2] / "weights" / "editor")
    assert found is not None
    return found


@pytest.mark.parametrize(
    "wish",
    [
        *(
            "watercolor style",
            "cartoon style",
            "snowy weather",
            "make the weather sunny",
            "oil painting effect",
        ),
        *(
            "recolor the car to red",
            "make it old",
            "age the photo",
            "make the sky blue",
            "put her on a beach",
        ),
        *("as a cartoon", "leave it as it is", "put it in thick fog", "heavy rain"),
    ],
)
def test_the_starter_says_yes_to_what_it_knows_in_other_words(starter: Knowledge, wish: str) -> None:
    assert starter.covers(wish)


@pytest.mark.parametrize(
    "wish",
    [
        *(
            "remove it",
            "take it out",
            "replace it",
            "paint it",
            "add an effect",
            "change the style",
            "stronger",
        ),
        *("make him old", "make her cool", "put him outside", "make the sky pink"),
    ],
)
def test_the_starter_takes_no_deed_for_a_wish_and_no_person_for_a_photo(
    starter: Knowledge, wish: str
) -> None:
    assert not starter.covers(wish)
