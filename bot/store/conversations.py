"""Conversations and their version trees, as rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlite_utils import Database

from bot.conversation import Conversation, Move, Version, left_by, path
from bot.events import ConversationRef
from bot.ids import new_id
from bot.store import preferences
from bot.store.sql import NOW, insert, one, rows, tuples, write

VERSION_FIELDS = ", ".join(Version.__slots__)
MOVE_FIELDS = 'kind, target, "start", "end"'


def find(db: Database, ref: ConversationRef) -> str | None:
    """The id of the conversation there, None when the bot takes no part in any."""
    row = one(
        db,
        "SELECT id FROM conversations WHERE platform = ? AND space = ? AND thread = ?",
        ref.platform,
        ref.space_id,
        ref.thread_id or "",
    )
    return row["id"] if row else None


def ensure(db: Database, ref: ConversationRef, owner: str) -> str:
    """The id of the conversation there; made, with this owner, when it is new or was deleted."""
    conversation = find(db, ref)
    if conversation is None:
        conversation = new_id()
        values = {
            "id": conversation,
            "platform": ref.platform,
            "space": ref.space_id,
            "thread": ref.thread_id or "",
            "owner": owner,
            "group_id": ref.group_id,
        }
        insert(db, "conversations", values)
        return conversation
    write(db, "UPDATE conversations SET owner = ? WHERE id = ? AND owner = ''", owner, conversation)
    if ref.group_id is not None:
        sql = "UPDATE conversations SET group_id = ? WHERE id = ? AND group_id IS NOT ?"
        write(db, sql, ref.group_id, conversation, ref.group_id)
    return conversation


def takes_part(db: Database, ref: ConversationRef) -> bool:
    """Whether somebody spoke to the bot there; a command alone (/help) is no conversation."""
    sql = "SELECT 1 FROM turns WHERE conversation = ? AND speaker = 'user'"
    conversation = find(db, ref)
    return conversation is not None and one(db, sql, conversation) is not None


def get(db: Database, conversation: str) -> dict[str, Any]:
    row = one(db, "SELECT * FROM conversations WHERE id = ?", conversation)
    if row is None:
        raise KeyError(conversation)
    return row


def exists(db: Database, conversation: str) -> bool:
    return one(db, "SELECT 1 FROM conversations WHERE id = ?", conversation) is not None


def ref_of(row: dict[str, Any]) -> ConversationRef:
    """Where a row with platform, space and thread lives, and in which server or group, if it tells that."""
    return ConversationRef(row["platform"], row["space"], row["thread"] or None, row.get("group_id"))


def place(db: Database, conversation: str) -> ConversationRef:
    """Where a conversation lives."""
    return ref_of(get(db, conversation))


def paused(db: Database, ref: ConversationRef) -> bool:
    """Whether moderators told the bot to be quiet in the server or group there."""
    known = find(db, ref)
    return preferences.paused(db, ref, get(db, known)["group_id"] if known else None)


def at(db: Database, place: ConversationRef) -> list[str]:
    """The conversations of a thread, or of a chat with all its threads."""
    where, params = "platform = ? AND space = ?", [place.platform, place.space_id]
    if place.thread_id is not None:
        where, params = where + " AND thread = ?", [*params, place.thread_id]
    return [row["id"] for row in rows(db, f"SELECT id FROM conversations WHERE {where}", *params)]


def expired(db: Database, days: float) -> list[str]:
    """Those with something left to do in which nothing was said for so many days."""
    found = rows(
        db,
        """
        SELECT id FROM conversations WHERE id IN (
            SELECT conversation FROM jobs WHERE state IN ('queued', 'running')
            UNION SELECT conversation FROM outbox WHERE state IN ('open', 'sending')
        ) AND max(active, coalesce((
            SELECT created FROM turns WHERE conversation = conversations.id ORDER BY n DESC LIMIT 1
        ), '')) < strftime('%Y-%m-%d %H:%M:%f', 'now', ?)
        """,
        f"-{days * 86400:f} seconds",
    )
    return [row["id"] for row in found]


def touch(db: Database, conversation: str, message_id: str) -> None:
    """A message there was handled."""
    write(
        db,
        f"UPDATE conversations SET last_message = ?, active = {NOW} WHERE id = ?",
        message_id,
        conversation,
    )


def remember_wish(db: Database, conversation: str, wish: str | None) -> None:
    """Keep a wish until its picture comes (None: forget it)."""
    write(db, "UPDATE conversations SET pending_wish = ? WHERE id = ?", wish, conversation)


def count_questions(db: Database, conversation: str, questions: int) -> None:
    """How many questions were asked in a row for the present wish."""
    write(db, "UPDATE conversations SET questions = ? WHERE id = ?", questions, conversation)


def share(db: Database, conversation: str, name: str | None, *, pictures: bool = False) -> None:
    """Let the owner's words become training data; `name` is to be taken out of them. None: not any more.

    `pictures`: the pictures that the owner sent, with what was made of them, as well.
    """
    sql = "UPDATE conversations SET shared_as = ?, shares_pictures = ? WHERE id = ?"
    write(db, sql, name, pictures, conversation)


def note_own_upload(db: Database, version: str) -> None:
    """The picture came with its requester's own message, not by a reply to somebody's picture."""
    write(db, "UPDATE versions SET own_upload = 1 WHERE id = ?", version)


def load(db: Database, conversation: str) -> Conversation:
    """The whole tree with its head and redo stack."""
    versions = tuples(
        db,
        f"SELECT {VERSION_FIELDS} FROM versions WHERE conversation = ? ORDER BY created, id",
        conversation,
    )
    moves = rows(
        db,
        f"SELECT {MOVE_FIELDS} FROM undos WHERE conversation = ? AND state = 'open' ORDER BY n",
        conversation,
    )
    return Conversation(
        {row[0]: Version(*row) for row in versions},
        get(db, conversation)["head"],
        tuple(Move(**row) for row in moves),
    )


def save(db: Database, conversation: str, before: Conversation, after: Conversation, user: str) -> None:
    """Write what a function of `bot.conversation` changed; `user` is who wanted it."""
    for version in after.versions.values():
        if version.id not in before.versions:
            insert(db, "versions", {"conversation": conversation, **asdict(version)})
    _save_moves(db, conversation, before, after, user)
    write(db, "UPDATE conversations SET head = ? WHERE id = ?", after.head, conversation)


def _save_moves(
    db: Database, conversation: str, before: Conversation, after: Conversation, user: str
) -> None:
    kept = min(len(before.moves), len(after.moves))
    redone = after.head in {move.start for move in before.moves}  # else an edit or upload ended the stack
    write(
        db,
        "UPDATE undos SET state = ? WHERE n IN (SELECT n FROM undos WHERE conversation = ? AND state = 'open'"
        " ORDER BY n LIMIT -1 OFFSET ?)",
        "redone" if redone else "dropped",
        conversation,
        kept,
    )
    for move in after.moves[kept:]:
        write(
            db,
            f"INSERT INTO undos ({MOVE_FIELDS}, conversation, user_id) VALUES (?, ?, ?, ?, ?, ?)",
            move.kind,
            move.target,
            move.start,
            move.end,
            conversation,
            user,
        )


def version_states(db: Database, conversation: str) -> dict[str, str]:
    """How each version stands: head, kept, or undone (a move left it behind, the head's path lacks it)."""
    tree = load(db, conversation)
    left = rows(
        db,
        f"SELECT {MOVE_FIELDS} FROM undos WHERE conversation = ? AND state <> 'redone' AND kind <> 'jump'",
        conversation,
    )
    undone = set[str]().union(*(left_by(tree, Move(**row)) for row in left))
    undone -= {version.id for version in path(tree)}
    return {
        version: "head" if version == tree.head else "undone" if version in undone else "kept"
        for version in tree.versions
    }


def was_undone(db: Database, version: str) -> bool:
    """Whether an undo of just this version was ever made and not taken back."""
    return (
        one(
            db,
            "SELECT 1 FROM undos WHERE target = ? AND kind = 'undo' AND state IN ('open', 'dropped')",
            version,
        )
        is not None
    )


def with_open_jobs(db: Database, platform: str, group: str) -> list[str]:
    """Those of a server or group that have something to do."""
    sql = (
        "SELECT DISTINCT c.id FROM conversations c JOIN jobs j ON j.conversation = c.id"
        " WHERE c.platform = ? AND c.group_id = ? AND j.state IN ('queued', 'running')"
    )
    return [row["id"] for row in rows(db, sql, platform, group)]


def move(db: Database, old: ConversationRef, new: ConversationRef) -> list[str]:
    """A chat has a new id: its conversations go along, one that began there already is joined.

    A chat moves with all its threads; a thread moves alone. Returns the ids of those that are there now.
    Messages stay behind: in the new chat their ids are those of other messages.
    """
    moved: list[str] = []
    if old.group_id and new.group_id and old.group_id != new.group_id and old.thread_id is None:
        preferences.rekey(db, old.platform, old.group_id, new.group_id)
    where, params = "platform = ? AND space = ?", [old.platform, old.space_id]
    if old.thread_id is not None:
        where, params = where + " AND thread = ?", [*params, old.thread_id]
    for row in rows(db, f"SELECT id, thread FROM conversations WHERE {where}", *params):
        thread = new.thread_id if old.thread_id is not None else row["thread"] or new.thread_id
        target = ConversationRef(new.platform, new.space_id, thread or None)
        _leave_messages(db, row["id"])
        there = find(db, target)
        if there is not None and there != row["id"]:
            _join(db, row["id"], there)
            moved.append(there)
        else:
            moved.append(row["id"])
            write(
                db,
                "UPDATE conversations SET space = ?, thread = ? WHERE id = ?",
                target.space_id,
                target.thread_id or "",
                row["id"],
            )
    return moved


def _leave_messages(db: Database, conversation: str) -> None:
    """Nothing that is still to be said answers, or is put into, a message of the chat that was left."""
    for change in (
        "UPDATE turns SET message_id = NULL WHERE conversation = ?",
        "UPDATE jobs SET status_message = NULL WHERE conversation = ?",
        "UPDATE outbox SET place = NULL, reply_to = NULL WHERE conversation = ?",
        "UPDATE conversations SET last_message = NULL WHERE id = ?",
    ):
        write(db, change, conversation)


def _join(db: Database, old: str, new: str) -> None:
    """All of `old` becomes part of `new`, which keeps its head if it has one."""
    head = get(db, old)["head"]
    write(db, "UPDATE conversations SET head = coalesce(head, ?) WHERE id = ?", head, new)
    one, other = get(db, old), get(db, new)  # only what both allowed may be shared now
    name = None if one["shared_as"] is None else other["shared_as"]
    pictures = name is not None and one["shares_pictures"] and other["shares_pictures"]
    share(db, new, name, pictures=bool(pictures))
    write(db, "DELETE FROM conversation_settings WHERE conversation = ?", old)  # those of `new` hold
    for table in ("versions", "undos", "turns", "jobs", "outbox", "ledger", "message_refs"):
        write(db, f"UPDATE {table} SET conversation = ? WHERE conversation = ?", new, old)
    write(db, "UPDATE undos SET state = 'dropped' WHERE conversation = ? AND state = 'open'", new)
    write(db, "DELETE FROM conversations WHERE id = ?", old)
