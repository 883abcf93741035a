"""The same seed never gives two different data sets, and no dialogue stands in two splits."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.dialogue import commands
from engine.dialogue.data import build, from_requests
from engine.dialogue.evaluate import read_items

CAPTIONS = [
    f"a {colour} {thing} on a {place}"
    for colour in ("red", "blue")
    for thing in ("boat", "dog", "hat")
    for place in ("beach", "table")
]
SIZES = {"train": 120, "valid": 20, "test": 20}


def test_seeded_disjoint_and_described(tmp_path: Path) -> None:
    card = build({}, CAPTIONS, SIZES, 7, tmp_path / "a")
    assert build({}, CAPTIONS, SIZES, 7, tmp_path / "b") == card
    assert build({}, CAPTIONS, SIZES, 8, tmp_path / "c") != card
    seen: set[str] = set()
    for split, size in SIZES.items():
        text = (tmp_path / "a" / f"{split}.jsonl").read_text()
        assert hashlib.sha256(text.encode()).hexdigest() == card["splits"][split]["sha256"]
        dialogues = [json.dumps(json.loads(line)["turns"]).lower() for line in text.splitlines()]
        assert len(dialogues) == size == sum(card["splits"][split]["acts"].values())
        assert len(set(dialogues)) == size and not seen & set(dialogues)
        seen |= set(dialogues)
        assert len(read_items(tmp_path / "a" / f"{split}.jsonl")) == size


def test_requests_become_one_turn_items(tmp_path: Path) -> None:
    source = tmp_path / "requests.jsonl"
    source.write_text('{"caption": "a dog", "instruction": "Make the dog a Gnu."}\n')
    assert from_requests(source, tmp_path / "out.jsonl") == 1
    (item,) = read_items(tmp_path / "out.jsonl")
    assert item.act == "edit" and item.instructions == ("Make the dog a Gnu.",)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--out", "x", "--words", "nowhere.json"],
        ["--out", "x", "--captions", "nowhere.txt"],
        ["--out", "x", "--from-requests", "nowhere.jsonl"],
    ],
)
def test_an_error_is_one_sentence_and_exit_code_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(commands.data, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1 and "nowhere" in result.stderr
