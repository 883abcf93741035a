"""What identifies a person never stays in a text; what a wish says does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dialogue.anonymous import anonymous


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("mail it to ann.smith+x@web.de please", "mail it to an address please"),
        ("like https://discord.com/channels/1/2?x=y and www.ann.example", "like a link and a link"),
        ("the one from ann-smith.com/dogs", "the one from a link"),
        ("@ann_smith make it night", "someone make it night"),
        ("@Ann Smith Make it night", "someone Make it night"),
        ("<@!123456789012345678> in <#123456789012345678> <:dog:123456789012345678> more", "someone in more"),
        ("ann#1234 wants snow", "someone wants snow"),
        ("write +49 (170) 123-4567 on it", "write a number on it"),
        ("write 030 1234567 on it", "write a number on it"),
        ("write 555-0123 on it", "write a number on it"),
        ("order 123456789 is blue", "order a number is blue"),
        ("room AbCdEfGhIjKlMnOpQrStUvWx", "room something"),
        ("it is /home/ann/dogs/a.jpg", "it is a file"),
        (r"it is C:\Users\Ann\a.jpg", "it is a file"),
        ("my name is ann, make me taller", "my name is someone, make me taller"),
        ("a dog named Rex", "a dog named someone"),
    ],
)
def test_it_goes(said: str, left: str) -> None:
    assert anonymous(said) == left


@pytest.mark.parametrize(
    "wish",
    [
        "resize it to 1920x1080, or 800 by 600",
        "rotate by 12.5 degrees",
        "black/white, or red/green/blue",
        "make it #ff0000",
        "brighter by 20%, it's for 24/12/2025",
        "what's his name",
        'write "Happy Birthday" on the cake',
        "call me when it's done",
    ],
)
def test_a_wish_stays(wish: str) -> None:
    assert anonymous(wish) == wish


def test_given_names_go_in_any_case_and_in_parts_but_common_words_stay() -> None:
    said = "It's ANN SMITH: will Will's hat, ann's dog and the smithy be red?"
    left = "It's someone: will Will's hat, someone's dog and the smithy be red?"
    assert anonymous(said, ["Ann Smith", "Will de Vries"]) == left


@given(st.from_regex(r"[1-9][0-9]{6,18}", fullmatch=True), st.text(max_size=9), st.text(max_size=9))
def test_no_long_number_stays(number: str, before: str, after: str) -> None:
    assert number not in anonymous(before + number + after)


@given(st.from_regex(r"[A-Za-z]{3,9}( [A-Za-z]{3,9})?", fullmatch=True))
def test_no_given_name_stays(name: str) -> None:
    assert name.lower() not in anonymous(f"make {name}, the dog, blue", [name]).lower().split()
