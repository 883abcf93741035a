"""The whole command: in pieces, from a base, and each mistake answered in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.editing.training.command import train
from tests.engine.editing.tiny import save, standard_parts
from tests.engine.editing.training.runs import few_pairs

SHORT = ["--steps", "4", "--batch", "2", "--resolution", "32", "--threads", "1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("command")
    few_pairs(found / "pairs")
    save(standard_parts(), found / "base")
    return found


def invoke(folder: Path, run: str, *words: str) -> Result:
    return CliRunner().invoke(train, [str(folder / "pairs"), str(folder / run), *words])


def test_pieces_of_no_time_at_all_still_come_to_the_end(folder: Path) -> None:
    options = ["--base", str(folder / "base"), "--preset", "paper", *SHORT, "--max-file", "64KiB", "--json"]
    results = []
    for _ in range(10):
        done = invoke(folder, "pieces", *options, "--minutes", "0.0001")
        assert done.exit_code == 0, done.output
        results.append(json.loads(done.stdout))  # one object, and nothing else
        if results[-1]["finished"]:
            break
    assert results[-1] == {
        "step": 4,
        "steps": 4,
        "finished": True,
        "editor": str(folder / "pieces" / "editor"),
    }
    assert (folder / "pieces" / "editor" / "model_index.json").is_file()
    assert (folder / "pieces" / "curve.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--preset", "papre"], "There is no preset papre"),
        (["--base", "no/such/folder/here"], "no/such/folder/here"),
        (["--batch", "0"], "The setting batch of the training run is wrong"),
        (["--max-file", "tiny"], "The setting max_file of the training run is wrong"),
        (["--minutes", "0"], "--minutes"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(folder: Path, words: list[str], sentence: str) -> None:
    failed = invoke(folder, "failed", *words)
    assert failed.exit_code == 2
    assert sentence in failed.stderr.splitlines()[-1]
    assert failed.stdout == ""
