"""Undo, redo, reset, select, cancel: each is one transaction that moves the head, stops jobs and answers.

Each raises `NotAllowed`, having changed nothing, when whoever wants it may not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from sqlite_utils import Database

from bot import conversation as tree
from bot import replies, strength
from bot.conversation import CannotMove, Conversation, Version
from bot.events import Action, UserRef
from bot.permissions import NotAllowed, may_change
from bot.store import albums, conversations, jobs, outbox, turns
from bot.store.jobs import Job
from bot.store.outbox import Answer, Decision

UndoBy = Literal["requester", "anyone"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants the head moved, and where the answer goes."""

    conversation: str
    user: UserRef
    undo_by: UndoBy
    reply_to: str | None = None
    turn: str | None = None


def undo(db: Database, wanted: Wanted, target: str | None = None, count: int = 1) -> list[str]:
    """Undo the version `target`, or the last `count` edits. Returns the ids of the edits to be stopped."""
    before = conversations.load(db, wanted.conversation)
    edits = tree.way_back(before)
    victim = target or (edits[min(count, len(edits)) - 1].id if edits else before.head)
    if victim is not None:
        check(db, wanted, before.versions[victim].requester)
    stopped = _stop_edits(db, wanted.conversation, before, victim)
    text = replies.back(min(count, len(edits))) if target is None else None

    def back(conversation: Conversation) -> Conversation:
        return tree.undo_last(conversation, count) if target is None else tree.undo(conversation, target)

    return _move(db, wanted, before, back, "undo", text, stopped)


def redo(db: Database, wanted: Wanted, target: str | None = None) -> list[str]:
    """Take back the last undo, or the one of `target`."""
    before = conversations.load(db, wanted.conversation)
    victim = target or (before.moves[-1].target if before.moves else None)
    if victim is not None:
        check(db, wanted, before.versions[victim].requester)
    return _move(db, wanted, before, lambda c: tree.redo(c, target), "undo", replies.REDONE, [])


def reset(db: Database, wanted: Wanted) -> list[str]:
    """Back to the upload. Returns the ids of the edits to be stopped."""
    before = conversations.load(db, wanted.conversation)
    if before.head is not None:
        check(db, wanted, before.versions[before.head].requester)
    root = tree.path(before)[0].id if before.head else None
    stopped = _stop_edits(db, wanted.conversation, before, root)
    return _move(db, wanted, before, tree.reset, "reset", replies.BACK_TO_UPLOAD, stopped)


def select(db: Database, wanted: Wanted, target: str) -> list[str]:
    """Go on from the version `target`, wherever it is. Returns the ids of the edits to be stopped."""
    before = conversations.load(db, wanted.conversation)
    if before.head is not None:
        check(db, wanted, before.versions[before.head].requester)
    kept = {version.id for version in tree.path(before, target)}
    left = next((version.id for version in tree.path(before) if version.id not in kept), None)
    stopped = _stop_edits(db, wanted.conversation, before, left)
    text = replies.chosen(tree.number(before, target))
    return _move(db, wanted, before, lambda c: tree.jump(c, target), "undo", text, stopped)


def cancel(db: Database, wanted: Wanted, job_id: str) -> list[str]:
    """Stop one job, and with it the same wish for other pictures. Returns the ids of those that were open."""
    job = jobs.get(db, job_id)
    if job is None or job.conversation != wanted.conversation:
        return []
    check(db, replace(wanted, undo_by="requester"), job.user_id)
    if not jobs.is_open(db, job_id):
        _say(db, wanted, Answer(replies.FINISHED_ALREADY))
        return []
    stopped = [job_id, *jobs.alike(db, job)]
    for each in stopped:
        jobs.set_state(db, each, "cancelled")
    keep_upload(db, job)
    text = replies.CANCELLED if len(jobs.in_series(db, job)) <= 1 else replies.CANCELLED_REST
    _say(db, replace(wanted, turn=job.turn), Answer(text), job_id)  # the wish isn't open any more
    return stopped


def stop(db: Database, wanted: Wanted, answered: str | None = None) -> list[str] | None:
    """Stop what somebody means who just says "stop"; None when nothing is under way.

    That is the job whose message they `answered`, else the first of their own, else the first there is.
    """
    line = jobs.in_line(db, wanted.conversation)
    own = [job for job in line if job.user_id == wanted.user.user_id]
    meant = [job for job in line if job.id == answered] or own or line
    return cancel(db, wanted, meant[0].id) if meant else None


def begin_upload(db: Database, job: Job, version: str) -> None:
    """A picture that was sent becomes the current one; of several the first does, until one is chosen."""
    before = conversations.load(db, job.conversation)
    if version in {v.id for v in tree.path(before)}:
        return  # a second attempt
    albums.begin(db, job.conversation, job.turn)
    conversations.save(db, job.conversation, before, tree.begin(before, version), job.user_id)
    conversations.count_questions(db, job.conversation, 0)


def keep_upload(db: Database, job: Job) -> None:
    """A wish comes to nothing: its picture becomes current all the same, unless others are worked on."""
    upload = turns.get(db, job.turn)["version"] if job.kind == "dialogue" else None
    others = [other for other in jobs.open_ids(db, job.conversation) if other != job.id]
    if upload is not None and not others:
        begin_upload(db, job, upload)


def picture_actions(conversation: Conversation) -> tuple[Action, ...]:
    """The buttons under the current picture: what can be done with it now."""
    actions: list[Action] = []
    head = conversation.versions[conversation.head] if conversation.head else None
    if head is not None and head.parent is not None:
        actions.append(Action("undo", head.id))
    if conversation.moves:
        actions.append(Action("redo", conversation.moves[-1].target))
    if head is not None:
        actions += [Action(name, head.id) for name in strength.offered(head)]
        if head.parent is not None:
            actions.append(Action("compare", head.id))
        if len(tree.path(conversation)) > 2:  # what was made from the upload would come out the same
            actions.append(Action("original", head.id))
    return tuple(actions)


def check(db: Database, wanted: Wanted, requester: str) -> None:
    """Raises `NotAllowed`, with a sentence for them, for those who may not."""
    owner = conversations.get(db, wanted.conversation)["owner"]
    if not may_change(wanted.user, requester, owner, wanted.undo_by):
        raise NotAllowed(replies.ONLY_REQUESTER)


def refuse(db: Database, wanted: Wanted, sentence: NotAllowed) -> None:
    """Whoever asked for it in words is answered like with any words."""
    _say(db, wanted, Answer(str(sentence)))


def _stop_edits(db: Database, conversation: str, before: Conversation, victim: str | None) -> list[str]:
    """Cancel the open edits of a picture that is about to be left, or of one made from it."""
    stopped = [
        job.id
        for job in jobs.open_edits(db, conversation)
        if victim is not None and victim in {v.id for v in tree.path(before, job.parent)}
    ]
    for job in stopped:
        jobs.set_state(db, job, "cancelled")
    return stopped


def _move(
    db: Database,
    wanted: Wanted,
    before: Conversation,
    change: Callable[[Conversation], Conversation],
    decision: Decision,
    text: str | None,
    stopped: list[str],
) -> list[str]:
    """Change the head and answer with the picture that is current now."""
    stopped_text = replies.STOPPED_EDIT if stopped else None
    job = stopped[0] if stopped else None
    try:
        after = change(before)
    except CannotMove as error:
        answer = Answer(str(error)) if not stopped else _shown(before, decision, replies.STOPPED_EDIT)
        _say(db, wanted, answer, job)
        return stopped
    conversations.save(db, wanted.conversation, before, after, wanted.user.user_id)
    conversations.count_questions(db, wanted.conversation, 0)
    if text is None:
        gone = tree.left_by(after, after.moves[-1])
        text = replies.back(len(gone))
    _say(db, wanted, _shown(after, decision, replies.joined(stopped_text, text)), job)
    return stopped


def _shown(conversation: Conversation, decision: Decision, text: str) -> Answer:
    head: Version | None = conversation.versions[conversation.head] if conversation.head else None
    return Answer(text, decision, head, picture_actions(conversation))


def _say(db: Database, wanted: Wanted, answer: Answer, job: str | None = None) -> None:
    outbox.say(db, wanted.conversation, answer, reply_to=wanted.reply_to, turn=wanted.turn, job=job)
