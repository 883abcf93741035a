"""Everything that shapes a training run; a preset is a small TOML file with some of these keys."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PositiveFloat, PositiveInt
from pydantic.dataclasses import dataclass

from engine.training.presets import Precision, checked, read_preset

PRESETS = Path(__file__).parent / "presets"
LENGTHS = ("steps", "epochs", "minutes")
"""What can end a run besides `patience`; whichever comes first does."""

Decay = Literal["linear", "cosine", "constant"]
Optimizer = Literal["adam", "adamw"]
Share = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Settings:
    """The help of `dialogpaint train dialogue` says what each one means.

    `shape` is the configuration of a model from scratch (keys of transformers' BlenderbotConfig; of
    BlenderbotSmallConfig where its encoder begins as a sentence encoder).
    """

    steps: PositiveInt | None = None
    epochs: PositiveFloat | None = None
    minutes: PositiveFloat | None = None
    batch: PositiveInt = 16
    micro_batch: PositiveInt | None = None
    learning_rate: PositiveFloat = 8e-4
    warmup: NotNegative = 0
    decay: Decay = "linear"
    decay_share: Share = 1.0
    optimizer: Optimizer = "adamw"
    beta2: Share = 0.999
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    clip: PositiveFloat = 1.0
    dropout: Share | None = None
    words_left_out: Share = 0.0
    seed: int = 0
    mixed_precision: Precision = "auto"
    evaluate_every: PositiveInt = 250
    patience: PositiveInt | None = None
    checkpoint_every: PositiveInt = 250
    vocabulary: Annotated[int, Field(ge=300)] = 4096
    encoder_rate: Share = 1.0
    act_weight: PositiveFloat = 1.0
    sentences: PositiveInt = 32
    shape: dict[str, Any] | None = None


def read_settings(preset: str, **chosen: Any) -> Settings:
    """A preset by name or TOML file, and over it what was chosen; a None was not chosen.

    A chosen length replaces the preset's lengths. Raises ValueError with one sentence.
    """
    values = read_preset(PRESETS, preset)
    chosen = {name: value for name, value in chosen.items() if value is not None}
    if any(name in chosen for name in LENGTHS):
        values = {name: value for name, value in values.items() if name not in LENGTHS}
    settings = checked(Settings, values | chosen)
    if not any(getattr(settings, name) for name in (*LENGTHS, "patience")):
        raise ValueError("The training run has no end: give steps, epochs, minutes or patience.")
    return settings


def learning_rate(step: int, share: float, settings: Settings) -> float:
    """Warm-up by steps, a plateau, and a fall to a twentieth over the last `decay_share` of the run.

    `share` (0 to 1) is how much of the run is over, by steps or by time: a run that is bounded by minutes
    then comes down in time on any machine.
    """
    rise = min(1.0, (step + 1) / max(1, settings.warmup))
    if settings.decay == "constant" or settings.decay_share == 0:
        return settings.learning_rate * rise
    left = min(1.0, (1 - share) / settings.decay_share)
    if settings.decay == "cosine":
        left = (1 - math.cos(math.pi * left)) / 2
    return settings.learning_rate * min(rise, max(0.05, left))
