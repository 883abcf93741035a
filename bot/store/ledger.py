"""Which events were handled: one row each, written with what they caused."""

from __future__ import annotations

from sqlite_utils import Database

from bot.events import Platform
from bot.store.sql import one, write


def seen(db: Database, platform: Platform, event_id: str) -> bool:
    return one(db, "SELECT 1 FROM ledger WHERE platform = ? AND event_id = ?", platform, event_id) is not None


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
