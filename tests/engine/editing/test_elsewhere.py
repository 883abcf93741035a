"""Whoever is to be somewhere else gets that place as a background, if both are known."""

from __future__ import annotations

import pytest

from engine.editing.elsewhere import elsewhere
from engine.editing.knowledge import Knowledge, content
from engine.editing.series import CannotDo, read

KNOWN = Knowledge(
    frozenset([content("change the background to a beach"), content("make it night")]),
    things=frozenset(["cat"]),
)


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ("put the cat on a beach", "a beach"),
        ("please put her on the beach!", "the beach"),
        ("can you teleport my cats into outer space?", "outer space"),
        ("put it in front of a plain wall", "a plain wall"),
        ("move us underwater", "underwater"),
        ("put the castle on a beach", None),
        ("put the cat in water", None),
        ("put the cat on a wall", None),
        ("set it to a sunset", None),
        ("put the cat on the moon", None),
        ("put a hat on the cat", None),
        ("put the beach behind the cat", None),
    ],
)
def test_the_background_that_a_wish_is_for(wish: str, place: str | None) -> None:
    assert elsewhere(wish, KNOWN) == (None if place is None else f"change the background to {place}")


def test_it_is_done_as_one_of_several_wishes() -> None:
    night, beach = read("make it night and put her on a beach", KNOWN)
    assert night.text == "make it night"
    assert beach.text == "change the background to a beach"
    with pytest.raises(CannotDo):
        read("put the castle on a beach", KNOWN)
