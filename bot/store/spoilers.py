"""Pictures that were sent hidden: what is made of them is sent hidden, too."""

from __future__ import annotations

from sqlite_utils import Database

from bot.store.sql import one, write


def note(db: Database, version: str) -> None:
    """The upload was sent hidden."""
    write(db, "UPDATE versions SET spoiler = 1 WHERE id = ?", version)


def hidden(db: Database, version: str) -> bool:
    """Whether the upload that a version was made of was sent hidden."""
    sql = """
        WITH RECURSIVE line(parent, spoiler) AS (
            SELECT parent, spoiler FROM versions WHERE id = ?
            UNION ALL SELECT v.parent, v.spoiler FROM line JOIN versions v ON v.id = line.parent
        )
        SELECT 1 FROM line WHERE spoiler
    """
    return one(db, sql, version) is not None


def any_hidden(db: Database, conversation: str) -> bool:
    """Whether a sheet of all the pictures of a conversation would show a hidden one."""
    sql = "SELECT 1 FROM versions WHERE conversation = ? AND spoiler"
    return one(db, sql, conversation) is not None
