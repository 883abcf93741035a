"""What the bot says: a turn and its row in the outbox, always written together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, unquote

from sqlite_utils import Database

from bot.conversation import Version
from bot.events import STARS, Action
from bot.ids import new_id
from bot.store import jobs, turns
from bot.store.jobs import Job
from bot.store.sql import NOW, insert, one, rows, write

Decision = Literal["ask", "edit", "chat", "undo", "reset", "error", "view"]
RowState = Literal["open", "sending", "delivered", "failed", "unsure"]
OPEN = "state IN ('open', 'sending')"


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say, with the picture to show (`version`) and the buttons under it.

    `view` is the sha256 of a picture about `version` that is shown instead. A reply to it means the version,
    but the turn shows none.
    """

    text: str
    decision: Decision = "chat"
    version: Version | None = None
    actions: tuple[Action, ...] = ()
    view: str | None = None


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A row of `outbox`; `id` is that of the bot's turn and the idempotency key, `reply_to` a message id."""

    id: str
    conversation: str
    job: str | None
    version: str | None
    image: str | None
    text: str
    decision: Decision
    reply_to: str | None
    actions: tuple[Action, ...]
    state: RowState
    tries: int
    place: str | None


FIELDS = ", ".join(OutboxRow.__slots__)


def say(
    db: Database,
    conversation: str,
    answer: Answer,
    *,
    reply_to: str | None = None,
    turn: str | None = None,
    job: str | None = None,
) -> None:
    """The bot's turn and its outbox row. `turn` is the person's turn it answers, `job` whose status message
    it replaces."""
    image = answer.view or (answer.version and answer.version.image)
    version = answer.version and answer.version.id
    row = new_id()
    insert(
        db,
        "turns",
        {
            "id": row,
            "conversation": conversation,
            "wish": turn and turns.get(db, turn)["n"],
            "speaker": "bot",
            "text": answer.text,
            "decision": answer.decision,
            "image": image,
            "version": None if answer.view else version,
        },
    )
    insert(
        db,
        "outbox",
        {
            "id": row,
            "conversation": conversation,
            "job": job,
            "version": version,
            "image": image,
            "text": answer.text,
            "decision": answer.decision,
            "reply_to": reply_to,
            "actions": _as_text(answer.actions),
        },
    )


def said(db: Database, conversation: str, text: str, reply_to: str) -> bool:
    """Whether a message was answered with just these words."""
    sql = "SELECT 1 FROM outbox WHERE conversation = ? AND reply_to = ? AND text = ?"
    return one(db, sql, conversation, reply_to, text) is not None


def last_said(db: Database, conversation: str) -> str | None:
    """The bot's last words there, if nobody spoke after them."""
    sql = "SELECT speaker, text FROM turns WHERE conversation = ? ORDER BY n DESC LIMIT 1"
    row = one(db, sql, conversation)
    return row["text"] if row and row["speaker"] == "bot" else None


def answer(db: Database, job: Job, said: Answer) -> None:
    """Answer the person's turn; the job is done."""
    message = turns.get(db, job.turn)["message_id"]
    say(db, job.conversation, said, reply_to=message, turn=job.turn, job=job.id)
    jobs.set_state(db, job.id, "done")


def next_open(db: Database, conversation: str) -> OutboxRow | None:
    row = one(
        db, f"SELECT {FIELDS} FROM outbox WHERE conversation = ? AND {OPEN} ORDER BY n LIMIT 1", conversation
    )
    if row is None:
        return None
    row["actions"] = actions(row["actions"])
    return OutboxRow(**row)


def conversations_with_open_rows(db: Database) -> list[dict[str, Any]]:
    """Id and platform of the conversations that have something to be delivered, oldest first."""
    return rows(
        db,
        "SELECT c.id, c.platform FROM outbox o JOIN conversations c ON c.id = o.conversation"
        f" WHERE o.{OPEN} GROUP BY c.id ORDER BY min(o.n)",
    )


def begin_sending(db: Database, row: str) -> None:
    """Written before the send: a row found in this state after a crash may have been delivered."""
    write(db, "UPDATE outbox SET tries = tries + 1 WHERE id = ?", row)
    set_state(db, row, "sending")


def set_place(db: Database, row: str, message_id: str) -> None:
    """The message that the row's reply is edited into; it is the same at every try, even after a crash."""
    write(db, "UPDATE outbox SET place = ? WHERE id = ?", message_id, row)


def set_state(db: Database, row: str, state: RowState, reason: str | None = None) -> None:
    write(db, f"UPDATE outbox SET state = ?, reason = ?, changed = {NOW} WHERE id = ?", state, reason, row)


def offers(db: Database, conversation: str, job: str, action: Action) -> bool:
    """Whether an answer about a job there has this button alone."""
    found = one(
        db,
        "SELECT 1 FROM turns t JOIN outbox o ON o.id = t.id"
        " WHERE t.conversation = ? AND t.decision = 'error' AND o.job = ? AND o.actions = ?",
        conversation,
        job,
        _as_text([action]),
    )
    return found is not None


def asks_to_delete(db: Database, conversation: str) -> bool:
    """Whether the question stands there whether all of it is to be deleted."""
    sql = "SELECT 1 FROM outbox WHERE conversation = ? AND actions LIKE 'delete:%'"
    return one(db, sql, conversation) is not None


def exists(db: Database, row: str) -> bool:
    """Whether a row was not deleted in the meantime."""
    return one(db, "SELECT 1 FROM outbox WHERE id = ?", row) is not None


def drop(db: Database, conversation: str, reason: str) -> None:
    """Deliver nothing more there."""
    sql = f"UPDATE outbox SET state = 'failed', reason = ?, changed = {NOW} WHERE conversation = ? AND {OPEN}"
    write(db, sql, reason, conversation)


def take_stars(db: Database, conversation: str, version: str) -> None:
    """The buttons that rate a picture are gone from its message once it was rated."""
    row = _edit_row(db, conversation, version)
    if row is not None and row["state"] == "delivered":  # until then the row is what is being sent
        kept = [action for action in actions(row["actions"]) if action.name not in STARS]
        write(db, "UPDATE outbox SET actions = ? WHERE id = ?", _as_text(kept), row["id"])


def picture_buttons(db: Database, conversation: str, version: str) -> tuple[Action, ...]:
    """The buttons under the message that brought an edited picture, but for those that rate it."""
    row = _edit_row(db, conversation, version)
    found = actions(row["actions"]) if row else ()
    return tuple(action for action in found if action.name not in STARS)


def _edit_row(db: Database, conversation: str, version: str) -> dict[str, Any] | None:
    return one(
        db,
        "SELECT o.id, o.actions, o.state FROM turns t JOIN outbox o ON o.id = t.id"
        " WHERE t.conversation = ? AND t.version = ? AND t.decision = 'edit'",
        conversation,
        version,
    )


def _as_text(buttons: Iterable[Action]) -> str:
    return " ".join(map(_button, buttons))


def _button(action: Action) -> str:
    listed = f":{action.number}:{quote(action.label)}" if action.number or action.label else ""
    return f"{action.name}:{action.target}{listed}"


def actions(text: str) -> tuple[Action, ...]:
    """The buttons of a row, as they are kept: "undo:VERSION redo:VERSION" or "select:VERSION:3:make%20it"."""
    return tuple(_action(*button.split(":")) for button in text.split())


def _action(name: str, target: str, number: str = "0", label: str = "") -> Action:
    return Action(name, target, int(number), unquote(label))  # pyright: ignore[reportArgumentType]
