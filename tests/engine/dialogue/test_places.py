"""An answer goes where the wish wanted something."""

from __future__ import annotations

import pytest

from engine.dialogue.grammar.places import place_in, with_place


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ("Put something on the roof, please", "on the roof"),
        ("stick something in my hand that says i'm awake", "in my hand"),
        ("copyright notice in the lower corner please", "in the lower corner"),
        ("could there be someone in front of the old lamp?", "in front of the old lamp"),
        ("there is nothing on the table, put something next to the vase", "next to the vase"),
        ("it lacks something... perhaps by the window?", "by the window"),
        ("what about something hanging from that branch, or on that fence?", "on that fence"),
        ("stick something between the two bins", "between the two bins"),
        ("put a quote at the bottom", "at the bottom"),
        ("a title across the top of this flyer please", "across the top"),
        ("could you by the way add something", None),
        ("add something to it", None),
        ("one more friend in the pic please", None),
        ("what would look good?", None),
    ],
)
def test_the_place_of_a_thing_that_was_not_named(wish: str, place: str | None) -> None:
    assert place_in(wish) == place


def test_a_question_names_the_place_that_the_wish_named() -> None:
    assert with_place("what should i add?", "something for on the piano") == "what should i add on the piano?"
    assert (
        with_place("what should the text say?", "words at the top") == "what should the text at the top say?"
    )
    assert with_place("what should i remove?", "something on the piano must go") == "what should i remove?"
    assert with_place("what should i add?", "add something") == "what should i add?"
