"""All that is kept of a conversation, and taking it away for good."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from bot.store.sql import one, write


@dataclass(frozen=True, slots=True)
class Kept:
    """How much there is of a conversation."""

    messages: int
    pictures: int


def kept(db: Database, conversation: str) -> Kept:
    def count(table: str) -> int:
        found = one(db, f"SELECT count(*) AS n FROM {table} WHERE conversation = ?", conversation)
        return found["n"] if found else 0

    return Kept(count("turns"), count("versions"))


def erase(db: Database, conversation: str) -> None:
    """Delete what was said, made, asked for and set there; an empty conversation without an owner is left.

    Pictures that no other conversation uses are listed for `Store.remove_doomed`. That events were handled
    stays known: one that is delivered again must not begin anew.
    """
    row = one(db, "SELECT platform, space FROM conversations WHERE id = ?", conversation)
    own = "SELECT id FROM {} WHERE conversation = :c"
    pictures = " UNION ".join(
        f"SELECT image FROM {table} WHERE conversation = :c AND image IS NOT NULL"
        for table in ("versions", "turns", "outbox")
    )
    db.conn.execute("CREATE TEMP TABLE erased (sha256 TEXT PRIMARY KEY)")
    db.conn.execute(f"INSERT INTO erased {pictures}", {"c": conversation})
    for sql in (
        "UPDATE conversations SET head = NULL, pending_wish = NULL, questions = 0, last_message = NULL,"
        " shared_as = NULL, shares_pictures = 0, album = NULL, choice = NULL, owner = '' WHERE id = :c",
        f"DELETE FROM ratings WHERE version IN ({own.format('versions')})",
        "DELETE FROM message_refs WHERE conversation = :c",
        "DELETE FROM outbox WHERE conversation = :c",
        "DELETE FROM undos WHERE conversation = :c",
        f"DELETE FROM albums WHERE turn IN ({own.format('turns')})",
        "DELETE FROM jobs WHERE conversation = :c",
        "DELETE FROM turns WHERE conversation = :c",
        "DELETE FROM versions WHERE conversation = :c",
        "DELETE FROM conversation_settings WHERE conversation = :c",
        "DELETE FROM told WHERE place = :c",
        "UPDATE ledger SET conversation = NULL, outcome = 'deleted' WHERE conversation = :c",
        *(
            f"DELETE FROM erased WHERE sha256 IN (SELECT image FROM {table})"
            for table in ("versions", "turns", "outbox")
        ),
        "INSERT OR IGNORE INTO doomed_images (sha256, mime)"
        " SELECT sha256, mime FROM images WHERE sha256 IN (SELECT sha256 FROM erased)",
        "DELETE FROM images WHERE sha256 IN (SELECT sha256 FROM erased)",
    ):
        db.conn.execute(sql, {"c": conversation} if ":c" in sql else {})
    db.conn.execute("DROP TABLE erased")
    if row is not None and row["platform"] == "telegram":
        _blank_journal(db, row["space"])


def _blank_journal(db: Database, chat: str) -> None:
    """What Telegram sent from the chat: the words are in there, too. Updates not handled yet stay."""
    write(
        db,
        "UPDATE telegram_updates SET payload = '{}' WHERE state <> 'open' AND CASE WHEN json_valid(payload)"
        " THEN EXISTS (SELECT 1 FROM json_tree(payload) t WHERE t.key = 'id' AND t.path LIKE '%.chat'"
        " AND CAST(t.value AS TEXT) = ?) ELSE 0 END",
        chat,
    )
