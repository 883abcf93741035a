"""Ratings: one row per picture and person, made when the person is asked or rates unasked."""

from __future__ import annotations

from sqlite_utils import Database

from bot.store.sql import one, write


def ask(db: Database, version: str, user: str) -> None:
    """The stars are shown to that person; no answer yet."""
    write(db, "INSERT INTO ratings (version, user_id, asked) VALUES (?, ?, 1)", version, user)


def rate(db: Database, version: str, user: str, stars: int) -> None:
    """1 to 5 stars; a later rating replaces an earlier one."""
    write(
        db,
        "INSERT INTO ratings (version, user_id, stars) VALUES (?, ?, ?)"
        " ON CONFLICT (version, user_id) DO UPDATE SET stars = excluded.stars",
        version,
        user,
        stars,
    )


def stars_of(db: Database, version: str, user: str) -> int | None:
    row = one(db, "SELECT stars FROM ratings WHERE version = ? AND user_id = ?", version, user)
    return row["stars"] if row else None


def bothered(db: Database, platform: str, user: str, days: int) -> bool:
    """Whether a person was asked, or rated unasked, in the last `days` days, in whatever conversation."""
    sql = (
        "SELECT 1 FROM ratings r JOIN versions v ON v.id = r.version"
        " JOIN conversations c ON c.id = v.conversation"
        " WHERE r.user_id = ? AND r.created > strftime('%Y-%m-%d %H:%M:%f', 'now', ?) AND c.platform = ?"
    )
    return one(db, sql, user, f"-{days} days", platform) is not None


def edits_for(db: Database, conversation: str, user: str) -> int:
    """How many pictures were made for a person in a conversation, undone ones included."""
    sql = "SELECT count(*) AS n FROM versions WHERE conversation = ? AND requester = ? AND parent IS NOT NULL"
    row = one(db, sql, conversation, user)
    return row["n"] if row else 0


def newest_edit(db: Database, conversation: str) -> str | None:
    """The newest edited picture, be it undone: what was taken back has a rating, too."""
    sql = (
        "SELECT id FROM versions WHERE conversation = ? AND parent IS NOT NULL"
        " ORDER BY created DESC, id DESC LIMIT 1"
    )
    row = one(db, sql, conversation)
    return row["id"] if row else None
