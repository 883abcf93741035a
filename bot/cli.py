"""The one entry point, `dialogpaint`: part of the composition root, so it may see all three houses.

Commands that need torch import it when they run, so `dialogpaint --help` answers at once.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal, get_args

import click

from bot import settings as settings_module
from bot.settings import Settings, SettingsError
from engine.command_line import Problem, json_option


class LazyGroup(click.Group):
    """A group whose subcommands are named by "module:attribute" and imported when used."""

    def __init__(self, *args: Any, lazy: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._lazy})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self._lazy[cmd_name].partition(":")
        return getattr(importlib.import_module(module), attribute)


def load_settings(config: Path | None) -> Settings:
    try:
        return settings_module.load(config)
    except SettingsError as error:
        raise Problem(error) from error


config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="Settings file; default: config.toml in this folder if there is one.",
)


@click.group(
    cls=LazyGroup,
    lazy={"talk": "engine.dialogue.commands:talk"},
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="dialogpaint")
@click.pass_context
def main(context: click.Context) -> None:
    """A picture-editing bot for Discord, Telegram and the browser."""
    if context.invoked_subcommand is None:
        context.invoke(run)


@main.command()
@config_option
def run(config: Path | None = None) -> None:
    """Start every adapter that has a token, and the web chat."""
    settings = load_settings(config)
    from bot import app

    try:
        asyncio.run(app.run(settings))
    except app.StartError as error:
        raise Problem(error) from error
    except KeyboardInterrupt:
        pass


@main.command()
@click.argument("picture", type=click.Path(path_type=Path))
@click.argument("wish")
@click.option("--out", type=click.Path(path_type=Path), help="Where the picture goes; default: beside it.")
@click.option("--seed", type=int, default=0, show_default=True)
@json_option
@config_option
def edit(picture: Path, wish: str, out: Path | None, seed: int, as_json: bool, config: Path | None) -> None:
    """One shot: print the question, or write the edited picture."""
    settings = load_settings(config)
    from bot import app, one_shot

    try:
        answer = asyncio.run(one_shot.edit(app.build_engine(settings), settings, picture, wish, out, seed))
    except one_shot.CannotEdit as error:
        raise Problem(error) from error
    if as_json:
        click.echo(json.dumps(answer))
    else:
        click.echo(answer["text"])
        if answer["out"]:
            click.echo(f"Written to {answer['out']}")


@main.command()
@click.option("--invite", is_flag=True, help="Print the link that lets the bot into a Discord server, only.")
@config_option
@json_option
def doctor(invite: bool, config: Path | None, as_json: bool) -> None:
    """Check tokens, intents, permissions, GPU, weights and database, and say what to do."""
    settings = load_settings(config)
    from bot import app, doctor

    if invite:
        try:
            link = asyncio.run(doctor.invite(settings))
        except doctor.NoInvite as error:
            raise Problem(f"Discord: {error}") from error
        click.echo(json.dumps({"invite": link}) if as_json else link)
        return
    findings = asyncio.run(
        doctor.examine(settings, [*app.engine_findings(settings), app.ratings_finding(settings)])
    )
    if as_json:
        click.echo(json.dumps({"findings": [finding.as_dict() for finding in findings]}))
    else:
        for finding in findings:
            click.echo(str(finding))
    sys.exit(1 if any(finding.state == "wrong" for finding in findings) else 0)


Part = Literal["edits", "dialogue", "store"]
PARTS: tuple[Part, ...] = get_args(Part)


@main.command()
@click.option(
    "--size",
    type=click.Choice(["starter", "full"]),
    default="starter",
    show_default=True,
    help="Weights: the starter's, or random ones of the full architectures (written once, 3 GB).",
)
@click.option(
    "--only", type=click.Choice(PARTS), multiple=True, help="This part; may be given several times."
)
@click.option("--repeat", type=click.IntRange(1), default=3, show_default=True, help="The median of so many.")
@click.option("--steps", type=click.IntRange(1), help="Denoising steps; default: the weights' own.")
@click.option("--waiting", type=click.IntRange(1), multiple=True, default=(1, 2, 4, 8, 16), show_default=True)
@click.option("--questions", type=click.IntRange(1), default=40, show_default=True)
@click.option("--messages", type=click.IntRange(2), default=100, show_default=True, help="Through the store.")
@click.option(
    "--turns",
    type=click.IntRange(2),
    multiple=True,
    default=(10, 10_000, 1_000_000),
    show_default=True,
    help="Stored before; a million take about 1 GB for the while.",
)
@click.option("--profile", is_flag=True, help="Also say where the time of one edit goes.")
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path.home() / ".cache" / "dialogpaint",
    help="Where weights of the full size are kept; default: ~/.cache/dialogpaint.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@config_option
def bench(
    size: Literal["starter", "full"],
    only: tuple[Part, ...],
    repeat: int,
    steps: int | None,
    waiting: tuple[int, ...],
    questions: int,
    messages: int,
    turns: tuple[int, ...],
    profile: bool,
    cache: Path,
    as_json: bool,
    config: Path | None,
) -> None:
    """Measure speed and memory beside the stock diffusers pipeline, and the bot's own cost."""
    settings = load_settings(config)
    parts = only or PARTS
    from bot import app
    from bot.bench import overhead
    from bot.store import StoreError
    from engine.bench import report, run
    from engine.bench.ours import BenchError
    from engine.errors import EngineError

    def say(sentence: str) -> None:
        click.echo(sentence, err=True)

    engine_config = replace(app.engine_config(settings), steps=steps or settings.engine.steps)
    load = [round(os.getloadavg()[0], 2)]
    try:
        results = run.machine(engine_config) | {"size": size}
        wanted = run.Wanted(
            size, "edits" in parts, "dialogue" in parts, profile, repeat, waiting, questions, cache
        )
        results |= run.engine(wanted, engine_config, say)
        if "store" in parts:
            results["store"] = []
            for number in sorted(turns):
                say(f"{messages} messages at {number:,} stored turns.")
                cost = asyncio.run(overhead.measure(number, messages, settings.data_dir))
                results["store"].append(report.store_row(**asdict(cost)))
    except (BenchError, EngineError, StoreError, OSError) as error:
        raise Problem(error) from error
    results["load"] = [*load, round(os.getloadavg()[0], 2)]
    results["goals"] = report.goals(results)
    click.echo(json.dumps(results) if as_json else report.table(results))


main.add_command(
    LazyGroup(
        "data",
        help="Build the data sets (paper section 3.1).",
        lazy={
            "dialogue": "engine.dialogue.building.command:data",
            "editing": "engine.editing.data.command:data",
            "segmenter": "engine.editing.segmenter.command:data",
            "stickers": "engine.editing.stickers.command:data",
            "instructions": "engine.dialogue.building.command:instructions",
            "small-talk": "engine.dialogue.building.command:small_talk",
        },
    )
)
main.add_command(
    LazyGroup(
        "train",
        help="Fine-tune the models (paper sections 3.2 and 4.1).",
        lazy={
            "autoencoder": "engine.editing.autoencoder_commands:train",
            "blend": "engine.dialogue.training.blend:blend",
            "dialogue": "engine.dialogue.training.command:train",
            "editing": "engine.editing.training.command:train",
            "subject": "engine.editing.subject_command:train",
        },
    )
)
evaluate = LazyGroup(
    "evaluate",
    help="Measure the models (paper section 4.3).",
    lazy={
        "autoencoder": "engine.editing.autoencoder_commands:evaluate",
        "dialogue": "engine.dialogue.commands:evaluate",
        "editing": "engine.editing.measures.command:evaluate",
    },
)
main.add_command(evaluate)


@evaluate.command()
@click.option(
    "--database", type=click.Path(path_type=Path), help="Default: dialogpaint.db in the settings' data_dir."
)
@json_option
@config_option
def ratings(database: Path | None, as_json: bool, config: Path | None) -> None:
    """Overall satisfaction and MOS from the stars that people gave. The bot may run meanwhile."""
    from bot import satisfaction
    from bot.store import DATABASE
    from engine.bot_database import reading

    try:
        with reading(database or load_settings(config).data_dir / DATABASE) as db:
            result = satisfaction.report(db)
    except ValueError as error:
        raise Problem(error) from error
    click.echo(json.dumps(result) if as_json else "\n".join(satisfaction.sentences(result)))
