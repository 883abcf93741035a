"""`dialogpaint train blend`: the mean of several models' weights, which often does better than each of them.

Weights that were fine-tuned from the same ones lie in one valley of the loss: their mean keeps what each of
them learnt (model soups, arXiv 2203.05482; weight-space ensembles, arXiv 2109.01903).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.command_line import Problem, json_option
from engine.dialogue.options import PATH

if TYPE_CHECKING:
    from engine.dialogue.blenderbot import BlenderBot


def blended(models: Sequence[BlenderBot], shares: Sequence[float]) -> BlenderBot:
    """The first model, with each weight the mean over all models, by shares that need not add up to 1.

    Raises ValueError for models of different shapes.
    """
    import torch

    total = sum(shares)
    others = [dict(model.named_parameters()) for model in models[1:]]  # tied weights stand there once
    shapes = [{name: tensor.shape for name, tensor in model.named_parameters()} for model in models]
    if any(shape != shapes[0] for shape in shapes):
        raise ValueError("Only models of one shape can be blended.")
    with torch.no_grad():
        for name, tensor in models[0].named_parameters():
            tensor.mul_(shares[0] / total)
            for other, share in zip(others, shares[1:], strict=True):
                tensor.add_(other[name].to(tensor), alpha=share / total)
    return models[0]


@click.command("blend")
@click.option(
    "--of",
    "parts",
    type=(PATH, click.FloatRange(0, min_open=True)),
    multiple=True,
    required=True,
    metavar="FOLDER SHARE",
    help="A model and how much of it; give two or more.",
)
@click.option("--out", type=PATH, required=True, help="Folder for the mean of them.")
@json_option
def blend(parts: tuple[tuple[Path, float], ...], out: Path, as_json: bool) -> None:
    """Take the mean of dialogue models that were trained from the same one."""
    if len(parts) < 2:
        raise click.UsageError("A blend needs two models or more.")
    if not all(math.isfinite(share) for _, share in parts):
        raise click.UsageError("A share must be a finite number.")
    import torch

    from engine.dialogue.blenderbot import load_blenderbot
    from engine.dialogue.tokenizer import load_tokenizer
    from engine.dialogue.training.export import export
    from engine.errors import EngineError

    folders, shares = zip(*parts, strict=True)
    try:
        tokenizers = [load_tokenizer(folder) for folder in folders]
        if any(each.get_vocab() != tokenizers[0].get_vocab() for each in tokenizers):
            raise ValueError("Only models with one tokenizer can be blended.")
        models = [load_blenderbot(folder, torch.float32) for folder in folders]
        export(blended(models, shares), tokenizers[0], out)
    except (OSError, ValueError, EngineError) as error:
        raise Problem(error) from error
    click.echo(
        json.dumps({"model": str(out)}) if as_json else f"The mean of {len(parts)} models is in {out}."
    )
