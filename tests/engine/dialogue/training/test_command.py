"""The whole command: a model from scratch, fine-tuned again, and each mistake answered in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from engine.dialogue.model import DialogueModel
from engine.dialogue.training.command import train
from tests.engine.dialogue.tiny import SHAPE, job, tokenizer
from tests.engine.dialogue.training.runs import few_dialogues

ROOT = Path(__file__).parents[4]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data set, the shape of a model, and a tokenizer as the first start of a run leaves it."""
    for split, examples in (("train", few_dialogues().chunk(0)), ("valid", few_dialogues().held_out)):
        lines = "".join(json.dumps(example.to_json()) + "\n" for example in examples)
        (tmp_path / f"{split}.jsonl").write_text(lines)
    (tmp_path / "shape.json").write_text(json.dumps(SHAPE))
    tokenizer().save_pretrained(tmp_path / "run" / "tokenizer")
    return tmp_path


def invoke(folder: Path, *words: str, run: str = "run") -> Result:
    arguments = ["--data", str(folder), "--out", str(folder / run), "--batch", "4", *words]
    return CliRunner().invoke(train, arguments)


def test_from_scratch_and_then_fine_tuned(folder: Path) -> None:
    made = invoke(folder, "--config", str(folder / "shape.json"), "--epochs", "1", "--json")
    assert made.exit_code == 0, made.output
    result = json.loads(made.stdout.splitlines()[-1])
    assert result["steps"] == 4
    assert (folder / "run" / "curve.png").read_bytes().startswith(b"\x89PNG")
    model = folder / "run" / "model"
    assert Path(result["model"]) == model
    tuned = invoke(folder, "--base", str(model), "--preset", "paper", "--steps", "2", run="tuned")
    assert tuned.exit_code == 0, tuned.output
    assert "after 2 steps" in tuned.stdout
    served = DialogueModel.load(folder / "tuned" / "model", torch.device("cpu"), torch.float32)
    assert served.decide([job("make it blue")])[0].text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--preset", "papre"], "There is no preset papre"),
        (["--preset", "paper"], "give --base or --config"),
        (["--base", "no/such/folder/here", "--steps", "1"], "no/such/folder/here"),
        (["--batch", "0"], "The setting batch of the training run is wrong"),
        (["--config", "missing.json"], "The model's shape missing.json can't be read"),
        (["--config", "{odd}"], "keys that BlenderBot does not know: d_modle"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(folder: Path, words: list[str], sentence: str) -> None:
    (folder / "odd.json").write_text(json.dumps({"d_modle": 32}))
    failed = invoke(folder, *(word.format(odd=folder / "odd.json") for word in words))
    assert failed.exit_code == 2
    assert sentence in failed.stderr.splitlines()[-1]
    assert failed.stdout == ""


def test_a_data_set_without_dialogues_is_refused(folder: Path) -> None:
    (folder / "valid.jsonl").write_text("")
    failed = invoke(folder, "--config", str(folder / "shape.json"))
    assert failed.exit_code == 2
    assert "holds no dialogues to train on, or none to hold out" in failed.stderr


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_sigterm_leaves_a_checkpoint_and_says_how_to_go_on(folder: Path) -> None:
    options = ["--config", str(folder / "shape.json"), "--data", str(folder), "--out", str(folder / "run")]
    command = [sys.executable, "-c", "from engine.dialogue.training.command import train; train()", *options]
    job = subprocess.Popen([*command, "--steps", "1000000"], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        while not (folder / "run" / "curve.jsonl").is_file():
            assert job.poll() is None, "the run ended by itself"
            time.sleep(0.1)
        job.terminate()
        said = job.communicate()[1].splitlines()[-1]
    finally:
        job.kill()
        job.wait()
    assert job.returncode == 130
    step = json.loads((folder / "run" / "checkpoint" / "progress.json").read_text())["step"]
    assert said == f"Stopped and saved at step {step}; the same command goes on from there."
