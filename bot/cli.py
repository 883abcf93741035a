"""The one entry point, `dialogpaint`: part of the composition root, so it may see all three houses.

Commands that need torch import it when they run, so `dialogpaint --help` answers at once.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import click

from bot import settings as settings_module
from bot.settings import Settings, SettingsError


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


def fail(sentence: str) -> NoReturn:
    """One sentence on standard error, exit code 2."""
    click.echo(sentence, err=True)
    sys.exit(2)


def load_settings(config: Path | None) -> Settings:
    try:
        return settings_module.load(config)
    except SettingsError as error:
        fail(str(error))


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
        fail(str(error))
    except KeyboardInterrupt:
        pass


@main.command()
@click.argument("picture", type=click.Path(path_type=Path))
@click.argument("wish")
@click.option("--out", type=click.Path(path_type=Path), help="Where the picture goes; default: beside it.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@config_option
def edit(picture: Path, wish: str, out: Path | None, seed: int, as_json: bool, config: Path | None) -> None:
    """One shot: print the question, or write the edited picture."""
    settings = load_settings(config)
    from bot import app, one_shot

    try:
        answer = asyncio.run(one_shot.edit(app.build_engine(settings), settings, picture, wish, out, seed))
    except one_shot.CannotEdit as error:
        fail(str(error))
    if as_json:
        click.echo(json.dumps(answer))
    else:
        click.echo(answer["text"])
        if answer["out"]:
            click.echo(f"Written to {answer['out']}")


@main.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def doctor(config: Path | None, as_json: bool) -> None:
    """Check tokens, intents, permissions, GPU, weights and database, and say what to do."""
    settings = load_settings(config)
    from bot import app, doctor

    findings = asyncio.run(doctor.examine(settings, app.engine_findings(settings)))
    if as_json:
        click.echo(json.dumps({"findings": [finding.as_dict() for finding in findings]}))
    else:
        for finding in findings:
            click.echo(str(finding))
    sys.exit(1 if any(finding.state == "wrong" for finding in findings) else 0)


main.add_command(
    LazyGroup(
        "data",
        help="Build the data sets (paper section 3.1).",
        lazy={
            "dialogue": "engine.dialogue.commands:data",
            "editing": "engine.editing.commands:data",
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
            "dialogue": "engine.dialogue.commands:train",
            "editing": "engine.editing.commands:train",
        },
    )
)
evaluate = LazyGroup(
    "evaluate",
    help="Measure the models (paper section 4.3).",
    lazy={
        "autoencoder": "engine.editing.autoencoder_commands:evaluate",
        "dialogue": "engine.dialogue.commands:evaluate",
        "editing": "engine.editing.commands:evaluate",
    },
)
main.add_command(evaluate)


@evaluate.command()
@click.option(
    "--database", type=click.Path(path_type=Path), help="Default: dialogpaint.db in the settings' data_dir."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@config_option
def ratings(database: Path | None, as_json: bool, config: Path | None) -> None:
    """Overall satisfaction and MOS from the stars that people gave. The bot may run meanwhile."""
    from bot import satisfaction
    from engine.bot_database import reading

    try:
        with reading(database or load_settings(config).data_dir / "dialogpaint.db") as db:
            result = satisfaction.report(db)
    except ValueError as error:
        fail(str(error))
    click.echo(json.dumps(result) if as_json else "\n".join(satisfaction.sentences(result)))
