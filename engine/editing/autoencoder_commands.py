"""`dialogpaint train|evaluate autoencoder`. Torch is imported when a command runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from engine.command_line import Problem, json_option, train_extra
from engine.editing.options import (
    FILE,
    FOLDER,
    NEW,
    minutes_option,
    show,
    show_run,
    threads_option,
    training,
)


@click.command("autoencoder")
@click.argument("pairs", type=FOLDER)
@click.argument("out", type=NEW)
@click.option(
    "--kind",
    type=click.Choice(("linear", "residual", "convolutional")),
    required=True,
    help="linear: principal components, fitted at once. residual: the same latents, and a network that adds "
    "to the decoded picture. convolutional: a small network in and another out, from nothing.",
)
@click.option(
    "--base",
    help="For residual: an editor (a folder, an id on the Hub, or starter) whose linear autoencoder is taken "
    "instead of fitting one, so that its UNet goes with the result.",
)
@click.option("--resolution", type=int, help="Side of the square pictures that are trained on (128).")
@click.option("--steps", type=int, help="Optimiser steps in all (1500).")
@click.option("--batch", type=int, help="Pairs in one step (16).")
@click.option("--learning-rate", type=float, help="The highest learning rate (0.0005).")
@click.option("--seed", type=int, help="Seed of weights, order and crops (0).")
@minutes_option
@threads_option
@json_option
def train(
    pairs: Path,
    out: Path,
    base: str | None,
    minutes: float | None,
    threads: int | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Train an editor's autoencoder on the folder PAIRS.

    OUT gets checkpoints, the loss curve and, at the end, the autoencoder in OUT/vae.

    Killed runs go on where they were when started again with the same arguments.
    """
    with train_extra():
        from engine.editing.training.autoencoder import AutoencoderConfig
        from engine.editing.training.autoencoder import train as run
        from engine.training.presets import checked
    with training(threads):
        config = checked(AutoencoderConfig, {name: v for name, v in chosen.items() if v is not None})
        outcome = run(pairs, out, config, base, minutes)
    show_run(out, outcome, {"vae": str(out / "vae")}, as_json)


@click.command("autoencoder")
@click.argument("file", type=FILE)
@click.argument("photos", type=FILE, nargs=-1)
@click.option(
    "--weights",
    multiple=True,
    default=("starter",),
    show_default=True,
    help="An editor (a folder, an id on the Hub, or starter) or the folder of a training run. Given more "
    "than once: compared in one run.",
)
@click.option(
    "--resolution",
    type=click.IntRange(16),
    default=128,
    show_default=True,
    help="Side at which pictures are seen.",
)
@click.option(
    "--views",
    type=click.IntRange(1, 4),
    default=4,
    show_default=True,
    help="Shifted looks at a picture to edit.",
)
@click.option("--limit", type=click.IntRange(1), help="Only the first pairs, and photos.")
@click.option(
    "--sheet", type=NEW, help="Write a contact sheet: a photo and what each makes of it; then edits."
)
@threads_option
@json_option
def evaluate(
    file: Path,
    photos: tuple[Path, ...],
    weights: tuple[str, ...],
    resolution: int,
    views: int,
    limit: int | None,
    sheet: Path | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Measure autoencoders on FILE, as `evaluate editing` takes it, and on PHOTOS (else the sources of FILE).

    Photos are encoded and decoded. Of a pair, what changed goes through the latents and the editor's merge:
    no editor with this autoencoder can be expected to be better.
    """
    import torch

    from engine.device import choose
    from engine.editing.measures.autoencoders import load, measure
    from engine.editing.measures.features import INSTALL, efficientnet
    from engine.editing.training.cache import read_rows
    from engine.errors import EngineError

    if threads is not None:
        torch.set_num_threads(threads)
    try:
        if resolution % 8:
            raise ValueError("--resolution must be a multiple of 8.")
        if sheet is not None:  # before the long work, not after it
            sheet.parent.mkdir(parents=True, exist_ok=True)
        rows = [row for row in read_rows(file) if row.get("target")][:limit]
        if not rows:
            raise ValueError(f"{file} has no pairs with a target.")
        seen = list(photos or [Path(row["source"]) for row in rows])[:limit]
        device = choose("auto").device
        loaded = {source: load(source, device, torch.float32) for source in weights}
        features = efficientnet(device)
        if features is None:
            click.echo(f"FID needs a feature space: {INSTALL}.", err=True)
        vaes = {source: vae for source, (vae, _) in loaded.items()}
        results = measure(vaes, seen, rows, resolution, views, features, sheet)
    except (OSError, ValueError, EngineError) as error:
        raise Problem(error) from error
    for source, (_, about) in loaded.items():
        results[source] = about | results[source]
    counts = {"photos": len(seen), "pairs": len(rows), "resolution": resolution, "views": views}
    name = features.name if features is not None else "none"
    show({**counts, "features": name, **results}, as_json)
