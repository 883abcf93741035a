"""Words that choose among pictures are told from wishes, and never choose one that isn't there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import choosing
from bot.choosing import Named


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("all", (1, 2, 3)),
        ("All of them, please!", (1, 2, 3)),
        ("do it on all three", (1, 2, 3)),
        ("everything", (1, 2, 3)),
        ("just the first", (1,)),
        ("The second one", (2,)),
        ("only the 3rd picture", (3,)),
        ("the last one", (3,)),
        ("#2", (2,)),
        ("number 3", (3,)),
        ("just one", (1,)),
        ("1 and 3", (1, 3)),
        ("the first and the last", (1, 3)),
        ("the first two", (1, 2)),
        ("last 2", (2, 3)),
        ("2-3", (2, 3)),
        ("1 to 2", (1, 2)),
        ("all but the second", (1, 3)),
        ("all except 1 and 2", (3,)),
        ("the seventh", ()),
        ("2 and 4", ()),
    ],
)
def test_what_an_answer_chooses(words: str, numbers: tuple[int, ...]) -> None:
    assert choosing.answer(words, 3) == numbers


@pytest.mark.parametrize(
    "words",
    ["", "yes please", "no", "make it blue", "brighten the second one", "all 2", "both", "first class"],
)
def test_what_is_no_answer(words: str) -> None:
    assert choosing.answer(words, 3) is None


def test_both_are_two() -> None:
    assert choosing.answer("both of them", 2) == (1, 2)
    assert choosing.named("make both pictures darker", 2) == Named((1, 2), "make it darker")


@pytest.mark.parametrize(
    ("wish", "named"),
    [
        ("make all of them brighter", Named((1, 2, 3), "make it brighter")),
        ("crop each picture", Named((1, 2, 3), "crop it")),
        ("make all my 3 photos warmer", Named((1, 2, 3), "make it warmer")),
        ("brighten picture 2", Named((2,), "brighten it")),
        ("make just the last one sepia", Named((3,), "make it sepia")),
    ],
)
def test_wishes_that_say_themselves_which_they_mean(wish: str, named: Named) -> None:
    assert choosing.named(wish, 3) == named


@pytest.mark.parametrize(
    "wish",
    [
        "make it brighter",
        "give all people hats",
        "make the first one blue and the second one red",
        "make the fourth picture blue",
        "make both pictures blue",
        "make all the pictures on the wall red",
        "remove the last photo's border",
    ],
)
def test_wishes_that_have_to_be_asked_about(wish: str) -> None:
    assert choosing.named(wish, 3) is None


@given(
    st.sets(st.integers(1, 10), min_size=1), st.integers(1, 10), st.sampled_from([", ", " and ", " ", " & "])
)
def test_a_list_of_numbers_is_that_list_or_nothing(numbers: set[int], count: int, between: str) -> None:
    said = between.join(str(number) for number in sorted(numbers))
    assert choosing.answer(said, count) == (tuple(sorted(numbers)) if max(numbers) <= count else ())


@given(st.text(max_size=40), st.integers(2, 10))
def test_whatever_is_written_chooses_pictures_that_are_there(text: str, count: int) -> None:
    assert set(choosing.answer(text, count) or ()) <= set(range(1, count + 1))
    found = choosing.named(text, count)
    assert found is None or set(found.numbers) <= set(range(1, count + 1))
