"""Talk taken from corpora is nothing that a person might say to this bot about a picture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.dialogue.building.small_talk import chats


def _corpus(folder: Path, *lines: str) -> Path:
    talk = {"messages": [[{"text": line} for line in lines[:2]], [{"text": line} for line in lines[2:]]]}
    file = folder / "dataset.json"
    file.write_text(json.dumps({"1": talk}), encoding="utf-8")
    return file


def test_only_lines_that_are_nothing_but_talk_are_kept(tmp_path: Path) -> None:
    kept = ["I sold knives  last summer", "They were some sharp knives though"]
    file = _corpus(
        tmp_path,
        *kept,
        "Haha!",
        "Hello there my friend",
        "thank you so much",
        "ok go back to bed",
        "make it a double please",
        "I took a photo of it",
        " ".join(["long"] * 26),
    )
    assert chats(file) == ["I sold knives last summer", "They were some sharp knives though"]


def test_another_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    for text in ("[]", "{", '{"1": {"messages": 3}}'):
        file.write_text(text)
        with pytest.raises(ValueError, match="is not the Chit-Chat dataset"):
            chats(file)
