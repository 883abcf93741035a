"""No wish with a listed word passes, however it is written, and no other wish is refused for its letters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wordlist import WordList

LISTED = WordList(["naked", "Blood", "without clothes", "café noir", "№5"])


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("make her naked", "naked"),
        ("NAKED!", "naked"),
        ("make her nâkéd", "naked"),
        ("make her na\u200bk\u00aded", "naked"),
        ("ｎａｋｅｄ please", "naked"),
        ("a half-naked man", "naked"),
        ("a _naked_ man", "naked"),
        ("more blood, please", "Blood"),
        ("show them without   any?", None),
        ("show them without\nclothes.", "without clothes"),
        ("a cafe noir", "café noir"),
        ("the No5 bottle", "№5"),
        ("make it snaked", None),
        ("a bloody mary", None),
        ("clothes without a hat", None),
        ("", None),
    ],
)
def test_whole_words_are_found_in_any_spelling(text: str, entry: str | None) -> None:
    assert LISTED.find(text) == entry


@settings(deadline=None)
@given(st.text())
def test_an_empty_list_finds_nothing(text: str) -> None:
    assert WordList().find(text) is None


WORDS = st.lists(st.text("abé", min_size=1, max_size=3), min_size=1, max_size=6)


@settings(deadline=None)
@given(WORDS, WORDS, WORDS)
def test_a_phrase_is_found_just_where_its_words_stand_together(
    before: list[str], phrase: list[str], after: list[str]
) -> None:
    listed = WordList([" ".join(phrase)])
    assert listed.find(" ".join([*before, *phrase, *after]).upper()) is not None
    bare = [word.replace("é", "e") for word in phrase]
    words = [word.replace("é", "e") for word in (*before, *after)]
    together = any(words[at : at + len(bare)] == bare for at in range(len(words)))
    assert (listed.find(" ".join([*before, *after])) is not None) == together
