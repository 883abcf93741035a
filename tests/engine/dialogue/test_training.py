"""A training run that was killed goes on as if it had not been."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
import torch

from engine.dialogue.stream import batches, grammar_chunk
from engine.dialogue.train import TrainSettings, export, new_model, train
from tests.engine.dialogue.tiny import SHAPE, tokenizer, words

SETTINGS = TrainSettings(steps=12, batch=4, warmup=2, checkpoint_every=4, seed=3)


def run(folder: Path, steps: int | None = None) -> None:
    """Train the tiny model in `folder`; a test's child process calls this, too."""
    torch.set_num_threads(1)
    settings = SETTINGS if steps is None else TrainSettings(**{**SETTINGS.__dict__, "steps": steps})
    chunk = partial(grammar_chunk, words(), 3)
    train(
        new_model(SHAPE, tokenizer(), 3),
        tokenizer(),
        lambda n: chunk(n)[:40],
        chunk(99)[:8],
        settings,
        folder,
    )


def curve(folder: Path) -> dict[int, float]:
    rows = [json.loads(line) for line in (folder / "curve.jsonl").read_text().splitlines()]
    return {row["step"]: row["ppl"] for row in rows if "ppl" in row}


@pytest.mark.slow
def test_killed_and_resumed_is_as_if_never_killed(tmp_path: Path) -> None:
    run(tmp_path / "whole")
    code = "import sys; from pathlib import Path; from tests.engine.dialogue.test_training import run; "
    code += "run(Path(sys.argv[1]), 10**6)"
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "killed")], cwd=Path(__file__).parents[3]
    )
    checkpoint = tmp_path / "killed" / "checkpoint" / "state.pt"
    try:
        for _ in range(900):
            if checkpoint.is_file() or child.poll() is not None:
                break
            time.sleep(0.1)
    finally:
        child.kill()
        child.wait()
    step = torch.load(checkpoint, weights_only=True)["step"]
    assert step >= 4
    run(tmp_path / "killed", step + 8)
    run(tmp_path / "again", step + 8)
    last = step + 8
    assert curve(tmp_path / "killed")[last] == curve(tmp_path / "again")[last]


def test_a_chunk_is_the_same_every_time() -> None:
    assert grammar_chunk(words(), 5, 7)[:50] == grammar_chunk(words(), 5, 7)[:50]
    assert grammar_chunk(words(), 5, 7)[:50] != grammar_chunk(words(), 5, 8)[:50]


def test_labels_end_with_eos_and_padding_counts_nothing() -> None:
    for batch in batches(grammar_chunk(words(), 0, 1)[:64], tokenizer(), 8, 128, None):
        assert batch["input_ids"].shape == batch["attention_mask"].shape
        assert batch["input_ids"].shape[1] <= 128
        for row in batch["labels"].tolist():
            kept = [token for token in row if token != -100]
            assert kept[-1] == tokenizer().eos_token_id or len(kept) == 128
            assert row == kept + [-100] * (len(row) - len(kept))


def test_the_exported_folder_copies_freely(tmp_path: Path) -> None:
    model = new_model(SHAPE, tokenizer(), 0)
    export(model, tokenizer(), tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    generation = json.loads((tmp_path / "generation_config.json").read_text())
    assert config.get("encoder_no_repeat_ngram_size", 0) == 0
    for name in ("encoder_no_repeat_ngram_size", "no_repeat_ngram_size", "min_length"):
        assert not generation.get(name)
    assert generation.get("num_beams", 1) == 1
    assert (tmp_path / "model.safetensors").stat().st_size < 2 * sum(
        p.numel() for p in model.parameters()
    ) + 100_000
