"""Pictures sent as files, which no platform compresses: what is made of them goes as a file, too."""

from __future__ import annotations

from sqlite_utils import Database

from bot.store.sql import one, write


def note(db: Database, version: str) -> None:
    """The upload was sent as a file."""
    write(db, "UPDATE versions SET as_file = 1 WHERE id = ?", version)


def made_of_file(db: Database, version: str) -> bool:
    """Whether the upload that a version was made of was sent as a file."""
    sql = """
        WITH RECURSIVE line(parent, as_file) AS (
            SELECT parent, as_file FROM versions WHERE id = ?
            UNION ALL SELECT v.parent, v.as_file FROM line JOIN versions v ON v.id = line.parent
        )
        SELECT 1 FROM line WHERE as_file
    """
    return one(db, sql, version) is not None
