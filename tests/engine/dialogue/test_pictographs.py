"""People write emoji for things, and for what they feel: only the former are words of a wish."""

from __future__ import annotations

import pytest

from engine.dialogue.model import DialogueModel
from engine.dialogue.pictographs import spelled
from tests.engine.dialogue.tiny import job


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("add a 🦜 on her shoulder", "add a parrot on her shoulder"),
        ("Put 🎈🎈 on the left", "Put two balloons on the left"),
        ("🌈 in the sky please", "a rainbow in the sky please"),
        ("🕶️ on him", "sunglasses on him"),
        ("replace the dog with a 🐱", "replace the dog with a cat"),
        ("give her 🕶️ and a 👑", "give her sunglasses and a crown"),
        ("add 🐉🏰", "add a dragon and a castle"),
        ("add 3 🎈!", "add 3 balloons!"),
        ("put a🎩on him", "put a top hat on him"),
        ("add ❤️s around her", "add red hearts around her"),
        ("two 🐈‍⬛ on the sofa", "two black cats on the sofa"),
        ("lol 😂 put a big red 🎈 there", "lol 😂 put a big red balloon there"),
    ],
)
def test_a_thing_becomes_its_name(text: str, words: str) -> None:
    assert spelled(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "love it ❤️",
        "😂😂",
        "remove the dog 🐶",
        "make it pink 💖",
        "Can you make it snow ❄️ on the house?",
        "happy birthday 🎂 on it",
        "😂 on him",
        "no emoji at all",
        " ",
        "",
    ],
)
def test_a_mood_stays(text: str) -> None:
    assert spelled(text) == text


def test_the_bot_says_what_it_added(starter: DialogueModel) -> None:
    (decision,) = starter.decide([job("add a 🦜 on her shoulder")])
    assert decision.instruction == "add a parrot on her shoulder"
