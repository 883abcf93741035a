"""sqlite-utils' calls, typed: rows come as dictionaries, parameters go by place."""

from __future__ import annotations

from typing import Any, cast

from sqlite_utils import Database

NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"  # UTC, readable in any SQLite browser


def rows(db: Database, sql: str, *params: Any) -> list[dict[str, Any]]:
    """All rows of a SELECT."""
    return [cast("dict[str, Any]", row) for row in db.query(sql, params)]  # pyright: ignore


def one(db: Database, sql: str, *params: Any) -> dict[str, Any] | None:
    """The first row of a SELECT, or None."""
    return next(iter(rows(db, sql, *params)), None)


def write(db: Database, sql: str, *params: Any) -> None:
    """One INSERT, UPDATE or DELETE, inside the transaction under way."""
    db.execute(sql, params)  # pyright: ignore[reportUnknownMemberType]


def insert(db: Database, table: str, values: dict[str, Any]) -> None:
    """One new row."""
    db.table(table).insert(values)  # pyright: ignore[reportUnknownMemberType]
