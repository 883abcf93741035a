"""`dialogpaint data stickers`: fetches the drawings that `names.txt` lists out of the emoji's package."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from engine.command_line import Problem
from engine.editing.data.cutouts import codes_of, pictures_of
from engine.editing.options import FILE, FOLDER
from engine.editing.stickers import PICTURES, stickers


@click.command("stickers")
@click.option("--cutouts", type=FOLDER, required=True, help="The assets folder of @lobehub/fluent-emoji-3d.")
@click.option("--labels", type=FILE, required=True, help="en/data.json of emojibase-data.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=PICTURES, help="Default: where the bot looks."
)
def data(cutouts: Path, labels: Path, out: Path) -> None:
    """Copy the drawing of every name in engine/editing/stickers/names.txt."""
    codes = codes_of(labels)
    out.mkdir(parents=True, exist_ok=True)
    wanted = {one.name: one for one in stickers().values()}
    for one in wanted.values():
        found = pictures_of(cutouts, codes.get(one.label, ""))
        if not found:
            raise Problem(f"{cutouts} has no drawing with the label {one.label!r}, for {one.name!r}.")
        shutil.copyfile(found[0], out / one.file.name)
    click.echo(f"{len(wanted)} drawings in {out}")
