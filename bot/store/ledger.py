"""Which events were handled: one row each, written with what they caused.

An event with a picture is noted before the picture is read, so that one which kills the bot is known at the
next start; the note goes when the event is recorded.
"""

from __future__ import annotations

from sqlite_utils import Database

from bot.events import Platform
from bot.store.sql import one, write


def seen(db: Database, platform: Platform, event_id: str) -> bool:
    return one(db, "SELECT 1 FROM ledger WHERE platform = ? AND event_id = ?", platform, event_id) is not None


def outcome(db: Database, platform: Platform, event_id: str) -> str | None:
    """What came of an event; None for one that was not handled yet."""
    row = one(db, "SELECT outcome FROM ledger WHERE platform = ? AND event_id = ?", platform, event_id)
    return row["outcome"] if row else None


def record(
    db: Database, platform: Platform, event_id: str, kind: str, outcome: str, conversation: str | None = None
) -> None:
    """`outcome` says in a word or a sentence what came of it. An event is recorded once."""
    write(
        db,
        "INSERT INTO ledger (platform, event_id, kind, outcome, conversation) VALUES (?, ?, ?, ?, ?)",
        platform,
        event_id,
        kind,
        outcome,
        conversation,
    )
    forget_attempts(db, platform, event_id)


def begin_attempt(db: Database, platform: Platform, event_id: str) -> int:
    """How often the event was begun, this time included."""
    write(
        db,
        "INSERT INTO intakes (platform, event_id) VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET attempts = attempts + 1",
        platform,
        event_id,
    )
    sql = "SELECT attempts FROM intakes WHERE platform = ? AND event_id = ?"
    return (one(db, sql, platform, event_id) or {"attempts": 1})["attempts"]


def forget_attempts(db: Database, platform: Platform, event_id: str) -> None:
    """The attempt ended, well or in an error: it did not kill the bot."""
    write(db, "DELETE FROM intakes WHERE platform = ? AND event_id = ?", platform, event_id)
