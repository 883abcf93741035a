"""How a picture was sent: hidden, or as a file that no platform compresses. What is made of it goes alike."""

from __future__ import annotations

from typing import Literal

from sqlite_utils import Database

from bot.store.sql import one, write

Way = Literal["spoiler", "as_file"]
"""The columns of `versions`; noted with uploads only."""


def note(db: Database, version: str, way: Way) -> None:
    """The upload was sent this way."""
    write(db, f"UPDATE versions SET {way} = 1 WHERE id = ?", version)


def sent(db: Database, version: str, way: Way) -> bool:
    """Whether the upload that a version was made of was sent this way."""
    sql = f"""
        WITH RECURSIVE line(parent, way) AS (
            SELECT parent, {way} FROM versions WHERE id = ?
            UNION ALL SELECT v.parent, v.{way} FROM line JOIN versions v ON v.id = line.parent
        )
        SELECT 1 FROM line WHERE way
    """
    return one(db, sql, version) is not None


def any_sent(db: Database, conversation: str, way: Way) -> bool:
    """Whether a sheet of all the pictures of a conversation would show one that was sent this way."""
    sql = f"SELECT 1 FROM versions WHERE conversation = ? AND {way}"
    return one(db, sql, conversation) is not None
