"""What the dialogue model's commands share: options, and errors of one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

PATH = click.Path(path_type=Path)
_EXTRA = ("accelerate", "matplotlib", "openai", "rapidfuzz", "yaml")


class Problem(click.ClickException):
    """One sentence on standard error, exit code 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)


@contextmanager
def train_extra() -> Iterator[None]:
    """A missing package of the `train` extra ends as the command that installs it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:
            raise
        raise Problem(f"This needs {error.name}: pip install -c constraints.txt -e '.[train]'.") from error


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
        raise Problem(str(error)) from error
