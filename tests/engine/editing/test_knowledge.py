"""The starter never says yes to a word it has not been taught, nor no to its own wordings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.editing.data import phrases
from engine.editing.knowledge import Knowledge, read_knowledge


def test_unknown_words_are_named_in_order() -> None:
    knows = Knowledge(frozenset({"night", "balloon"}), ())
    assert knows.unknown("Make it night with cyborgs and a Robot!") == ["cyborgs", "robot"]
    assert knows.unknown("make it night, please") == []


def test_a_plural_of_a_known_word_is_known() -> None:
    assert Knowledge(frozenset({"add", "balloon"}), ()).covers("add balloons")


@pytest.mark.parametrize("wish", ["", "the photo", "!!!", "🎈", "please"])
def test_words_that_ask_for_nothing_are_not_covered(wish: str) -> None:
    assert not Knowledge(frozenset({"balloon"}), ()).covers(wish)


def test_weights_without_a_file_know_everything(tmp_path: Path) -> None:
    assert read_knowledge(tmp_path) is None
    (tmp_path / "knows.json").write_text(json.dumps({"words": ["night"], "skills": ["night"]}))
    knows = read_knowledge(tmp_path)
    assert knows is not None and knows.covers("make it night")


@pytest.mark.parametrize("name", list(phrases.EFFECTS))
def test_wordings_differ_and_are_short(name: str) -> None:
    said = phrases.varied(phrases.effect(name))
    assert len(said) == len(set(said)) >= 12
    assert all(len(text.split()) <= 14 for text in said)
