"""Two wishes in one message are two wishes, a wish and a story are one."""

from __future__ import annotations

import pytest

from engine.dialogue.model import DialogueModel
from engine.dialogue.own_words import trustworthy
from engine.dialogue.several import all_of, parts_of
from tests.engine.dialogue.tiny import job


@pytest.mark.parametrize(
    ("said", "instruction", "parts"),
    [
        (
            "Make it snow. Oh, also give the dog a red scarf!",
            "make it snow",
            ["make it snow", "give the dog a red scarf!"],
        ),
        ("brighter. and lose the cable", "remove the cable", ["brighter", "lose the cable"]),
        (
            "my sister wants butterflies on her hat and i'd like the sky to be pink",
            "make the sky pink",
            ["my sister wants butterflies on her hat", "i'd like the sky to be pink"],
        ),
        (
            "We had rain all week in Donegal! Make that beach sunny.",
            "make that beach sunny",
            ["we had rain all week in donegal", "make that beach sunny."],
        ),
    ],
)
def test_a_message_is_taken_apart_where_something_was_left_out(
    said: str, instruction: str, parts: list[str]
) -> None:
    assert parts_of(said, instruction) == parts


@pytest.mark.parametrize(
    ("said", "instruction"),
    [
        ("add salt and pepper to the table", "add salt to the table"),
        ("make it snow. also give the dog a scarf", "make it snow and give the dog a scarf"),
        ("the backpack is too bright, can it be olive", "make the backpack olive"),
        ("remove the fog. thanks so much!", "remove the fog"),
    ],
)
def test_one_wish_stays_whole(said: str, instruction: str) -> None:
    assert parts_of(said, instruction) == []


@pytest.mark.parametrize(
    ("instruction", "wishes", "together"),
    [
        ("make it snow", ["make it snow", "give the dog a scarf"], "make it snow and give the dog a scarf"),
        (
            "make the lamp lilac",
            ["make the curtains lilac", "turn the lamp on"],
            "make the curtains lilac and turn the lamp on",
        ),
        ("remove the cable", ["make it brighter"], "remove the cable and make it brighter"),
        ("remove the fog", ["make it less foggy", "remove the fog"], "remove the fog"),
        ("give her a satchel in this photo", ["give her a satchel"], "give her a satchel in this photo"),
    ],
)
def test_every_wish_once(instruction: str, wishes: list[str], together: str) -> None:
    assert all_of(instruction, wishes) == together


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Make it snow. Oh, also give the dog a red scarf.", {"snow", "dog", "red", "scarf"}),
        ("swap the swan for a flamingo. write Miami on top", {"swan", "flamingo", "Miami"}),
        ("We had rain the whole week in Donegal. Remove the umbrella please.", {"umbrella"}),
    ],
)
def test_the_starter_does_all_that_was_wished_and_no_more(
    starter: DialogueModel, said: str, wanted: set[str]
) -> None:
    asked = job(said)
    (decision,) = starter.decide([asked])
    assert decision.act == "edit"
    assert wanted <= set((decision.instruction or "").split())
    assert "Donegal" not in (decision.instruction or "")
    assert trustworthy(asked.turns, (decision.instruction or "").lower())
