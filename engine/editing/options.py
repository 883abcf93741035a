"""What the editor's commands share: kinds of paths, options and ends of a run, and how a result is shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.command_line import Problem

if TYPE_CHECKING:
    from engine.editing.training.begun import Outcome

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
NEW = click.Path(path_type=Path)

minutes_option = click.option(
    "--minutes",
    type=click.FloatRange(0, min_open=True),
    help="Save and end after so many minutes; the same command goes on from there.",
)
threads_option = click.option("--threads", type=click.IntRange(1), help="CPU threads; default: all.")


@contextmanager
def training(threads: int | None) -> Iterator[None]:
    """A training run: what goes wrong is one sentence, and one that was stopped exits with 130."""
    import torch

    from engine.errors import EngineError
    from engine.training.stopping import Stopped

    if threads is not None:
        torch.set_num_threads(threads)
    try:
        yield
    except Stopped as stopped:
        click.echo(str(stopped), err=True)
        sys.exit(130)
    except (OSError, ValueError, EngineError) as error:
        raise Problem(error) from error


def show_run(out: Path, outcome: Outcome, found: dict[str, Any], as_json: bool) -> None:
    """How far the run in `out` came, its curve, and what it `found` if it is finished."""
    from engine.training.curve import Curve

    Curve(out).draw()
    result = {"step": outcome.step, "steps": outcome.steps, "finished": outcome.finished}
    show(result | (found if outcome.finished else {}), as_json)


def show(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result))
        return
    for name, value in result.items():
        if isinstance(value, dict):
            show({f"{name} {part}": inner for part, inner in value.items()}, as_json)
        else:
            click.echo(f"{name:>18}  {'-' if value is None else value}")
