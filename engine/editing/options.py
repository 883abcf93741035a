"""What the editor's commands share: kinds of paths, and how a result is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
NEW = click.Path(path_type=Path)


def show(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result))
        return
    for name, value in result.items():
        if isinstance(value, dict):
            show({f"{name} {part}": inner for part, inner in value.items()}, as_json)
        else:
            click.echo(f"{name:>18}  {'-' if value is None else value}")
