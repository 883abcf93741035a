"""`dialogpaint evaluate editing`. torch is imported when it runs, so that `--help` stays quick."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from engine.command_line import Problem, json_option
from engine.config import Preset, Scheduler
from engine.editing.options import FILE, FOLDER, NEW, show


@click.command("editing")
@click.argument("file", type=FILE)
@click.option(
    "--weights", default="starter", show_default=True, help="A folder, an id on the Hub, or starter."
)
@click.option("--preset", type=click.Choice(get_args(Preset)), default="quality", show_default=True)
@click.option("--scheduler", type=click.Choice(get_args(Scheduler)), help="Default: the weights' own.")
@click.option("--steps", type=click.IntRange(1, 200), help="Default: what the weights recommend.")
@click.option("--sheet", type=NEW, help="Write a contact sheet source | output | (stock) | target (PNG).")
@click.option("--skills", type=NEW, help="Write a line for each skill: how near to the targets it comes.")
@click.option(
    "--all-wishes", is_flag=True, help="Edit also what the weights say they don't know (knows.json)."
)
@click.option("--limit", type=click.IntRange(1), help="Only the first items.")
@click.option(
    "--side-by-side", is_flag=True, help="The stock diffusers pipeline on the same items and weights as well."
)
@click.option("--clip", type=FOLDER, help="A CLIP (transformers' layout) to compare features with.")
@click.option("--image-guidance", metavar="S,S,...", help="Draw the curve over these values of s_I.")
@click.option(
    "--curve",
    type=NEW,
    default=Path("image-guidance.png"),
    show_default=True,
    help="Where that curve goes; its points go to a .json beside it.",
)
@json_option
def evaluate(
    file: Path,
    weights: str,
    preset: Preset,
    scheduler: Scheduler | None,
    steps: int | None,
    sheet: Path | None,
    skills: Path | None,
    all_wishes: bool,
    limit: int | None,
    side_by_side: bool,
    clip: Path | None,
    image_guidance: str | None,
    curve: Path,
    as_json: bool,
) -> None:
    """Measure an editor on FILE.

    One JSON object a line: source, instruction, and if known target, mask, caption_before, caption_after, and
    chain: rows with the same value are rounds after one another, each one's target the next one's source.
    """
    from importlib.util import find_spec

    from engine.device import choose
    from engine.editing.editor import Editor
    from engine.editing.knowledge import Everything
    from engine.editing.measures.curve import guidance_curve, write_curve
    from engine.editing.measures.evaluate import evaluate as measure
    from engine.editing.measures.features import INSTALL
    from engine.editing.training.cache import read_rows
    from engine.errors import EngineError
    from engine.sources import resolve

    try:
        guidances = _numbers(image_guidance) if image_guidance else []
        for new in (sheet, skills, curve if guidances else None):
            if new is not None:  # before the long work, not after it
                new.parent.mkdir(parents=True, exist_ok=True)
        rows = read_rows(file)[:limit]
        compute = choose("auto")
        features = _features(clip, compute.device)
        if features is None:
            if guidances:
                raise ValueError(f"The curve needs a feature space: {INSTALL}, or give --clip.")
            click.echo(f"FID and PRD need a feature space: {INSTALL}, or give --clip.", err=True)
        if guidances and find_spec("matplotlib") is None:
            raise ValueError(f"The curve needs matplotlib: {INSTALL}.")
        folder = resolve("editor", weights)
        editor = Editor.load(folder, *compute, steps, preset=preset, scheduler=scheduler)
        if all_wishes and editor.knowledge is not None:
            editor.knowledge = Everything()
        if guidances:  # first: a set that can't give a curve shows at once
            write_curve(guidance_curve(editor, rows, guidances, features, side_by_side), curve)
        result = measure(editor, rows, sheet, features, side_by_side, skills)
        if guidances:
            result["curve"] = str(curve)
    except (OSError, ValueError, EngineError) as error:
        raise Problem(error) from error
    show(result, as_json)


def _features(clip: Path | None, device: Any) -> Any:
    """CLIP if its folder is given, else EfficientNet-Lite0 if it is installed, else None."""
    from engine.editing.clip import Clip
    from engine.editing.measures.features import efficientnet

    return efficientnet(device) if clip is None else Clip.load(clip, device)


def _numbers(text: str) -> list[float]:
    """`1.0,1.2` as numbers."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if not numbers or not all(0 <= number < 100 for number in numbers):
        raise ValueError(f'--image-guidance takes numbers like 1.0,1.2,1.4, not "{text}".')
    return numbers
