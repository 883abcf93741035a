"""An answer goes where the wish wanted something."""

from __future__ import annotations

import pytest

from engine.dialogue.grammar.places import place_in


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ("Put something on the roof, please", "on the roof"),
        ("stick something in my hand that says i'm awake", "in my hand"),
        ("copyright notice in the lower corner please", "in the lower corner"),
        ("could there be someone in front of the old lamp?", "in front of the old lamp"),
        ("there is nothing on the table, put something next to the vase", "next to the vase"),
        ("add something to it", None),
        ("one more friend in the pic please", None),
        ("what would look good?", None),
    ],
)
def test_the_place_of_a_thing_that_was_not_named(wish: str, place: str | None) -> None:
    assert place_in(wish) == place
