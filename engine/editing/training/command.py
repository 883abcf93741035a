"""`dialogpaint train editing`. torch is imported when it runs, so that `--help` stays quick."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from engine.command_line import json_option, train_extra
from engine.editing.options import FOLDER, NEW, minutes_option, show_run, threads_option, training
from engine.editing.training.config import read_config
from engine.training.presets import Precision

_SETTINGS: tuple[tuple[str, Any, str], ...] = (
    ("steps", int, "Optimiser steps in all."),
    ("epochs", float, "Passes over the pairs in all."),
    ("resolution", int, "Side of the square pictures that are trained on."),
    ("batch", int, "Pairs in one optimiser step, over all processes."),
    ("micro_batch", int, "Pairs in one forward pass; gradients are added up to the batch."),
    ("learning_rate", float, "The highest learning rate."),
    ("warmup", int, "Steps until it is reached."),
    ("ema", float, "Decay of the averaged weights, which are what is written."),
    ("mixed_precision", click.Choice(get_args(Precision)), "auto: bf16 or fp16 where the GPU can."),
    ("gradient_checkpointing", bool, "Compute more, and need less memory."),
    ("train_text_encoder", bool, "Else it is frozen, and what it makes of the wordings is cached."),
    ("save_minutes", float, "Minutes between checkpoints, of which the last two are kept."),
    ("sample_minutes", float, "Minutes between contact sheets of validation pairs."),
    ("max_file", str, "The largest file of a checkpoint, such as 16MiB."),
    ("seed", int, "Seed of weights, order, noise and dropout."),
)


def _setting_options(command: Any) -> Any:
    for name, kind, words in reversed(_SETTINGS):
        command = click.option(f"--{name.replace('_', '-')}", name, type=kind, help=words)(command)
    return command


@click.command("editing", epilog="Options that are not given are as the preset says.")
@click.argument("pairs", type=FOLDER)
@click.argument("out", type=NEW)
@click.option(
    "--preset",
    default="starter",
    show_default=True,
    help="starter, second, finer, broader, sharper, leaner, paper, or a TOML file.",
)
@click.option(
    "--base",
    help="Start from these weights: a folder or an id on the Hub, InstructPix2Pix or Stable Diffusion. "
    "Without it: from scratch.",
)
@minutes_option
@_setting_options
@threads_option
@json_option
def train(
    pairs: Path,
    out: Path,
    preset: str,
    base: str | None,
    minutes: float | None,
    threads: int | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Train on the folder PAIRS; OUT gets checkpoints, sheets, the loss curve and, at the end, OUT/editor.

    Killed runs go on where they were when started again with the same arguments. On several GPUs:
    accelerate launch --multi_gpu --no_python dialogpaint train editing ...
    """
    with train_extra():
        from engine.editing.training.train import train as run
        from engine.training.accelerator import new_accelerator
    with training(threads):
        config = read_config(preset, **chosen)
        accelerator = new_accelerator(config.mixed_precision)
        outcome = run(accelerator, pairs, out, config, base, minutes)
    accelerator.end_training()
    if accelerator.is_main_process:
        show_run(out, outcome, {"editor": str(out / "editor")}, as_json)
