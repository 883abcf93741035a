"""What was said: the person's turns and the bot's answers, in the order of the wishes."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from bot.ids import new_id
from bot.store.sql import insert, one, rows, write
from engine.jobs import Turn


def add_user_turn(
    db: Database,
    conversation: str,
    user: str,
    message_id: str | None,
    text: str,
    image: str | None = None,
    version: str | None = None,
) -> str:
    """A person's message; `image` and `version` are set when it brought a picture. Returns the turn's id.

    A button or command that is a wish is a turn without words; its `message_id` is the message to answer.
    """
    turn = new_id()
    insert(
        db,
        "turns",
        {
            "id": turn,
            "conversation": conversation,
            "speaker": "user",
            "user_id": user,
            "message_id": message_id,
            "text": text,
            "image": image,
            "version": version,
        },
    )
    return turn


def get(db: Database, turn: str) -> dict[str, Any]:
    row = one(db, "SELECT * FROM turns WHERE id = ?", turn)
    if row is None:
        raise KeyError(turn)
    return row


def set_text(db: Database, turn: str, text: str) -> None:
    write(db, "UPDATE turns SET text = ? WHERE id = ?", text, turn)


def newest_wish(db: Database, conversation: str) -> str | None:
    """The last turn there that a person wished for something in."""
    row = one(
        db,
        "SELECT t.id FROM turns t JOIN jobs j ON j.turn = t.id AND j.kind = 'dialogue'"
        " WHERE t.conversation = ? AND t.speaker = 'user' ORDER BY t.n DESC LIMIT 1",
        conversation,
    )
    return row["id"] if row else None


def context(db: Database, turn: str, root: str | None, limit: int) -> tuple[Turn, ...]:
    """What was said before `turn` since the picture `root` came: the newest `limit` turns, oldest first.

    A bot's turn counts to the wish it answers, so wishes that came in the meantime are not seen early. A
    person's turn that became no wish (a bad picture, unreadable text) is left out with the answer to it; so
    is a wish that was refused or failed, with the questions about it, or it would seem to be still open, and
    an undo that had nothing to undo. So is an edit that nobody put into words (again, stronger): the wish it
    repeats is there already. A look at the pictures (a view) is left out with the wish for it alone: a
    question before it is still open. Which of several pictures a wish is for is no part of it either, and
    what was done with each of them is told once.
    """
    now = get(db, turn)
    first = one(
        db,
        "SELECT min(n) AS n FROM (SELECT n FROM turns WHERE speaker = 'user' AND version = ?"
        " UNION ALL SELECT t.n FROM albums a JOIN turns t ON t.id = a.turn WHERE a.version = ?)",
        root,
        root,
    )
    said = rows(
        db,
        """
        SELECT t.n, speaker, t.wish, t.decision, iif(speaker = 'user', j.wish, t.text) AS said,
            (SELECT act FROM jobs JOIN turns heard ON heard.id = jobs.turn
                WHERE heard.n = t.wish AND jobs.kind = 'dialogue') AS decided
        FROM turns t LEFT JOIN jobs j ON j.turn = t.id AND j.kind = 'dialogue'
        LEFT JOIN outbox o ON o.id = t.id
        WHERE t.conversation = ? AND coalesce(t.wish, t.n) BETWEEN ? AND ? - 1 AND said <> ''
            AND coalesce(o.actions, '') NOT LIKE 'all:%'
        ORDER BY coalesce(t.wish, t.n) DESC, t.n DESC LIMIT ?
        """,
        now["conversation"],
        (first and first["n"]) or 0,
        now["n"],
        limit,
    )
    kept: list[dict[str, Any]] = []
    heard: set[int] = set()
    for row in reversed(said):
        if row["speaker"] == "user":
            heard.add(row["n"])
        if row["decision"] == "view":
            if kept and kept[-1]["n"] == row["wish"]:
                kept.pop()
            continue
        if row["decision"] == "edit" and row["wish"] not in heard:
            continue
        told = (kept[-1]["decision"], kept[-1]["wish"]) if kept else None
        if row["decision"] == "edit" and told == ("edit", row["wish"]):
            continue
        moved_nothing = row["decision"] == "chat" and row["decided"] != "chat"
        if row["decision"] != "error" and not moved_nothing:
            kept.append(row)
        elif kept and kept[-1]["n"] == row["wish"]:  # the answer to a wish, not to a bad picture
            while kept and (kept[-1]["speaker"] == "user" or kept[-1]["decision"] == "ask"):
                kept.pop()
    return tuple(Turn(row["speaker"], row["said"]) for row in kept)
