"""What the editor's commands share: options, and how they end."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
NEW = click.Path(path_type=Path)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")


def fail(error: Exception | str) -> NoReturn:
    """One sentence on standard error, exit code 2."""
    click.echo(" ".join(str(error).split()), err=True)
    sys.exit(2)


def show(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result))
        return
    for name, value in result.items():
        if isinstance(value, dict):
            show({f"{name} {part}": inner for part, inner in value.items()}, as_json)
        else:
            click.echo(f"{name:>18}  {'-' if value is None else value}")
