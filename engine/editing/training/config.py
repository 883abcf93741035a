"""Everything that shapes a training run; a preset is a small TOML file with some of these keys."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Defaults are the starter's recipe. `steps` counts optimiser steps of `batch` pairs.

    `weak` skills are trained, but their wordings stay out of `knows.json`, so the editor refuses them: what
    came out was looked at and is not good enough to show.
    """

    resolution: int = 64
    latent_channels: int = 32
    whitening: float = 0.5
    vocabulary: int = 1600
    text_length: int = 16
    text_width: int = 128
    text_layers: int = 2
    text_steps: int = 400
    channels: tuple[int, ...] = (64, 96, 160)
    time_width: int = 192
    heads: int = 4
    batch: int = 24
    steps: int = 3600
    learning_rate: float = 8e-4
    warmup: int = 60
    weight_decay: float = 0.01
    ema: float = 0.996
    late: float = 0.6
    drop: float = 0.05
    save_minutes: float = 2.0
    sample_minutes: float = 6.0
    weak: tuple[str, ...] = ("add", "remove", "replace")
    seed: int = 0


def read_config(file: Path | None) -> TrainConfig:
    """The preset in `file` over the defaults. Raises `ValueError` with one sentence."""
    if file is None:
        return TrainConfig()
    try:
        values: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"The preset {file} can't be read: {error}.") from error
    known = {field.name: field for field in fields(TrainConfig)}
    if unknown := sorted(set(values) - set(known)):
        raise ValueError(f"{file}: {', '.join(unknown)} is no setting of a training run.")
    values |= {name: tuple(values[name]) for name in ("channels", "weak") if name in values}
    return TrainConfig(**values)
