"""The bot's database, for those who only read it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database


@contextmanager
def reading(database: Path) -> Iterator[Database]:
    """The database, read only and as it is at one moment; the bot may use it meanwhile.

    Raises ValueError with one sentence if it is missing, damaged, or has not what is asked of it.
    """
    if not database.is_file():
        raise ValueError(f"There is no database {database}.")
    try:
        connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
        with closing(connection), (db := Database(connection)).atomic():
            yield db
    except sqlite3.DatabaseError as error:
        raise ValueError(
            f"{database} is no database of the bot, or an old one, which starting the bot brings up to date:"
            f" {error}."
        ) from error
