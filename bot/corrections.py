"""What becomes of a message whose words are changed after it was sent.

A wish that waits, or is being worked on, is begun anew with the new words. One that is done stays done: the
person reads how to go on. Platforms tell of changes that nobody sees, too (a link's preview): left alone.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from bot import replies
from bot.acting import Done
from bot.admission import Admission, refuse
from bot.events import MessageEdited
from bot.intake import Intake
from bot.store import conversations, jobs, outbox, refs, turns
from bot.store.jobs import Job
from bot.store.outbox import Answer

MOVED = ("undo", "reset")


def becomes_new(db: Database, event: MessageEdited) -> bool:
    """Whether the message was no wish before, so that it is taken as if it came now."""
    known = refs.find(db, event.ref)
    if known is None or known.turn is None:
        return True
    return turns.get(db, known.turn)["text"] != event.now.text and not jobs.of_turn(db, known.turn)


def correct(db: Database, event: MessageEdited, brought: Intake, admission: Admission) -> Done:
    """Take the new words of a wish."""
    known = refs.find(db, event.ref)
    turn = turns.get(db, known.turn) if known and known.turn else None
    if turn is None or turn["user_id"] != event.now.author.user_id:
        return Done()
    if (brought.wish or event.now.text) == turn["text"] or not (brought.wish or brought.bad_wish):
        return Done()
    conversation = str(turn["conversation"])
    work = jobs.of_turn(db, turn["id"])
    heard = next((job for job in work if job.kind == "dialogue"), None)
    if heard is None:
        return Done()
    if brought.wish is None:
        _say(db, event, conversation, brought.bad_wish or "")
        return Done(conversation)
    if _is_done(db, turn, work):
        if not outbox.said(db, conversation, replies.DONE_ALREADY, event.ref.message_id):
            _say(db, event, conversation, replies.DONE_ALREADY)
        return Done(conversation)
    stopped = [job.id for job in work if job.kind == "edit" and jobs.is_open(db, job.id)]
    for job in stopped:
        jobs.set_state(db, job, "cancelled", "the wish was changed")
        _say(db, event, conversation, replies.WISH_CHANGED, job)
    _begin_anew(db, heard, brought.wish, admission)
    return Done(conversation, stopped)


def _begin_anew(db: Database, heard: Job, wish: str, admission: Admission) -> None:
    was_open = any(jobs.is_open(db, job.id) for job in jobs.of_turn(db, heard.turn))
    place = conversations.place(db, heard.conversation)
    crowd = None if was_open else admission.crowd(db, place, heard.user_id)
    turns.set_text(db, heard.turn, wish)
    jobs.set_wish(db, heard.id, wish)
    jobs.reopen(db, heard.id)
    if crowd is not None:
        refuse(db, heard, crowd)


def _is_done(db: Database, turn: dict[str, Any], work: list[Job]) -> bool:
    """Whether the old words came to something, or the talk went on after them."""
    if any(jobs.is_open(db, job.id) for job in work):
        return False
    if any(job.kind == "edit" and job.state == "done" for job in work):
        return True
    moved = any(jobs.decision_of(db, job.id) in MOVED for job in work)
    return moved or turns.newest_wish(db, turn["conversation"]) != turn["id"]


def _say(
    db: Database, event: MessageEdited, conversation: str, sentence: str, job: str | None = None
) -> None:
    """No part of the talk that the model reads: it answers no wish."""
    outbox.say(db, conversation, Answer(sentence), reply_to=event.ref.message_id, job=job)
