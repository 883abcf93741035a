"""`dialogpaint data stickers`: fetches the drawings that `names.txt` lists out of the emoji's package."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click

from engine.command_line import Problem
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
    rows = json.loads(labels.read_text(encoding="utf-8"))
    codes = {row["label"]: row["hexcode"].lower() for row in rows}
    out.mkdir(parents=True, exist_ok=True)
    wanted = {one.name: one for one in stickers().values()}
    for one in wanted.values():
        code = codes.get(one.label, "")
        files = [cutouts / f"{stem}.webp" for stem in (code, code.replace("-fe0f", ""), f"{code}-fe0f")]
        found = next((file for file in files if file.is_file()), None)
        if found is None:
            raise Problem(f"{cutouts} has no drawing with the label {one.label!r}, for {one.name!r}.")
        shutil.copyfile(found, out / one.file.name)
    click.echo(f"{len(wanted)} drawings in {out}")
