"""Presets: small TOML files with some settings of a training run. Imports no torch, so `--help` is quick."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

Precision = Literal["auto", "no", "fp16", "bf16"]
T = TypeVar("T")


def read_preset(presets: Path, name: str) -> dict[str, Any]:
    """The preset `name` of the folder, or the TOML file `name`. Raises ValueError with one sentence."""
    named = presets / f"{name}.toml"
    file = named if named.is_file() else Path(name)
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        known = ", ".join(sorted(path.stem for path in presets.glob("*.toml")))
        raise ValueError(f"There is no preset {name}: name a TOML file or one of {known}.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"The preset {file} can't be read: {error}.") from error


def checked(kind: type[T], values: dict[str, Any]) -> T:
    """A pydantic dataclass of `values`. Raises ValueError with one sentence that names the setting."""
    try:
        return kind(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise ValueError(f"The setting {name} of the training run is wrong: {first['msg']}.") from error
