"""What was done in a server or group, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.store.sql import one, tuples

NEWEST = 1000  # edits whose time counts


@dataclass(frozen=True, slots=True)
class Stats:
    """`seconds` from order to picture, of the newest edits; `since` is None where the bot was never used."""

    since: datetime | None
    edits: int = 0
    questions: int = 0
    undos: int = 0
    people: int = 0
    seconds: tuple[float, ...] = ()


def of_group(db: Database, platform: str, group: str) -> Stats:
    """Counts what is in the store: what people had deleted is not in it."""
    where = "FROM conversations c JOIN {} x ON x.conversation = c.id WHERE c.platform = ? AND c.group_id = ?"

    def count(table: str, condition: str, what: str = "*") -> int:
        sql = f"SELECT count({what}) AS n {where.format(table)} AND {condition}"
        return (one(db, sql, platform, group) or {"n": 0})["n"]

    since = one(
        db,
        f"SELECT min(x.created) AS since {where.format('turns')} AND x.speaker = 'user'",
        platform,
        group,
    )
    if since is None or since["since"] is None:
        return Stats(None)
    seconds = tuples(
        db,
        "SELECT (julianday(x.changed) - julianday(x.created)) * 86400.0"
        f" {where.format('jobs')} AND x.kind = 'edit' AND x.state = 'done' ORDER BY x.n DESC LIMIT ?",
        platform,
        group,
        NEWEST,
    )
    return Stats(
        datetime.fromisoformat(since["since"]),
        edits=count("versions", "x.parent IS NOT NULL"),
        questions=count("turns", "x.speaker = 'bot' AND x.decision = 'ask'"),
        undos=count("undos", "x.kind IN ('undo', 'reset')"),
        people=count("turns", "x.speaker = 'user'", "DISTINCT x.user_id"),
        seconds=tuple(row[0] for row in seconds),
    )
