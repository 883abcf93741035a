"""Which message on a platform is which turn, version or job."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from bot.events import MessageRef
from bot.store.sql import rows, write


@dataclass(frozen=True, slots=True)
class Known:
    """What a message stands for."""

    conversation: str
    turn: str | None
    version: str | None
    job: str | None


def add(
    db: Database,
    ref: MessageRef,
    conversation: str,
    *,
    turn: str | None = None,
    version: str | None = None,
    job: str | None = None,
) -> None:
    """Note what a message is; a status message that became the answer is noted anew."""
    at = ref.conversation
    write(
        db,
        "INSERT OR REPLACE INTO message_refs"
        " (platform, space, thread, message_id, conversation, turn, version, job)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        at.platform,
        at.space_id,
        at.thread_id or "",
        ref.message_id,
        conversation,
        turn,
        version,
        job,
    )


def find(db: Database, ref: MessageRef) -> Known | None:
    """What a message is, None if it isn't known.

    A reaction on Telegram doesn't name its topic, so the thread only decides between several.
    """
    at = ref.conversation
    found = rows(
        db,
        "SELECT conversation, turn, version, job FROM message_refs"
        " WHERE platform = ? AND space = ? AND message_id = ? ORDER BY thread = ? DESC LIMIT 1",
        at.platform,
        at.space_id,
        ref.message_id,
        at.thread_id or "",
    )
    return Known(**found[0]) if found else None
