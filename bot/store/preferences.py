"""What people set for a conversation, and moderators for a server or group: names and values, as rows."""

from __future__ import annotations

from sqlite_utils import Database

from bot.events import ConversationRef
from bot.store.sql import one, rows, write

PAUSED = "paused"


def of_conversation(db: Database, conversation: str) -> dict[str, str]:
    found = rows(db, "SELECT name, value FROM conversation_settings WHERE conversation = ?", conversation)
    return {row["name"]: row["value"] for row in found}


def of_group(db: Database, platform: str, group: str | None) -> dict[str, str]:
    """What holds in a server or group; nothing in private."""
    sql = "SELECT name, value FROM group_settings WHERE platform = ? AND group_id = ?"
    return {row["name"]: row["value"] for row in rows(db, sql, platform, group)}


def set_for_conversation(db: Database, conversation: str, name: str, value: str | None) -> None:
    """None: as the server or group has it."""
    write(db, "DELETE FROM conversation_settings WHERE conversation = ? AND name = ?", conversation, name)
    if value is not None:
        sql = "INSERT INTO conversation_settings (conversation, name, value) VALUES (?, ?, ?)"
        write(db, sql, conversation, name, value)


def set_for_group(db: Database, platform: str, group: str, name: str, value: str | None) -> None:
    """None: as the bot's own settings have it."""
    sql = "DELETE FROM group_settings WHERE platform = ? AND group_id = ? AND name = ?"
    write(db, sql, platform, group, name)
    if value is not None:
        sql = "INSERT INTO group_settings (platform, group_id, name, value) VALUES (?, ?, ?, ?)"
        write(db, sql, platform, group, name, value)


def paused(db: Database, place: ConversationRef, known: str | None = None) -> bool:
    """Whether the bot is to be quiet there; `known` is the group that is noted for the conversation."""
    return PAUSED in of_group(db, place.platform, place.group_id or known)


def tell_once(db: Database, platform: str, place: str, user: str, what: str) -> bool:
    """Whether a person has yet to be told that there; from now on they were. `place`: a group's or
    conversation's id."""
    key = (platform, place, user, what)
    sql = "SELECT 1 FROM told WHERE platform = ? AND place = ? AND user_id = ? AND what = ?"
    if one(db, sql, *key) is not None:
        return False
    write(db, "INSERT INTO told (platform, place, user_id, what) VALUES (?, ?, ?, ?)", *key)
    return True


def forget_told(db: Database, platform: str, place: str) -> None:
    """What people were told there counts no more."""
    write(db, "DELETE FROM told WHERE platform = ? AND place = ?", platform, place)


def rekey(db: Database, platform: str, old: str, new: str) -> None:
    """A group has a new id; what was set there for the new one already stays."""
    for table, column in (("group_settings", "group_id"), ("told", "place")):
        where = f"platform = ? AND {column} = ?"
        write(db, f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {where}", new, platform, old)
        write(db, f"DELETE FROM {table} WHERE {where}", platform, old)
    sql = "UPDATE conversations SET group_id = ? WHERE platform = ? AND group_id = ?"
    write(db, sql, new, platform, old)
