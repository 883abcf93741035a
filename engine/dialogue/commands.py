"""The dialogue model's commands that use finished weights: `evaluate dialogue` and `talk`.

torch and transformers are imported only when a command runs, so that `dialogpaint --help` stays quick.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click

from engine.command_line import Problem, json_option
from engine.dialogue.options import PATH
from engine.jobs import Act

STARTER = Path(__file__).parent.parent / "weights" / "dialogue"


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


@click.command("dialogue")
@click.argument("file", type=PATH)
@click.option("--weights", type=PATH, default=STARTER, help="Folder of the weights; default: the starter.")
@click.option("--predictions", type=PATH, help="Write one line per item: act, text, instruction.")
@click.option("--beside-stock", is_flag=True, help="Also time stock transformers generate, taking turns.")
@json_option
def evaluate(file: Path, weights: Path, predictions: Path | None, beside_stock: bool, as_json: bool) -> None:
    """Measure a dialogue model on an evaluation file."""
    from engine.dialogue import evaluate as measuring

    try:
        items = measuring.read_items(file)
    except ValueError as error:
        raise Problem(error) from error
    model = _model(weights)
    result, decisions = measuring.evaluate(model, items)
    if beside_stock:
        from engine.dialogue import stock

        result["beside_stock"] = stock.beside_stock(model, items)
    if predictions is not None:
        measuring.write_predictions(predictions, decisions)
    click.echo(json.dumps(result) if as_json else "\n".join(_report(result)))


def _report(result: dict[str, Any]) -> Iterator[str]:
    """The result as a person reads it; acts as a table of confusion, expected down, predicted across."""
    yield f"right act {result['act_accuracy']:.1%} of {result['n']}, perplexity {result['ppl']}"
    acts = get_args(Act)
    yield "expected " + "".join(f"{act:>7}" for act in acts) + "    n  right"
    for act, row in result["by_act"].items():
        predicted = "".join(f"{row['predicted'].get(other, 0):7}" for other in acts)
        yield f"{act:9}{predicted}{row['n']:5}{row['accuracy']:7.1%}"
    for tag, row in result["by_tag"].items():
        yield f"  {tag:24} {row['n']:5} {row['accuracy']:7.1%}"
    words, question = result["instruction"], result["question"]
    if words["n"]:
        yield (
            f"instructions: token F1 {words['token_f1']:.3f}, content words kept {words['kept_words']:.1%}, "
            f"with an invented one {words['invented_words']:.1%}"
        )
    if question["n"]:
        named = question["names_what_is_missing"]
        yield f"questions that name what is missing: {named:.1%} of {question['n']}"
    yield f"reply time p50 {result['p50_ms']} ms, p95 {result['p95_ms']} ms"
    if "beside_stock" in result:
        yield f"beside stock generate: {json.dumps(result['beside_stock'])}"


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
