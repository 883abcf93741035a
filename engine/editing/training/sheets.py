"""Pictures to watch a run by: validation contact sheets and the loss curve."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from engine.editing import sampler
from engine.editing.data.sheet import grid
from engine.editing.training.cache import Row, read_picture

if TYPE_CHECKING:
    from engine.editing.loading import Components

STEPS = 8
GUIDANCE = sampler.Guidance(text=3.0, image=1.2)


def to_picture(pixels: torch.Tensor) -> Image.Image:
    """(1, 3, H, W) in [-1, 1] to a picture."""
    levels = ((pixels[0].float().clamp(-1, 1) + 1) * 127.5).round().byte()
    return Image.fromarray(levels.permute(1, 2, 0).cpu().numpy())


def validation_sheet(parts: Components, resolution: int, rows: list[Row], file: Path) -> None:
    """Source | output | target with the instruction, the same seed for each."""
    empty = sampler.encode_text(parts.tokenizer, parts.text_encoder, "")
    cells = []
    for row in rows:
        source = read_picture(row["source"], resolution)[None]
        conditions = sampler.Conditions(
            sampler.encode_text(parts.tokenizer, parts.text_encoder, row["instruction"]),
            empty,
            sampler.encode_image(parts.vae, source).to(parts.unet.device),
        )
        done = list(
            sampler.sample(
                parts.unet, parts.scheduler, conditions, GUIDANCE, STEPS, torch.Generator().manual_seed(0)
            )
        )
        output = to_picture(sampler.decode(parts.vae, done[-1].latents.to(parts.vae.device)))
        target = to_picture(read_picture(row["target"], resolution)[None])
        cells.append(([to_picture(source), output, target], row["instruction"]))
    file.parent.mkdir(parents=True, exist_ok=True)
    grid(cells, file)


def loss_curve(log: Path, file: Path) -> None:
    """The loss over the steps, smoothed, as a PNG."""
    from matplotlib.figure import Figure

    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    steps, losses = np.array([[row["step"], row["loss"]] for row in rows]).T
    width = max(1, min(100, len(losses) // 10))
    smooth = np.convolve(losses, np.ones(width) / width, "valid")
    figure = Figure((7, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(steps, losses, alpha=0.2)
    axes.plot(steps[width - 1 :], smooth)
    axes.set(xlabel="step", ylabel="loss", title="Training loss of the editor")
    figure.savefig(file, dpi=110)
