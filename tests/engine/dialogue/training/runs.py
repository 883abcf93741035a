"""Tiny training runs; as a module (folder, steps, dropout) it is the process that a test kills."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import torch
from transformers import BlenderbotForConditionalGeneration

from engine.dialogue.stream import grammar_chunk
from engine.dialogue.training.loop import Outcome, train
from engine.dialogue.training.new_model import new_model
from engine.dialogue.training.settings import Settings
from engine.dialogue.training.source import Source
from engine.training.accelerator import new_accelerator
from engine.training.curve import Curve
from tests.engine.dialogue.tiny import SHAPE, tokenizer, words

SETTINGS = {"batch": 4, "warmup": 2, "seed": 3, "evaluate_every": 4, "checkpoint_every": 4}


@cache
def few_dialogues() -> Source:
    """Chunks of 13, so that a run of some steps goes over their edges and meets a batch that is not full."""
    dialogues = grammar_chunk(words(), 3, 0)
    return Source(lambda number: dialogues[13 * (number % 100) :][:13], dialogues[-8:])


def run(
    folder: Path, shape: dict[str, Any] | None = None, source: Source | None = None, **settings: Any
) -> tuple[Outcome, BlenderbotForConditionalGeneration]:
    """Train the tiny model in `folder`, or go on there."""
    torch.set_num_threads(1)
    model = new_model(SHAPE | (shape or {}), tokenizer(), 3)
    chosen = Settings(**(SETTINGS | settings))
    return train(
        new_accelerator(chosen.mixed_precision), model, tokenizer(), source or few_dialogues(), chosen, folder
    ), model


def losses(folder: Path) -> dict[int, float]:
    return {row["step"]: row["loss"] for row in Curve(folder).rows() if "loss" in row}


def perplexities(folder: Path) -> dict[int, float]:
    return {row["step"]: row["ppl"] for row in Curve(folder).rows() if "ppl" in row}


if __name__ == "__main__":
    run(Path(sys.argv[1]), {"dropout": float(sys.argv[3])}, steps=int(sys.argv[2]), decay="constant")
