"""Jobs for the engine, as rows: what is open is done again after a crash."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlite_utils import Database

from bot.ids import new_id
from bot.store.sql import NOW, insert, one, rows, write
from engine.jobs import Act

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
OPEN = "state IN ('queued', 'running')"


@dataclass(frozen=True, slots=True)
class Job:
    """A row of `jobs`. `wish` is what the person asked, `note` goes before the answer.

    `parent` is the version to edit; a dialogue job without one takes the head when its turn comes.
    `remakes` is the version that an edit does once more, None for a new wish.
    """

    id: str
    conversation: str
    turn: str
    kind: Literal["dialogue", "edit"]
    user_id: str
    moderator: bool = False
    group_id: str | None = None
    wish: str | None = None
    note: str | None = None
    instruction: str | None = None
    summary: str | None = None
    parent: str | None = None
    seed: int | None = None
    text_guidance: float | None = None
    image_guidance: float | None = None
    remakes: str | None = None
    state: JobState = "queued"
    attempt: int = 0
    status_message: str | None = None


FIELDS = ", ".join(Job.__slots__)
OF_JOBS = ", ".join(f"j.{name}" for name in Job.__slots__)


def add(db: Database, **values: Any) -> Job:
    """A new queued job; the values are fields of `Job`."""
    job = Job(id=new_id(), **values)
    insert(db, "jobs", {name: getattr(job, name) for name in Job.__slots__})
    return job


def get(db: Database, job: str) -> Job | None:
    row = one(db, f"SELECT {FIELDS} FROM jobs WHERE id = ?", job)
    return _job(row) if row else None


def next_open(db: Database, conversation: str) -> Job | None:
    """The open job of the earliest wish: an edit goes before the wishes that came after its own."""
    row = one(
        db,
        f"SELECT {OF_JOBS} FROM jobs j JOIN turns t ON t.id = j.turn"
        f" WHERE j.conversation = ? AND j.{OPEN} ORDER BY t.n, j.n LIMIT 1",
        conversation,
    )
    return _job(row) if row else None


def claim(db: Database, job: str) -> Job | None:
    """Begin an attempt; None when the job was cancelled before."""
    if not is_open(db, job):
        return None
    write(db, "UPDATE jobs SET attempt = attempt + 1 WHERE id = ?", job)
    set_state(db, job, "running")
    return get(db, job)


def set_state(db: Database, job: str, state: JobState, error: str | None = None) -> None:
    write(
        db,
        f"UPDATE jobs SET state = ?, error = coalesce(?, error), changed = {NOW} WHERE id = ?",
        state,
        error,
        job,
    )


def is_open(db: Database, job: str) -> bool:
    """Whether a job still waits for its outcome: not cancelled in the meantime."""
    return one(db, f"SELECT 1 FROM jobs WHERE id = ? AND {OPEN}", job) is not None


def still_open(db: Database, job: Job) -> Job | None:
    """The job, in the conversation where it is by now; None when it waits for nothing any more."""
    now = get(db, job.id) if is_open(db, job.id) else None
    return replace(job, conversation=now.conversation) if now is not None else None


def reopen(db: Database, job: str) -> None:
    """Take up again what there was no room for; the refusal is no answer to the wish any more."""
    write(db, "UPDATE jobs SET attempt = 0, error = NULL, status_message = NULL WHERE id = ?", job)
    set_state(db, job, "queued")
    refusals = (
        "id IN (SELECT o.id FROM jobs j JOIN turns t ON t.conversation = j.conversation JOIN outbox o ON"
        " o.id = t.id WHERE j.id = ? AND t.decision = 'error' AND o.job = j.id)"
    )
    write(db, f"UPDATE turns SET wish = NULL WHERE {refusals}", job)
    write(db, f"UPDATE outbox SET actions = '' WHERE {refusals}", job)


def set_wish(db: Database, job: str, wish: str) -> None:
    write(db, "UPDATE jobs SET wish = ? WHERE id = ?", wish, job)


def wish_of(db: Database, job: str) -> str | None:
    """The words as they are by now: a person may change them."""
    row = one(db, "SELECT wish FROM jobs WHERE id = ?", job)
    return row["wish"] if row else None


def set_parent(db: Database, job: str, version: str) -> None:
    write(db, "UPDATE jobs SET parent = ? WHERE id = ?", version, job)


def asked_about(db: Database, conversation: str) -> str | None:
    """The older picture that the newest question is about; None if it is about the head."""
    newest = one(
        db,
        "SELECT parent FROM jobs WHERE conversation = ? AND act = 'ask' ORDER BY n DESC LIMIT 1",
        conversation,
    )
    return newest["parent"] if newest else None


def set_decision(db: Database, job: str, act: Act, instruction: str | None, text: str) -> None:
    """What the model decided, word for word; what the bot could do of it, its answer tells."""
    write(
        db,
        "UPDATE jobs SET act = ?, instruction = ?, summary = ? WHERE id = ?",
        act,
        instruction,
        text,
        job,
    )


def set_status_message(db: Database, job: str, message_id: str) -> None:
    write(db, "UPDATE jobs SET status_message = ? WHERE id = ?", message_id, job)


def open_edits(db: Database, conversation: str) -> list[Job]:
    found = rows(
        db, f"SELECT {FIELDS} FROM jobs WHERE conversation = ? AND kind = 'edit' AND {OPEN}", conversation
    )
    return [_job(row) for row in found]


def in_line(db: Database, conversation: str) -> list[Job]:
    """The open jobs of a conversation in the order in which they are done."""
    found = rows(
        db,
        f"SELECT {OF_JOBS} FROM jobs j JOIN turns t ON t.id = j.turn"
        f" WHERE j.conversation = ? AND j.{OPEN} ORDER BY t.n, j.n",
        conversation,
    )
    return [_job(row) for row in found]


def wishes_everywhere(db: Database) -> list[dict[str, Any]]:
    """The first open job of every wish that is not done yet, with person and group, oldest first."""
    return rows(
        db,
        "SELECT j.id, min(j.n), j.user_id, j.group_id, c.platform FROM jobs j INDEXED BY jobs_open"
        f" JOIN conversations c ON c.id = j.conversation WHERE j.{OPEN} GROUP BY j.turn ORDER BY min(j.n)",
    )


def in_series(db: Database, job: Job) -> list[Job]:
    """The edits of one wish, in their order: several where it is for several pictures."""
    found = rows(db, f"SELECT {FIELDS} FROM jobs WHERE turn = ? AND kind = 'edit' ORDER BY n", job.turn)
    return [_job(row) for row in found]


def alike(db: Database, job: Job) -> list[str]:
    """The other edits of the same wish that are still open."""
    states = ("queued", "running")
    return [other.id for other in in_series(db, job) if other.id != job.id and other.state in states]


def drop(db: Database, conversation: str, reason: str) -> list[str]:
    """Cancel all that is open there; returns the ids."""
    dropped = open_ids(db, conversation)
    for job in dropped:
        set_state(db, job, "cancelled", reason)
    return dropped


def failed_alike(db: Database, job: Job, error: str) -> bool:
    """Whether another edit of the same wish ended in the very same error."""
    sql = "SELECT 1 FROM jobs WHERE turn = ? AND kind = 'edit' AND state = 'failed' AND error = ? AND id <> ?"
    return job.kind == "edit" and one(db, sql, job.turn, error, job.id) is not None


def last_of(db: Database, conversation: str, user: str) -> Job | None:
    """What became of the newest wish of a person there."""
    row = one(
        db,
        f"SELECT {OF_JOBS} FROM jobs j JOIN turns t ON t.id = j.turn"
        " WHERE t.conversation = ? AND j.user_id = ? ORDER BY t.n DESC, j.n DESC LIMIT 1",
        conversation,
        user,
    )
    return _job(row) if row else None


def of_turn(db: Database, turn: str) -> list[Job]:
    """All that a message caused so far, oldest first."""
    return [_job(row) for row in rows(db, f"SELECT {FIELDS} FROM jobs WHERE turn = ? ORDER BY n", turn)]


def decision_of(db: Database, job: str) -> Act | None:
    """What the model decided on a wish."""
    row = one(db, "SELECT act FROM jobs WHERE id = ?", job)
    return row["act"] if row else None


def open_ids(db: Database, conversation: str) -> list[str]:
    found = rows(db, f"SELECT id FROM jobs WHERE conversation = ? AND {OPEN} ORDER BY n", conversation)
    return [row["id"] for row in found]


def conversations_with_open_jobs(db: Database) -> list[str]:
    found = rows(db, f"SELECT conversation FROM jobs WHERE {OPEN} GROUP BY conversation ORDER BY min(n)")
    return [row["conversation"] for row in found]


def give_back_running(db: Database) -> None:
    """An orderly stop is no failed attempt."""
    write(
        db,
        "UPDATE jobs SET state = 'queued', attempt = attempt - 1"
        # The first condition is the index's own: without it every job there ever was is looked at.
        f" WHERE {OPEN} AND state = 'running'",
    )


def _job(row: dict[str, Any]) -> Job:
    row["moderator"] = bool(row["moderator"])
    return Job(**row)
