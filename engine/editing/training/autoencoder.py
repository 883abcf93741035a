"""`dialogpaint train autoencoder`: pictures in and out again, and what changed between two of them.

The loss is the mean squared error of a pair's two pictures, and of their difference: an edit is carried over
as decode(edited) - decode(source), see `Editor._diffuse`, where what both lose alike cancels out.
(Of the absolute error the small network learned to add nothing: the most likely rest is none.)
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import KW_ONLY
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import ConfigDict, Field, PositiveFloat, PositiveInt
from pydantic.dataclasses import dataclass
from torch import Tensor, nn

from engine.device import choose
from engine.editing.autoencoder import ConvolutionalAutoencoder, PatchAutoencoder, ResidualAutoencoder
from engine.editing.loading import load_autoencoder
from engine.editing.training import begun
from engine.editing.training.begun import Outcome
from engine.editing.training.cache import Row, read_picture, read_rows
from engine.editing.training.components import fitted_autoencoder
from engine.editing.training.config import TrainConfig
from engine.editing.training.run import Pace, Run
from engine.sources import resolve
from engine.training.stopping import StopSignal

Kind = Literal["linear", "residual", "convolutional"]
Side = Annotated[int, Field(gt=0, multiple_of=8)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class AutoencoderConfig(Pace):
    """`steps` of `batch` pairs, of which one and the same square of `crop` pixels is seen at a time."""

    kind: Kind
    resolution: Side = 128
    latent_channels: PositiveInt = 32
    crop: Side = 64
    _: KW_ONLY
    steps: PositiveInt = 1500
    learning_rate: PositiveFloat = 5e-4


def train(
    data: Path, out: Path, config: AutoencoderConfig, base: str | None = None, minutes: float | None = None
) -> Outcome:
    """Train on `data`/train.jsonl and write `out`/vae, in diffusers' layout and fp16.

    `base`: an editor whose latents a residual one is to have, instead of fitting anew. Raises Stopped after
    a signal, and ValueError, OSError or WeightsError with one sentence.
    """
    with StopSignal(minutes) as stop:
        rows = read_rows(data / "train.jsonl")
        if not rows or any("target" not in row for row in rows):
            raise ValueError(f"{data / 'train.jsonl'} has no pairs with a target.")
        vae = _begin(rows, data, out, config, base)
        if config.kind == "linear":
            _export(vae, out)
            return Outcome(0, 0, True)
        vae.to(choose("auto").device)

        def loss(step: int) -> Tensor:
            source, target = draw(rows, step, config)
            return pair_loss(vae, source.to(vae.device), target.to(vae.device))

        run = Run(dict(_trained(vae)), loss, config, out)
        finished = run.go_on(stop)
    if finished:
        if config.kind == "convolutional":
            _scale(vae, rows, config)
        _export(vae, out)
    return Outcome(run.step, config.steps, finished)


def _begin(rows: list[Row], data: Path, out: Path, config: AutoencoderConfig, base: str | None) -> Any:
    """The autoencoder before the first step, made once and kept in `out`/start."""
    start = out / "start"
    asked = {
        "kind": config.kind,
        "base": base,
        "pairs": begun.fingerprint(data / "train.jsonl"),
        "resolution": config.resolution,
        "batch": config.batch,
        "seed": config.seed,
    }
    if not begun.already(out, asked):
        part = out / "start.part"
        shutil.rmtree(part, ignore_errors=True)
        _untrained(rows, config, base).save_pretrained(part)
        (part / "run.json").write_text(json.dumps(asked, indent=1) + "\n", encoding="utf-8")
        part.replace(start)
    return load_autoencoder(start, torch.float32)


def _untrained(rows: list[Row], config: AutoencoderConfig, base: str | None) -> Any:
    torch.manual_seed(config.seed)
    if base is not None and config.kind != "residual":
        raise ValueError(f"A {config.kind} autoencoder begins from nothing: leave --base out.")
    if config.kind == "convolutional":
        return ConvolutionalAutoencoder(latent_channels=config.latent_channels)
    if base is None:
        shape = TrainConfig(resolution=config.resolution, latent_channels=config.latent_channels)
        linear = fitted_autoencoder(rows, shape)
    else:
        linear = load_autoencoder(resolve("editor", base) / "vae", torch.float32)
        if not isinstance(linear, PatchAutoencoder):
            raise ValueError(f"The latents of {base} are not linear; leave --base out to fit some that are.")
    return linear if config.kind == "linear" else ResidualAutoencoder.on(linear)


def _trained(vae: Any) -> Iterator[tuple[str, nn.Parameter]]:
    """What is trained: of a linear autoencoder nothing, of a residual one the network, else everything."""
    for name, parameter in vae.named_parameters():
        if not isinstance(vae, PatchAutoencoder) or name.startswith("residual."):
            yield name, parameter.requires_grad_(True)


def draw(rows: list[Row], step: int, config: AutoencoderConfig) -> tuple[Tensor, Tensor]:
    """Sources and targets of one step, each (batch, 3, crop, crop): the same crop and flip for both."""
    rng = np.random.default_rng([config.seed, step])
    crop = min(config.crop, config.resolution)
    pairs = []
    for number in rng.integers(len(rows), size=config.batch):
        top, left = rng.integers(config.resolution - crop + 1, size=2)
        row = rows[int(number)]
        both = torch.stack([read_picture(row[n], config.resolution, True) for n in ("source", "target")])
        seen = both[..., top : top + crop, left : left + crop]
        pairs.append(seen.flip(-1) if rng.random() < 0.5 else seen)
    source, target = torch.stack(pairs, 1)
    return source, target


def pair_loss(vae: Any, source: Tensor, target: Tensor) -> Tensor:
    """Of pairs (B, 3, H, W) in [-1, 1]; see the head of this file."""
    wanted = torch.cat([source, target])
    found = vae.decode(vae.encode(wanted).latent_dist.mode()).sample
    missed = found - wanted
    before, after = missed.chunk(2)
    return missed.square().mean() + (after - before).square().mean()


@torch.no_grad()
def _scale(vae: ConvolutionalAutoencoder, rows: list[Row], config: AutoencoderConfig) -> None:
    """Set the factor that gives the latents unit variance, measured on some pictures trained on."""
    pictures = torch.cat([torch.cat(draw(rows, step, config)) for step in range(8)])
    latents = torch.cat(
        [vae.encode(some.to(vae.device)).latent_dist.mode() for some in pictures.split(config.batch)]
    )
    vae.register_to_config(scaling_factor=float(1 / latents.std()))


def _export(vae: Any, out: Path) -> None:
    part, final = out / "vae.part", out / "vae"
    shutil.rmtree(part, ignore_errors=True)
    deepcopy(vae).half().save_pretrained(part)
    shutil.rmtree(final, ignore_errors=True)
    part.replace(final)
