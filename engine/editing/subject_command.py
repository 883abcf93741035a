"""`dialogpaint train subject`. Torch is imported when the command runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from engine.command_line import json_option, train_extra
from engine.editing.options import FOLDER, NEW, minutes_option, show_run, threads_option, training


@click.command("subject")
@click.argument("pairs", type=FOLDER)
@click.argument("out", type=NEW)
@click.option(
    "--editor",
    default="starter",
    show_default=True,
    help="The editor that the network is for (a folder, an id on the Hub, or starter): its text encoder "
    "reads the wishes, and what it refuses is left out.",
)
@click.option(
    "--base", type=FOLDER, help="Go on with BASE/subject instead of MediaPipe's network for people."
)
@click.option("--steps", type=int, help="Optimiser steps in all (8500).")
@click.option("--batch", type=int, help="Pictures in one step (16).")
@click.option("--learning-rate", type=float, help="The highest learning rate (0.001).")
@click.option("--seed", type=int, help="Seed of order, crops and tints (0).")
@minutes_option
@threads_option
@json_option
def train(
    pairs: Path,
    out: Path,
    editor: str,
    base: Path | None,
    minutes: float | None,
    threads: int | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Train a network that finds what a wish is about, on the masks of the folder PAIRS.

    OUT gets checkpoints, the loss curve and, at the end, OUT/subject, which belongs into the editor's
    folder. How far its masks agree with those of PAIRS/val.jsonl is told: intersection over union.

    Killed runs go on where they were when started again with the same arguments.
    """
    with train_extra():
        from engine.editing.knowledge import SUBJECT
        from engine.editing.training.subject import SubjectConfig, validate
        from engine.editing.training.subject import train as run
        from engine.sources import resolve
        from engine.training.presets import checked
    with training(threads):
        config = checked(SubjectConfig, {name: v for name, v in chosen.items() if v is not None})
        folder = resolve("editor", editor)
        outcome = run(pairs, out, config, folder, minutes, base)
        agree = validate(out, pairs / "val.jsonl", folder) if outcome.finished else {}
    show_run(out, outcome, {"subject": str(out / SUBJECT), **agree}, as_json)
