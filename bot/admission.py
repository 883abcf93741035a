"""Who is let in: limits per person, chat and in all, over every wish that is not done yet. Nothing is lost.

A wish for several pictures is one: they are done one after the other, and others take turns with them.

What there is no room for is kept as a failed job, and taken up again by its button or by "now".
"""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from bot import moves, replies
from bot.events import Action, ConversationRef
from bot.moves import Wanted
from bot.settings import Limits
from bot.store import conversations, jobs, outbox, turns
from bot.store.jobs import Job
from bot.store.outbox import Answer
from engine.jobs import Crowd, Progress, Waiting, Whose


def group_of(place: ConversationRef) -> str:
    """All conversations of one chat or channel are one group."""
    return f"{place.platform}:{place.space_id}"


class Admission:
    """`latest(job)` is what was last told about a job that the engine has."""

    def __init__(self, limits: Limits, latest: Callable[[str], Progress | None]) -> None:
        self._limits, self._latest = limits, latest

    def crowd(self, db: Database, place: ConversationRef, user: str) -> Crowd | None:
        """Why one more wish of this person can't be let in; None: it can."""
        limits = self._limits
        line = jobs.wishes_everywhere(db)
        mine = [row["id"] for row in line if (row["platform"], row["user_id"]) == (place.platform, user)]
        chat = [row["id"] for row in line if row["group_id"] == group_of(place)]
        everyone = [row["id"] for row in line]
        if len(mine) >= limits.waiting_per_user:
            return self._crowd(db, "user", mine)
        if len(chat) >= limits.waiting_per_group:
            return self._crowd(db, "chat", chat)
        return self._crowd(db, "all", everyone) if len(everyone) >= limits.waiting_in_all else None

    def _crowd(self, db: Database, of: Whose, line: list[str]) -> Crowd:
        first = line[0]
        latest = self._latest(first)
        if isinstance(latest, Waiting):
            place = latest.place
        else:  # what its conversation does before it goes before it
            job = jobs.get(db, first)
            lane = [other.id for other in jobs.in_line(db, job.conversation)] if job else []
            place = lane.index(first) if first in lane else 0
        return Crowd(of, "wish", len(line), first, place, latest.eta if latest else None)


def refuse(db: Database, job: Job, crowd: Crowd) -> None:
    """There is no room for a job: it is kept, and so is the picture that came with it."""
    moves.keep_upload(db, job)
    answer = Answer(
        replies.joined(replies.crowded(crowd), replies.KEPT), "error", actions=(Action("retry", job.id),)
    )
    message = turns.get(db, job.turn)["message_id"]
    outbox.say(db, job.conversation, answer, reply_to=message, turn=job.turn, job=job.id)
    jobs.set_state(db, job.id, "failed", f"no room: {crowd.count} of {crowd.of}")


def retry(db: Database, wanted: Wanted, job_id: str, admission: Admission) -> None:
    """Take up again what there was no room for. Raises `NotAllowed`."""
    job = jobs.get(db, job_id)
    if job is None or job.conversation != wanted.conversation:
        return
    moves.check(db, wanted, job.user_id)
    if not was_refused(db, job):
        outbox.say(db, wanted.conversation, Answer(replies.TRIED_AGAIN_ALREADY), reply_to=wanted.reply_to)
        return
    place = conversations.ref_of(conversations.get(db, job.conversation))
    crowd = admission.crowd(db, place, job.user_id)
    jobs.reopen(db, job.id)
    if crowd is not None:
        refuse(db, job, crowd)


def was_refused(db: Database, job: Job) -> bool:
    return job.state == "failed" and outbox.offers(db, job.conversation, job.id, Action("retry", job.id))
