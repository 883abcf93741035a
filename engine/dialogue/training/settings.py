"""Everything that shapes a training run; a preset is a small TOML file with some of these keys."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PositiveFloat, PositiveInt, ValidationError
from pydantic.dataclasses import dataclass

PRESETS = Path(__file__).parent / "presets"
LENGTHS = ("steps", "epochs", "minutes")
"""What can end a run besides `patience`; whichever comes first does."""

Decay = Literal["linear", "cosine", "constant"]
Optimizer = Literal["adam", "adamw"]
Precision = Literal["auto", "no", "fp16", "bf16"]
Share = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Settings:
    """The help of `dialogpaint train dialogue` says what each one means.

    `shape` is the configuration of a model from scratch (keys of transformers' BlenderbotConfig).
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
    shape: dict[str, Any] | None = None


def read_settings(preset: str, **chosen: Any) -> Settings:
    """A preset by name or TOML file, and over it what was chosen; a None was not chosen.

    A chosen length replaces the preset's lengths. Raises ValueError with one sentence.
    """
    named = PRESETS / f"{preset}.toml"
    file = named if named.is_file() else Path(preset)
    try:
        values: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        known = ", ".join(sorted(path.stem for path in PRESETS.glob("*.toml")))
        raise ValueError(f"There is no preset {preset}: name a TOML file or one of {known}.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"The preset {file} can't be read: {error}.") from error
    chosen = {name: value for name, value in chosen.items() if value is not None}
    if any(name in chosen for name in LENGTHS):
        values = {name: value for name, value in values.items() if name not in LENGTHS}
    try:
        settings = Settings(**(values | chosen))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise ValueError(f"The setting {name} of the training run is wrong: {first['msg']}.") from error
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
