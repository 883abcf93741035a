"""A question names what the wish wanted another one of, and is left alone where it does so already."""

from __future__ import annotations

import pytest

from engine.dialogue.grammar.kinds import with_kind


@pytest.mark.parametrize(
    ("question", "wish", "better"),
    [
        (
            "what should the pancakes become?",
            "give the pancakes a different topping",
            "which topping would you like for the pancakes?",
        ),
        (
            "how should grandpa look?",
            "give grandpa another facial expression",
            "which facial expression would you like for grandpa?",
        ),
        (
            "what should the background become?",
            "new wallpaper behind the bed",
            "which wallpaper would you like?",
        ),
        ("which weather would you like?", "i want another sky up there", "which sky would you like?"),
        ("which style would you like?", "use a filter", "which filter would you like?"),
        ("what should i add?", "he needs a costume for the party", "which costume would you like?"),
        ("what should i remove?", "one of the chairs has to go", "which of the chairs should i remove?"),
        (
            "what should i remove?",
            "i want one of these people gone",
            "which of these people should i remove?",
        ),
        ("what should i remove?", "remove the person. there are four of us", "which person should i remove?"),
        (
            "what should i add in the driveway?",
            "put a vehicle in the driveway",
            "which vehicle should i add in the driveway?",
        ),
        ("what should i add?", "add some nice decoration please", "which decoration should i add?"),
        ("what should i add?", "put someone next to me", "who should i add?"),
    ],
)
def test_what_is_open_is_named(question: str, wish: str, better: str) -> None:
    assert with_kind(question, wish) == better


@pytest.mark.parametrize(
    ("question", "wish"),
    [
        ("what should i add?", "add something"),
        ("how should the roof look?", "my house with another roof"),
        ("which colour should the tiles be?", "roof tiles in another tone"),
        ("what should the tablecloth become?", "the tablecloth could be something other than plain"),
        ("how should your hair look?", "give my hair another look"),
        ("what should i remove?", "take something out"),
        ("what should the background become?", "photoshop me into another country"),
        ("should the light be brighter or darker?", "other lighting pls"),
        ("what should your dog become?", "turn my dog into another animal"),
        ("what should the background become?", "change what is behind my new car please"),
        ("what should i add?", "add something to my new house"),
        ("which style would you like?", "something like new york"),
        ("what should i remove?", "take one of these out"),
        ("what should i remove?", "remove the ugly thing"),
        ("what should i add?", "add something next to a tree"),
        ("what should i add on a tree?", "it wants a little more on a tree"),
        ("what should the dog become?", "turn the dog into something new"),
    ],
)
def test_what_is_named_already_or_has_no_name_stays(question: str, wish: str) -> None:
    assert with_kind(question, wish) == question
