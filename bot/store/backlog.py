"""What is still to be done, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlite_utils import Database

from bot.store import jobs, outbox
from bot.store.sql import rows


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Replies that wait for their platform; `age` of the oldest is in seconds."""

    replies: int = 0
    age: float = 0.0


@dataclass(frozen=True, slots=True)
class Backlog:
    """`jobs`: how many are open, by state. `outbox` by platform; one with nothing open is not there."""

    jobs: dict[str, int] = field(default_factory=dict[str, int])
    outbox: dict[str, Undelivered] = field(default_factory=dict[str, Undelivered])


def read(db: Database) -> Backlog:
    """Reads no more than what is open, however much there was."""
    open_jobs = rows(db, f"SELECT state, count(*) AS n FROM jobs WHERE {jobs.OPEN} GROUP BY state")
    waiting = rows(
        db,
        "SELECT c.platform, count(*) AS n, (julianday('now') - julianday(min(o.created))) * 86400 AS age"
        " FROM outbox o JOIN conversations c ON c.id = o.conversation"
        f" WHERE o.{outbox.OPEN} GROUP BY c.platform",
    )
    return Backlog(
        {row["state"]: row["n"] for row in open_jobs},
        {row["platform"]: Undelivered(row["n"], max(0.0, row["age"])) for row in waiting},
    )
