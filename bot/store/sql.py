"""SQL on sqlite-utils' connection, typed: rows come as dictionaries, parameters go by place.

Its `query` and `insert` guard every call by savepoints and look the schema up each time: up to ten statements
for one. All that is asked here is known SQL inside a transaction, so it goes to the connection as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlite_utils import Database

NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"  # UTC, readable in any SQLite browser


def rows(db: Database, sql: str, *params: Any) -> list[dict[str, Any]]:
    """All rows of a SELECT."""
    return list(_found(db, sql, params))


def one(db: Database, sql: str, *params: Any) -> dict[str, Any] | None:
    """The first row of a SELECT, or None."""
    return next(_found(db, sql, params), None)


def tuples(db: Database, sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """All rows of a SELECT by place, for many of them at once: a dictionary takes twice as long to make."""
    return db.conn.execute(sql, params).fetchall()


def write(db: Database, sql: str, *params: Any) -> None:
    """One INSERT, UPDATE or DELETE, inside the transaction under way."""
    db.execute(sql, params)  # pyright: ignore[reportUnknownMemberType]


def insert(db: Database, table: str, values: dict[str, Any]) -> None:
    """One new row."""
    names, places = ", ".join(values), ", ".join("?" * len(values))
    db.conn.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(values.values()))


def _found(db: Database, sql: str, params: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    cursor = db.conn.execute(sql, params)
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)
