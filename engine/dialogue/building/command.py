"""`dialogpaint data dialogue`, `data instructions` and `data small-talk`."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.command_line import Problem, json_option, train_extra
from engine.dialogue.options import PATH, source_options, sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.dialogue.building.completers import EndpointCompleter, GrammarCompleter
    from engine.dialogue.building.endpoint import Endpoint
    from engine.dialogue.building.review import Review

_SETTINGS: dict[str, Any] = {"temperature": 0.8, "max_tokens": 400, "stop": ["\ncaption:"]}

_COUNT = click.IntRange(0)
_ASKING = (
    click.option("--examples", type=_COUNT, default=20, show_default=True, help="Library texts in a prompt."),
    click.option(
        "--parallel",
        type=click.IntRange(1),
        default=4,
        show_default=True,
        help="Questions to the endpoint at a time.",
    ),
    click.option("--answers", type=PATH, help="Folder that keeps the answers; default: answers in --out."),
    click.option(
        "--setting",
        "settings",
        multiple=True,
        metavar="NAME=VALUE",
        help=f"Sent with each question; NAME= leaves out a default. Defaults: {json.dumps(_SETTINGS)}",
    ),
    click.option("--price", nargs=2, type=float, default=(0.0, 0.0), help="Of a million tokens in, and out."),
    click.option("--timeout", default=120.0, show_default=True, help="Seconds to wait for an answer."),
)
_COMMON = (
    click.option(
        "--tries", type=_COUNT, default=3, show_default=True, help="Draws for a caption before it is left."
    ),
    click.option("--review", type=PATH, help="A review.tsv in which lines were struck."),
    click.option("--seed", default=0, show_default=True),
    json_option,
)


def _options(command: Any) -> Any:
    """The options of both commands; those for the endpoint arrive as one function that opens it."""

    @wraps(command)
    def gathered(
        *,
        out: Path,
        examples: int,
        parallel: int,
        answers: Path | None,
        settings: tuple[str, ...],
        price: tuple[float, float],
        timeout: float,
        **rest: Any,
    ) -> None:
        def opened() -> Endpoint:
            from engine.dialogue.building.endpoint import Account, Endpoint, Manners

            manners = Manners(_settings(settings), price, timeout)
            return Endpoint(Account.from_environment(), manners, answers or out / "answers")

        with _problems():
            command(out=out, examples=examples, parallel=parallel, endpoint=opened, **rest)

    for option in reversed((*_ASKING, *_COMMON)):
        option(gathered)
    return gathered


@contextmanager
def _problems() -> Iterator[None]:
    """Errors that have a sentence for the person end as one."""
    from engine.dialogue.building.drafts import Stopped

    try:
        with train_extra():
            yield
    except (Stopped, ValueError, OSError) as error:
        raise Problem(error) from error


@click.command("dialogue")
@source_options
@click.option(
    "--out", type=PATH, required=True, help="Folder for the data set, or the file with a --from- option."
)
@click.option("--from-requests", type=PATH, help="Turn a JSONL file of instructions into one-turn requests.")
@click.option(
    "--from-store",
    type=PATH,
    metavar="DATABASE",
    help="Export the bot's conversations whose owners share them, without names and ids, to the file --out.",
)
@click.option(
    "--completer",
    type=click.Choice(("grammar", "endpoint")),
    default="grammar",
    show_default=True,
    help="What writes the dialogues. The endpoint is any that speaks OpenAI's protocol; it is named by "
    "DIALOGPAINT_COMPLETION_URL, _MODEL and, if it wants one, _KEY in the environment.",
)
@click.option(
    "--train", "train_size", type=_COUNT, default=9000, show_default=True, help="Dialogues to train on."
)
@click.option(
    "--held-out",
    type=_COUNT,
    default=500,
    show_default=True,
    help="Dialogues to validate on, and to test on.",
)
@_options
def data(
    words: tuple[Path, ...],
    captions: tuple[Path, ...],
    out: Path,
    from_requests: Path | None,
    from_store: Path | None,
    completer: str,
    train_size: int,
    held_out: int,
    examples: int,
    parallel: int,
    endpoint: Callable[[], Endpoint],
    tries: int,
    review: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Build a dialogue data set from the library, captions and word lists.

    After an interruption the same command goes on where it stopped and gives the same files.
    """
    if from_requests is not None:
        from engine.dialogue.building.requests import from_requests as convert

        count = convert(from_requests, out)
        click.echo(json.dumps({"requests": count}) if as_json else f"{count} requests written to {out}.")
        return
    if from_store is not None:
        from engine.dialogue.from_store import from_store as export

        count = export(from_store, out)
        click.echo(json.dumps({"decisions": count}) if as_json else f"{count} decisions written to {out}.")
        return
    from engine.dialogue.building import build as building

    lists, lines = sources(words, captions)
    if completer == "endpoint" and not lines:
        raise Problem("An endpoint is told what is in a picture: name a file of captions with --captions.")
    plan = building.Plan(
        {"train": train_size, "valid": held_out, "test": held_out},
        lines,
        seed,
        tries,
        parallel,
        _review(review),
        _command(),
        _inputs(*words, *captions, review),
    )
    made = _asked(endpoint(), examples, seed) if completer == "endpoint" else _composed(lists, lines, seed)
    card = building.build(plan, made, out)
    for split, size in plan.sizes.items():
        _warn(card["splits"][split]["dialogues"], size, f"dialogues for {split}")
    _done(card, out, as_json)


@click.command("instructions")
@click.option(
    "--captions", type=PATH, multiple=True, required=True, help="Text, or JSONL with caption or prompt."
)
@click.option("--out", type=PATH, required=True, help="Folder for instructions.jsonl.")
@click.option("--size", type=_COUNT, default=10_000, show_default=True, help="Instructions to make.")
@_options
def instructions(
    captions: tuple[Path, ...],
    out: Path,
    size: int,
    examples: int,
    parallel: int,
    endpoint: Callable[[], Endpoint],
    tries: int,
    review: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Have an endpoint write edit instructions with captions before and after (paper section 3.1.2).

    The endpoint is named by DIALOGPAINT_COMPLETION_URL, _MODEL and, if it wants one, _KEY in the environment.
    """
    from engine.dialogue.building import instructions as building
    from engine.dialogue.building.build import Plan
    from engine.dialogue.building.completers import InstructionCompleter
    from engine.dialogue.written.instructions import instructions as library

    _, lines = sources((), captions)
    completer = InstructionCompleter(endpoint(), library(), examples, seed)
    inputs = _inputs(*captions, review)
    plan = Plan({"train": size}, lines, seed, tries, parallel, _review(review), _command(), inputs)
    card = building.build(plan, completer, out)
    _warn(card["splits"]["train"]["instructions"], size, "instructions")
    _done(card, out, as_json)


@click.command("small-talk")
@click.argument("corpus", type=PATH)
@click.option("--chats", type=PATH, help="The Chit-Chat dataset's dataset.json: more off-topic talk.")
@click.option("--out", type=PATH, required=True, help="JSON file for --words.")
def small_talk(corpus: Path, chats: Path | None, out: Path) -> None:
    """Make word lists of off-topic talk and other languages from the ChatterBot corpus's data folder."""
    from engine.dialogue.building import small_talk as building

    with _problems():
        found = building.lists(corpus)
        if chats is not None:
            found["off-topic"] = sorted({*found["off-topic"], *building.chats(chats)})
        out.write_text(json.dumps(found, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    click.echo(f"{', '.join(f'{len(lines)} {topic}' for topic, lines in found.items())}: {out}.")


def _composed(lists: dict[str, list[str]], captions: list[str], seed: int) -> GrammarCompleter:
    from engine.dialogue.building.build import SPLITS
    from engine.dialogue.building.completers import GrammarCompleter
    from engine.dialogue.grammar.words import Words

    return GrammarCompleter({split: Words(lists, captions, split) for split in SPLITS}, seed)


def _asked(endpoint: Endpoint, examples: int, seed: int) -> EndpointCompleter:
    from engine.dialogue.building.completers import EndpointCompleter
    from engine.dialogue.written.reader import library_of

    return EndpointCompleter(endpoint, library_of("train"), examples, seed)


def _settings(given: tuple[str, ...]) -> dict[str, Any]:
    settings = dict(_SETTINGS)
    for each in given:
        name, equals, value = each.partition("=")
        if not name or not equals:
            raise Problem(f"A --setting is NAME=VALUE, not {each!r}.")
        try:
            settings[name] = json.loads(value) if value else None
        except ValueError:
            settings[name] = value
    return {name: value for name, value in settings.items() if value is not None}


def _review(path: Path | None) -> Review:
    from engine.dialogue.building.review import Review

    return Review.read(path) if path else Review()


def _inputs(*paths: Path | None) -> dict[str, str]:
    from engine.dialogue.building.files import hashes

    return hashes(path for path in paths if path)


def _command() -> str:
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])


def _warn(count: int, wanted: int, what: str) -> None:
    if count < wanted:
        click.echo(f"Only {count} of {wanted} {what}: the completer gave no more that are fit.", err=True)


def _done(card: dict[str, Any], out: Path, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(card))
    else:
        click.echo(f"Data set written to {out}; what it holds is in {out / 'card.md'}.")
