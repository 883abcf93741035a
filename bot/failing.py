"""A job that comes to nothing ends in one sentence, also where the same wish is for several pictures."""

from __future__ import annotations

from sqlite_utils import Database

from bot import replies
from bot.store import jobs, outbox
from bot.store.jobs import Job
from bot.store.outbox import Answer


def fail(db: Database, job: Job, sentence: str, error: str) -> None:
    """Say why, unless the picture before met the very same: then all that are left are spared it at once."""
    if jobs.failed_alike(db, job, error):
        left = jobs.alike(db, job)
        for other in left:
            jobs.set_state(db, other, "failed", error)
        sentence = replies.same_for_the_rest(1 + len(left))
    outbox.answer(db, job, Answer(sentence, "error"))
    jobs.set_state(db, job.id, "failed", error)
