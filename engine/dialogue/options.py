"""The options that the dialogue model's commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from engine.command_line import Problem

PATH = click.Path(path_type=Path)


def source_options(command: Any) -> Any:
    """`--words` and `--captions`: what the grammar talks about."""
    for option in (
        click.option(
            "--words",
            type=PATH,
            multiple=True,
            help="Words: JSON {name: [words]}, or text with a word a line, such as WordNet's index files.",
        ),
        click.option(
            "--captions", type=PATH, multiple=True, help="Captions: text, or JSONL with caption or prompt."
        ),
    ):
        command = option(command)
    return command


def sources(words: tuple[Path, ...], captions: tuple[Path, ...]) -> tuple[dict[str, list[str]], list[str]]:
    """The word lists and captions in the files that were named. Raises Problem."""
    from engine.dialogue.grammar.words import load_captions, load_lists

    try:
        return load_lists(words), load_captions(captions)
    except ValueError as error:
        raise Problem(error) from error
