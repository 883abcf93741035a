"""What every command shares: an error is one sentence, `--json` prints one object."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

_EXTRA = ("accelerate", "matplotlib", "openai", "rapidfuzz", "yaml")

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")


class Problem(click.ClickException):
    """Ends a command with one sentence on standard error and exit code 2."""

    exit_code = 2

    def __init__(self, sentence: Exception | str) -> None:
        super().__init__(" ".join(str(sentence).split()))

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
