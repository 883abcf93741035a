"""Everything that shapes a training run; a preset is a small TOML file with some of these keys."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

from pydantic import ByteSize, ConfigDict, Field, PositiveFloat, PositiveInt
from pydantic.dataclasses import dataclass

from engine.training.presets import Precision, checked, read_preset

PRESETS = Path(__file__).parent / "presets"
LENGTHS = ("steps", "epochs")
"""What ends a run; whichever comes first does."""

Share = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[float, Field(ge=0)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class TrainConfig:
    """Defaults are the starter's recipe. `steps` counts optimiser steps of `batch` pairs.

    The keys from `latent_channels` to `heads` shape an editor from scratch; a base brings its own shape.
    `leaner`: of a base, leave out what costs much and does little (`components.leaner`).
    `views`: how often the editor shall look at a picture (`views.py`); None: as the base, or four times.
    `train_text_encoder`: a frozen one is needed only once, to cache what it makes of each wording.
    `drop`: the share of the pairs that lose the text; as many lose the picture, and as many lose both.
    `late`: see `draw_timesteps`. `decay_share`: see `learning_rate`. Skills are named by their first words:
    `skip` are left out, as a small network needs its strength for what it can learn; `weak` are trained, but
    their wordings stay out of `knows.json`, so the editor refuses them: what came out was looked at and isn't
    good enough to show.
    """

    resolution: PositiveInt = 64
    views: PositiveInt | None = None
    leaner: bool = False
    latent_channels: PositiveInt = 32
    whitening: float = 0.5
    vocabulary: PositiveInt = 1600
    text_length: PositiveInt = 16
    text_width: PositiveInt = 128
    text_layers: PositiveInt = 2
    text_steps: PositiveInt = 400
    channels: tuple[PositiveInt, ...] = (64, 96, 160)
    time_width: PositiveInt = 192
    heads: PositiveInt = 4
    train_text_encoder: bool = True
    batch: PositiveInt = 24
    micro_batch: PositiveInt | None = None
    gradient_checkpointing: bool = False
    mixed_precision: Precision = "auto"
    steps: PositiveInt | None = 3600
    epochs: PositiveFloat | None = None
    learning_rate: PositiveFloat = 8e-4
    warmup: NotNegative = 60
    decay_share: Share = 1 / 3
    weight_decay: NotNegative = 0.01
    ema: Share = 0.996
    late: Share = 0.6
    drop: Annotated[float, Field(ge=0, le=1 / 3)] = 0.05
    save_minutes: NotNegative = 2.0
    sample_minutes: NotNegative = 6.0
    log_every: PositiveInt = 10
    max_file: Annotated[ByteSize, Field(ge=2**16)] = ByteSize(16 * 2**20)
    skip: tuple[str, ...] = ()
    weak: tuple[str, ...] = ("add", "remove", "replace")
    seed: int = 0

    def total_steps(self, pairs: int) -> int:
        """The step at which a run over so many pairs ends."""
        limits = [] if self.steps is None else [self.steps]
        if self.epochs is not None:
            limits.append(math.ceil(self.epochs * pairs / self.batch))
        return min(limits)


def read_config(preset: str, **chosen: Any) -> TrainConfig:
    """A preset by name or TOML file, and over it what was chosen; a None was not chosen.

    A chosen length replaces the preset's lengths. Raises ValueError with one sentence.
    """
    values: dict[str, Any] = {"steps": None} | read_preset(PRESETS, preset)
    chosen = {name: value for name, value in chosen.items() if value is not None}
    if any(name in chosen for name in LENGTHS):
        values |= dict.fromkeys(LENGTHS)
    config = checked(TrainConfig, values | chosen)
    if config.steps is None and config.epochs is None:
        raise ValueError("The training run has no end: give steps or epochs.")
    return config


def learning_rate(step: int, steps: int, config: TrainConfig) -> float:
    """Warm up, hold, and go down to nothing over the last `decay_share` of the run."""
    rise = (step + 1) / config.warmup if config.warmup else 1.0
    fall = (steps - step) / steps / config.decay_share if config.decay_share else 1.0
    return config.learning_rate * min(1.0, rise, max(fall, 0.01))
