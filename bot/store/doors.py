"""What adapters may see of the store: the small protocols of `bot.ports`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlite_utils import Database

from bot.events import ConversationRef, Platform
from bot.store import conversations, jobs, outbox
from bot.store.database import Store
from bot.store.sql import one, rows, write

JOURNAL_KEPT = 10_000  # closed updates that are kept, newest first


class StoredJournal:
    """`bot.ports.Journal`: Telegram's raw updates."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def append(self, rows: Sequence[tuple[int, str]]) -> None:
        def keep(db: Database) -> None:
            for update_id, payload in rows:
                write(
                    db,
                    "INSERT OR IGNORE INTO telegram_updates (update_id, payload) VALUES (?, ?)",
                    update_id,
                    payload,
                )
            write(
                db,
                "DELETE FROM telegram_updates WHERE state <> 'open'"
                " AND update_id < (SELECT max(update_id) FROM telegram_updates) - ?",
                JOURNAL_KEPT,
            )

        await self._store.run(keep)

    async def open_rows(self) -> list[tuple[int, str]]:
        found = await self._store.run(
            lambda db: rows(
                db, "SELECT update_id, payload FROM telegram_updates WHERE state = 'open' ORDER BY update_id"
            )
        )
        return [(row["update_id"], row["payload"]) for row in found]

    async def close(self, row_id: int, state: str) -> None:
        await self._store.run(
            lambda db: write(db, "UPDATE telegram_updates SET state = ? WHERE update_id = ?", state, row_id)
        )


class StoredDirectory:
    """`bot.ports.Directory`: where the bot takes part."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def knows(self, conversation: ConversationRef) -> bool:
        return await self._store.run(lambda db: conversations.takes_part(db, conversation))

    async def paused(self, conversation: ConversationRef) -> bool:
        return await self._store.run(lambda db: conversations.paused(db, conversation))

    async def last_event(self, conversation: ConversationRef) -> str | None:
        row = await self._store.run(
            lambda db: one(
                db,
                "SELECT last_message FROM conversations WHERE platform = ? AND space = ? AND thread = ?",
                conversation.platform,
                conversation.space_id,
                conversation.thread_id or "",
            )
        )
        return row["last_message"] if row else None

    async def conversations(self, platform: Platform) -> list[ConversationRef]:
        found = await self._store.run(
            lambda db: rows(
                db,
                "SELECT platform, space, thread FROM conversations WHERE platform = ?"
                " ORDER BY active DESC, id DESC LIMIT 100",
                platform,
            )
        )
        return [conversations.ref_of(row) for row in found]


class StoredTranscript:
    """`bot.ports.Transcript`: a conversation as the web chat shows it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def messages(self, conversation: ConversationRef) -> list[dict[str, Any]]:
        return await self._store.run(lambda db: _messages(db, conversation))

    async def image(self, conversation: ConversationRef, sha256: str) -> tuple[bytes, str] | None:
        def belongs(db: Database) -> bool:
            found = conversations.find(db, conversation)
            sql = "SELECT 1 FROM turns WHERE conversation = ? AND image = ?"
            return found is not None and one(db, sql, found, sha256) is not None

        return await self._store.read_image(sha256) if await self._store.run(belongs) else None

    async def busy(self, conversation: ConversationRef) -> list[str]:
        def work(db: Database) -> list[str]:
            found = conversations.find(db, conversation)
            return jobs.open_ids(db, found) if found else []

        return await self._store.run(work)


def _messages(db: Database, ref: ConversationRef) -> list[dict[str, Any]]:
    found = conversations.find(db, ref)
    if found is None:
        return []
    states = conversations.version_states(db, found)
    said = rows(
        db,
        "SELECT coalesce(t.message_id, t.id) AS id, t.speaker, t.text, t.decision, t.version, t.image,"
        " i.mime, i.width, i.height, (julianday(t.created) - 2440587.5) * 86400.0 AS at, o.actions"
        " FROM turns t LEFT JOIN images i ON i.sha256 = t.image LEFT JOIN outbox o ON o.id = t.id"
        " WHERE t.conversation = ? AND (t.text <> '' OR t.image IS NOT NULL) ORDER BY t.n",
        found,
    )
    return [_message(row, states) for row in said]


def _message(row: dict[str, Any], states: dict[str, str]) -> dict[str, Any]:
    image = {"sha256": row["image"], "width": row["width"], "height": row["height"], "mime": row["mime"]}
    return {
        **{key: row[key] for key in ("id", "speaker", "text", "decision", "version", "at")},
        "image": image if row["image"] else None,
        "state": states.get(row["version"]),
        "actions": [asdict(action) for action in outbox.actions(row["actions"] or "")],
    }
