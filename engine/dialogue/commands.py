"""The dialogue model's commands: `data dialogue`, `train dialogue`, `evaluate dialogue` and `talk`.

torch and transformers are imported only when a command runs, so that `dialogpaint --help` stays quick.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

STARTER = Path(__file__).parent.parent / "weights" / "dialogue"
PATH = click.Path(path_type=Path)


class Problem(click.ClickException):
    """One sentence on standard error, exit code 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)


def _sources(words: Path | None, captions: tuple[Path, ...]) -> tuple[dict[str, list[str]], list[str]]:
    from engine.dialogue.grammar.words import load_captions, load_lists

    try:
        return load_lists(words), load_captions(captions)
    except ValueError as error:
        raise Problem(str(error)) from error


def _model(weights: Path) -> Any:
    import torch

    from engine.dialogue.model import DialogueModel

    if not (weights / "config.json").is_file():
        raise Problem(f"There are no dialogue weights in {weights}.")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return DialogueModel.load(weights, device, torch.float32)
    except (OSError, ValueError) as error:
        raise Problem(f"The dialogue weights in {weights} can't be loaded: {error}") from error


def _source_options(command: Any) -> Any:
    for option in (
        click.option("--words", type=PATH, help="JSON file of word lists: {name: [words]}."),
        click.option(
            "--captions", type=PATH, multiple=True, help="Captions: text, or JSONL with caption or prompt."
        ),
    ):
        command = option(command)
    return command


@click.command("dialogue")
@_source_options
@click.option(
    "--out", type=PATH, required=True, help="Folder for the data set, or the file with --from-requests."
)
@click.option("--from-requests", type=PATH, help="Turn a JSONL file of instructions into one-turn requests.")
@click.option("--train", "train_size", default=9000, show_default=True, help="Dialogues to train on.")
@click.option("--held-out", default=500, show_default=True, help="Dialogues to validate on, and to test on.")
@click.option("--seed", default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the data card as one JSON object.")
def data(
    words: Path | None,
    captions: tuple[Path, ...],
    out: Path,
    from_requests: Path | None,
    train_size: int,
    held_out: int,
    seed: int,
    as_json: bool,
) -> None:
    """Build a dialogue data set from the grammar, captions and word lists."""
    from engine.dialogue import data as building

    if from_requests is not None:
        try:
            count = building.from_requests(from_requests, out)
        except ValueError as error:
            raise Problem(str(error)) from error
        click.echo(json.dumps({"requests": count}) if as_json else f"{count} requests written to {out}.")
        return
    lists, lines = _sources(words, captions)
    card = building.build(lists, lines, {"train": train_size, "valid": held_out, "test": held_out}, seed, out)
    click.echo(
        json.dumps(card) if as_json else f"Data set written to {out}; its card is {out / 'card.json'}."
    )


@click.command("dialogue")
@_source_options
@click.option("--out", type=PATH, required=True, help="Folder of the run; run again with it to resume.")
@click.option(
    "--data", "data_folder", type=PATH, help="Data set folder; without it dialogues are made as needed."
)
@click.option("--base", help="BlenderBot to fine-tune: folder or Hub id. Without it: from scratch.")
@click.option("--config", type=PATH, help="JSON file: the shape of a model from scratch.")
@click.option("--vocabulary", default=4096, show_default=True, help="Vocabulary of a model from scratch.")
@click.option("--steps", default=9000, show_default=True)
@click.option("--batch", default=16, show_default=True)
@click.option("--learning-rate", default=8e-4, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def train(
    words: Path | None,
    captions: tuple[Path, ...],
    out: Path,
    data_folder: Path | None,
    base: str | None,
    config: Path | None,
    vocabulary: int,
    steps: int,
    batch: int,
    learning_rate: float,
    seed: int,
    as_json: bool,
) -> None:
    """Fine-tune a BlenderBot, or train the starter from scratch."""
    from engine.dialogue import setup
    from engine.dialogue import train as training

    lists, lines = _sources(words, captions)
    settings = training.TrainSettings(steps=steps, batch=batch, learning_rate=learning_rate, seed=seed)
    try:
        source = setup.source(lists, lines, data_folder, seed)
        model, tokenizer = setup.model(base, config, out, vocabulary, lists, lines, seed)
        ppl = training.train(model, tokenizer, source.chunk, source.held_out, settings, out)
    except (OSError, ValueError) as error:
        raise Problem(str(error)) from error
    training.export(model, tokenizer, out / "model")
    training.draw_curve(out)
    result = {"steps": steps, "ppl": round(ppl, 4), "model": str(out / "model")}
    click.echo(
        json.dumps(result) if as_json else f"Held-out perplexity {ppl:.3f}; weights in {out / 'model'}."
    )


@click.command("dialogue")
@click.argument("file", type=PATH)
@click.option("--weights", type=PATH, default=STARTER, help="Folder of the weights; default: the starter.")
@click.option("--predictions", type=PATH, help="Write one line per item: act, text, instruction.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(file: Path, weights: Path, predictions: Path | None, as_json: bool) -> None:
    """Measure a dialogue model on an evaluation file."""
    from engine.dialogue import evaluate as measuring

    try:
        items = measuring.read_items(file)
    except ValueError as error:
        raise Problem(str(error)) from error
    result, decisions = measuring.evaluate(_model(weights), items)
    if predictions is not None:
        measuring.write_predictions(predictions, decisions)
    if as_json:
        click.echo(json.dumps(result))
        return
    click.echo(f"right act {result['act_accuracy']:.1%} of {result['n']}, perplexity {result['ppl']}")
    for act, row in result["by_act"].items():
        click.echo(f"  {act:6} {row['n']:5} {row['accuracy']:7.1%}  {row['predicted']}")
    words = result["instruction"]
    if words["n"]:
        click.echo(
            f"instructions: token F1 {words['token_f1']:.3f}, content words kept {words['kept_words']:.1%}, "
            f"with an invented one {words['invented_words']:.1%}"
        )
    click.echo(f"reply time p50 {result['p50_ms']} ms, p95 {result['p95_ms']} ms")


@click.command("talk")
@click.option("--weights", type=PATH, default=STARTER, help="Folder of the weights; default: the starter.")
def talk(weights: Path) -> None:
    """Chat with the dialogue model alone and see the decision of every turn (end with ctrl-D)."""
    from engine.dialogue.talk import Talk

    chat = Talk(_model(weights))
    while True:
        try:
            wish = input("you> ").strip()
        except (EOFError, KeyboardInterrupt):
            click.echo()
            return
        if wish:
            decision = chat.say(wish)
            wanted = "" if decision.instruction is None else f": {decision.instruction}"
            click.echo(f"bot> {decision.text}")
            click.secho(f"     [{decision.act}{wanted}] {1000 * decision.seconds:.0f} ms", dim=True)
