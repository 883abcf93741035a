"""What a photographic tool understands word for word is done, and talk about an edit is left alone."""

from __future__ import annotations

import pytest

from engine.dialogue.photo_tools import as_a_tool_takes_it
from engine.jobs import Act
from tests.engine.dialogue.tiny import job


@pytest.mark.parametrize(
    ("wish", "act"),
    [
        ("Blur the entire image!", "reset"),
        ("-0.5 EV", "chat"),
        ("b/w plus vignette", "ask"),
        ("crop it square", "ask"),
    ],
)
def test_a_wish_for_a_tool_is_an_edit_whatever_the_model_says(wish: str, act: Act) -> None:
    assert as_a_tool_takes_it(job(wish), act, None) == wish.lower().rstrip("!")


@pytest.mark.parametrize(
    ("said", "act"),
    [
        (("make it better",), "ask"),
        (("rotate it",), "ask"),
        (("blur",), "ask"),
        (("my dog is so dark",), "chat"),
        (("crop it", "Which part should stay when I crop it?", "a square"), "edit"),
        (("make it darker", "I made it darker.", "it is too dark outside"), "chat"),
        (("make it darker", "I made it darker.", "too dark"), "undo"),
    ],
)
def test_what_is_vague_answers_or_talks_is_left_to_the_model(said: tuple[str, ...], act: Act) -> None:
    assert as_a_tool_takes_it(job(*said), act, None) is None


def test_an_instruction_that_a_tool_knows_is_kept() -> None:
    assert as_a_tool_takes_it(job("way too dark, brighten it"), "edit", "brighten it") is None
    assert as_a_tool_takes_it(job("grayscale pls"), "edit", "make it greyer than grey") == "grayscale"


def test_after_an_edit_the_model_knows_better_what_is_meant() -> None:
    talk = job("paint the door blue", "I painted the door blue.", "a bit darker")
    assert as_a_tool_takes_it(talk, "edit", "make the door a bit darker") is None
