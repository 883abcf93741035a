"""The same seed never gives two different data sets, and no dialogue stands in two splits."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from engine.dialogue.building.command import data
from engine.dialogue.building.filter import OWN_WORDS, invented
from engine.dialogue.building.requests import from_requests
from engine.dialogue.evaluate import read_items
from engine.dialogue.stream import read_examples

CAPTIONS = [
    f"a {colour} {thing} on a {place}"
    for colour in ("red", "blue", "green")
    for thing in ("boat", "dog", "hat", "cake", "kite", "chair")
    for place in ("beach", "table", "hill", "roof", "lawn")
]
SPLITS = ("train", "valid", "test")


def build(folder: Path, seed: int = 7, *more: str, size: tuple[int, int] = (120, 30)) -> dict[str, Any]:
    captions = folder.parent / "captions.txt"
    captions.write_text("\n".join(CAPTIONS))
    arguments = ["--captions", captions, "--train", size[0], "--held-out", size[1], "--seed", seed, "--json"]
    result = CliRunner().invoke(data, [*map(str, arguments), "--out", str(folder), *more])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def rows(folder: Path, split: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{split}.jsonl").read_text().splitlines()]


def hashes(card: dict[str, Any]) -> list[str]:
    return [card["splits"][split]["sha256"] for split in SPLITS]


def test_the_seed_decides(tmp_path: Path) -> None:
    first = build(tmp_path / "a")
    assert hashes(build(tmp_path / "b")) == hashes(first) != hashes(build(tmp_path / "c", seed=8))
    for split, sha256 in zip(SPLITS, hashes(first), strict=True):
        assert hashlib.sha256((tmp_path / "a" / f"{split}.jsonl").read_bytes()).hexdigest() == sha256


def test_the_card_counts_what_is_there(tmp_path: Path) -> None:
    card = build(tmp_path / "a")
    for split in SPLITS:
        found, counted = rows(tmp_path / "a", split), card["splits"][split]
        dialogues = {row["dialogue"] for row in found}
        assert dialogues == set(range(counted["dialogues"])) and len(dialogues) == (
            120 if split == "train" else 30
        )
        assert len(found) == counted["decisions"] == sum(counted["acts"].values()) > len(dialogues)
        assert counted["captions"] == len({row["caption"] for row in found})
        assert max(counted["tokens"]["context"]["max"], counted["tokens"]["reply"]["max"]) <= 128
        assert len(read_items(tmp_path / "a" / f"{split}.jsonl")) == len(found)
    page = (tmp_path / "a" / "card.md").read_text()
    assert card["splits"]["test"]["sha256"] in page and card["inputs"]["wishes/object.txt"] in page


def test_splits_share_no_caption_dialogue_or_longer_wish(tmp_path: Path) -> None:
    build(tmp_path / "a")
    captions: dict[str, str] = {}
    wishes: dict[str, str] = {}
    for split in SPLITS:
        for row in rows(tmp_path / "a", split):
            assert captions.setdefault(row["caption"], split) == split
            said = row["turns"][-1]["text"].lower()
            if row["expect"]["act"] in {"ask", "edit"} and len(said.split()) >= OWN_WORDS:
                assert wishes.setdefault(said, split) == split
    assert len(wishes) > 50


def test_hand_written_dialogues_stand_there_whole_decision_by_decision(tmp_path: Path) -> None:
    build(tmp_path / "a")
    found = [row for row in rows(tmp_path / "a", "train") if row["source"].startswith("written")]
    numbers = {row["dialogue"] for row in found}
    assert len(numbers) == 12  # a tenth of a small data set
    for number in numbers:
        decisions = [row for row in found if row["dialogue"] == number]
        assert [len(row["turns"]) for row in decisions] == [2 * n + 1 for n in range(len(decisions))]
        for before, after in pairwise(decisions):
            assert after["turns"][: len(before["turns"])] == before["turns"]


def test_what_is_kept_can_be_trained_on_and_written_by_the_model(tmp_path: Path) -> None:
    build(tmp_path / "a")
    examples = read_examples(tmp_path / "a" / "train.jsonl")
    assert {example.act for example in examples} == {"ask", "edit", "undo", "reset", "chat"}
    assert not any(invented(example) for example in examples)


def test_a_struck_line_stays_out_for_good(tmp_path: Path) -> None:
    before = build(tmp_path / "a")
    review = tmp_path / "a" / "review.tsv"
    lines = review.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("keep"))
    struck = lines[at].split("\t")[1]
    review.write_text(
        "\n".join([*lines[:at], lines[at].replace("keep", "strike", 1), *lines[at + 1 :]]) + "\n"
    )
    for _ in range(2):  # the second time from the file that the first time wrote
        after = build(tmp_path / "a", 7, "--review", str(review))
        assert after["rejected"]["struck by hand"] >= 1
        assert hashes(after) != hashes(before)
        assert after["splits"]["train"]["dialogues"] == 120
        assert [line.split("\t")[0] for line in review.read_text().splitlines() if struck in line] == [
            "strike"
        ]


def test_a_completer_that_runs_dry_is_said_and_not_waited_for(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        data, ["--out", str(tmp_path), "--train", "20", "--held-out", "5", "--tries", "0"]
    )
    assert result.exit_code == 0
    assert "of 20 dialogues for train" in result.stderr


def test_requests_become_one_turn_items(tmp_path: Path) -> None:
    source = tmp_path / "requests.jsonl"
    source.write_text('{"caption": "a dog", "instruction": "Make the dog a Gnu."}\n')
    assert from_requests(source, tmp_path / "out.jsonl") == 1
    (item,) = read_items(tmp_path / "out.jsonl")
    assert item.act == "edit" and item.instructions == ("Make the dog a Gnu.",)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--words", "nowhere.json"],
        ["--captions", "nowhere.txt"],
        ["--from-requests", "nowhere.jsonl"],
        ["--review", "nowhere.tsv"],
        ["--review", "drop-nowhere.tsv"],
    ],
)
def test_an_error_is_one_sentence_and_exit_code_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drop-nowhere.tsv").write_text("keep\tabc\ttext\ndrop\tabd\ttext\n")
    result = CliRunner().invoke(data, ["--out", "x", *arguments])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1 and "nowhere" in result.stderr
