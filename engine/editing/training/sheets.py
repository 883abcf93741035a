"""Contact sheets of validation pairs, to watch a run by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from PIL import Image

from engine.editing import sampler
from engine.editing.data.sheet import grid
from engine.editing.training.cache import Row, read_picture

if TYPE_CHECKING:
    from engine.editing.editor import Defaults
    from engine.editing.loading import Components


def to_picture(pixels: torch.Tensor) -> Image.Image:
    """(1, 3, H, W) in [-1, 1] to a picture."""
    levels = ((pixels[0].float().clamp(-1, 1) + 1) * 127.5).round().byte()
    return Image.fromarray(levels.permute(1, 2, 0).cpu().numpy())


def validation_sheet(
    parts: Components, usage: Defaults, resolution: int, rows: list[Row], file: Path
) -> None:
    """Source | output | target with the instruction, the same seed for each."""
    guidance = sampler.Guidance(usage.text_guidance, usage.image_guidance)
    empty = sampler.encode_text(parts.tokenizer, parts.text_encoder, "")
    cells = []
    for row in rows:
        source = read_picture(row["source"], resolution, usage.square)[None]
        conditions = sampler.Conditions(
            sampler.encode_text(parts.tokenizer, parts.text_encoder, row["instruction"]),
            empty,
            sampler.encode_image(parts.vae, source).to(parts.unet.device),
        )
        done = list(
            sampler.sample(
                parts.unet,
                parts.scheduler,
                conditions,
                guidance,
                usage.steps,
                torch.Generator().manual_seed(0),
            )
        )
        output = to_picture(sampler.decode(parts.vae, done[-1].latents.to(parts.vae.device)))
        target = to_picture(read_picture(row["target"], resolution, usage.square)[None])
        cells.append(([to_picture(source), output, target], row["instruction"]))
    file.parent.mkdir(parents=True, exist_ok=True)
    grid(cells, file)
