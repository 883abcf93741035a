"""`dialogpaint data editing`. torch is imported when it runs, so that `--help` stays quick."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.command_line import Problem, json_option
from engine.editing.options import FILE, FOLDER, NEW, show

if TYPE_CHECKING:
    from engine.editing.clip import Clip
    from engine.editing.data.item import Maker


@click.command("editing")
@click.argument("out", type=NEW)
@click.option("--photos", type=FOLDER, help="Exact pairs: a folder of photos (photos.jsonl may name labels).")
@click.option("--cutouts", type=FOLDER, help="Exact pairs: the assets folder of @lobehub/fluent-emoji-3d.")
@click.option("--labels", type=FILE, help="Exact pairs: en/data.json of emojibase-data.")
@click.option(
    "--train",
    "train_count",
    type=click.IntRange(1),
    default=16_000,
    show_default=True,
    help="Exact pairs to train on.",
)
@click.option(
    "--val",
    "val_count",
    type=click.IntRange(1),
    default=300,
    show_default=True,
    help="Exact pairs to validate on.",
)
@click.option(
    "--test",
    "test_count",
    type=click.IntRange(1),
    default=600,
    show_default=True,
    help="Exact pairs to test on, of which some are left out as too alike.",
)
@click.option(
    "--side",
    type=click.IntRange(32, 320),
    default=128,
    show_default=True,
    help="Pixels of an exact pair, about: photos are looked at up to 320.",
)
@click.option(
    "--chains",
    "chain_count",
    type=click.IntRange(0),
    default=40,
    show_default=True,
    help="Chains of five wishes after one another, on the photos of the test set (OUT/chains.jsonl).",
)
@click.option(
    "--stable-diffusion",
    metavar="WEIGHTS",
    help="Prompt-to-Prompt pairs: a folder or an id on the Hub of Stable Diffusion 1.x or 2.x.",
)
@click.option(
    "--captions",
    type=FILE,
    help="Prompt-to-Prompt: JSON lines with before, instruction and after, as `data instructions` makes "
    "them; default: the 500 that were written by hand.",
)
@click.option(
    "--candidates",
    type=click.IntRange(1),
    default=8,
    show_default=True,
    help="Prompt-to-Prompt: pairs to draw for a line, the best of which CLIP keeps (InstructPix2Pix: 100). "
    "Without --clip one is drawn.",
)
@click.option(
    "--pairs",
    type=FOLDER,
    help="One's own pairs: pairs.jsonl (source, target, instruction, mask?, caption_before?, "
    "caption_after?) and the pictures beside it.",
)
@click.option(
    "--clip",
    "clip_folder",
    type=FOLDER,
    help="CLIP in transformers' layout: leaves out pairs that do not fit their captions.",
)
@click.option(
    "--strike",
    type=FILE,
    multiple=True,
    help="Leave out what this list names; OUT/review-SPLIT.html makes one. May be given more than once.",
)
@click.option(
    "--from-store",
    type=FILE,
    metavar="DATABASE",
    help="Instead of all that: export the pictures that the bot's users share and rated well, to OUT, for "
    "--pairs.",
)
@click.option(
    "--least-stars",
    type=click.IntRange(1, 5),
    default=4,
    show_default=True,
    help="Of an edit that --from-store takes.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same set.")
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Processes for exact and own pairs.",
)
@click.option(
    "--device",
    type=click.Choice(("auto", "cpu", "cuda")),
    default="auto",
    show_default=True,
    help="For Stable Diffusion and CLIP.",
)
@json_option
def data(
    out: Path,
    clip_folder: Path | None,
    strike: tuple[Path, ...],
    from_store: Path | None,
    least_stars: int,
    workers: int,
    chain_count: int,
    as_json: bool,
    **options: Any,
) -> None:
    """Make pairs (source, target, instruction, mask?) in the folder OUT.

    Exact pairs need --photos, --cutouts and --labels, Prompt-to-Prompt pairs --stable-diffusion, one's own
    pairs --pairs; a set may hold all three kinds. OUT/README.md says what was left out, and why. A build that
    was killed goes on where it was when it is started again with the same arguments.
    """
    if from_store is not None:
        from engine.editing.data.from_store import from_store as export

        try:
            exported = export(from_store, out, least_stars)
        except (OSError, ValueError) as error:
            raise Problem(error) from error
        show(exported, as_json)
        return
    from engine.editing.data.build import build
    from engine.editing.data.chains import write_chains
    from engine.editing.data.exact_pairs import ExactPairs
    from engine.editing.data.review import read_strikes
    from engine.errors import EngineError

    try:
        makers = _makers(out, **options)
        clip = _clip(clip_folder, options["device"]) if clip_folder else None
        result = build(makers, out, workers, clip, read_strikes(strike))
        exact = [maker for maker in makers if isinstance(maker, ExactPairs)]
        result["chains"] = sum(write_chains(maker, out, chain_count) for maker in exact)
    except (OSError, ValueError, KeyError, EngineError) as error:
        raise Problem(error) from error
    if strangers := result["struck_without_item"]:
        click.echo(
            f"{strangers} struck names fit no item: are they of other inputs, or another seed?",
            err=True,
        )
    show(result, as_json)


def _makers(
    out: Path,
    photos: Path | None,
    cutouts: Path | None,
    labels: Path | None,
    train_count: int,
    val_count: int,
    test_count: int,
    side: int,
    stable_diffusion: str | None,
    captions: Path | None,
    candidates: int,
    pairs: Path | None,
    seed: int,
    device: Any,
) -> list[Maker]:
    """Those for which there is something. Raises `ValueError` with one sentence."""
    from engine.editing.data.caption_pairs import LIBRARY, CaptionPairs
    from engine.editing.data.exact_pairs import ExactPairs
    from engine.editing.data.own_pairs import OwnPairs
    from engine.sources import resolve

    makers: list[Maker] = []
    if photos and cutouts and labels:
        makers.append(ExactPairs(photos, cutouts, labels, seed, train_count, val_count, test_count, side))
    elif photos or cutouts or labels:
        raise ValueError("Exact pairs need all three of --photos, --cutouts and --labels.")
    if stable_diffusion:
        weights = resolve("editor", stable_diffusion)
        makers.append(CaptionPairs(weights, captions or LIBRARY, candidates, seed, device))
    if pairs:
        if pairs.resolve().is_relative_to(out.resolve()):
            raise ValueError(
                f"The folder of your own pairs, {pairs}, is inside {out}, which is written anew."
            )
        makers.append(OwnPairs(pairs))
    if not makers:
        raise ValueError(
            "Nothing to make pairs from: give --photos, --stable-diffusion or --pairs (see --help)."
        )
    return makers


def _clip(folder: Path, device: Any) -> Clip:
    from engine.device import choose
    from engine.editing.clip import Clip

    return Clip.load(folder, choose(device).device)
