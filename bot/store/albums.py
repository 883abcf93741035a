"""Several pictures that came with one message, in their order, and which of them a wish has yet to choose."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from bot.store.sql import one, rows, write


def add(db: Database, turn: str, versions: Sequence[str]) -> None:
    """The turn brought these pictures."""
    for number, version in enumerate(versions, start=1):
        sql = "INSERT INTO albums (turn, number, version) VALUES (?, ?, ?)"
        write(db, sql, turn, number, version)


def of_turn(db: Database, turn: str | None) -> tuple[str, ...]:
    """The pictures that a turn brought if there were several, else none."""
    found = rows(db, "SELECT version FROM albums WHERE turn = ? ORDER BY number", turn)
    return tuple(row["version"] for row in found)


def begun_by(db: Database, version: str) -> tuple[str, ...]:
    """The pictures of which this one is the first."""
    row = one(db, "SELECT turn FROM albums WHERE version = ? AND number = 1", version)
    return of_turn(db, row["turn"]) if row else ()


def begin(db: Database, conversation: str, turn: str) -> None:
    """The pictures of a turn are what wishes are about now; nothing waits for a choice any more."""
    album = turn if of_turn(db, turn) else None
    write(db, "UPDATE conversations SET album = ?, choice = NULL WHERE id = ?", album, conversation)


def undecided(db: Database, conversation: str) -> tuple[str, ...]:
    """The pictures among which nobody chose yet; none where there is nothing to choose."""
    row = one(db, "SELECT album FROM conversations WHERE id = ?", conversation)
    return of_turn(db, row["album"]) if row else ()


def wait(db: Database, conversation: str, job: str | None) -> None:
    """What was decided for `job` waits until somebody says for which pictures; None: no more."""
    write(db, "UPDATE conversations SET choice = ? WHERE id = ?", job, conversation)


def waiting(db: Database, conversation: str) -> str | None:
    """The job that waits for a choice."""
    row = one(db, "SELECT choice FROM conversations WHERE id = ?", conversation)
    return row["choice"] if row else None


def chosen(db: Database, conversation: str) -> None:
    """There is nothing to choose any more."""
    write(db, "UPDATE conversations SET album = NULL, choice = NULL WHERE id = ?", conversation)
