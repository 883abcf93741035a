"""Several pictures in one message: each is an upload of its own, and the bot asks which are meant.

The question comes when the wish is clear, and only then: whatever else is unclear is asked first. The answer,
a button or words, becomes one edit of each chosen picture; they stand in the line of their conversation one
after the other and are posted one by one. A wish that says itself which pictures it is about is not asked.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from sqlite_utils import Database

from bot import choosing, moves, replies
from bot.events import Action
from bot.moves import Wanted
from bot.store import albums, jobs, outbox
from bot.store.jobs import Job
from bot.store.outbox import Answer


def concerned(db: Database, job: Job, base: str | None) -> tuple[str, ...]:
    """The pictures of which a wish may mean any, when nobody chose yet; none for a wish about just one.

    `base` is the picture that it would be about otherwise. An answer to a message with several pictures is
    about the first, unless it says itself which it means.
    """
    if job.parent is not None:
        pictures = albums.begun_by(db, job.parent)
        return pictures if choosing.named(job.wish or "", len(pictures)) else ()
    pictures = albums.undecided(db, job.conversation)
    return pictures if base in pictures else ()


def ask(db: Database, job: Job, pictures: Sequence[str]) -> None:
    """Ask for which of the pictures a clear wish is meant; what was decided is kept with the job."""
    albums.wait(db, job.conversation, job.id)
    text = replies.joined(job.note, replies.which(len(pictures)))
    outbox.answer(db, job, Answer(text, "ask", actions=_actions(job.id, pictures)))


def order(
    db: Database, job: Job, instruction: str | None, summary: str | None, pictures: Sequence[str]
) -> None:
    """An edit of each picture; `job` decided it. Where there are several, each tells which of them it is."""
    several = len(pictures) > 1
    for number, picture in enumerate(pictures, start=1):
        note = job.note if number == 1 else None
        jobs.add(
            db,
            conversation=job.conversation,
            turn=job.turn,
            kind="edit",
            user_id=job.user_id,
            moderator=job.moderator,
            group_id=job.group_id,
            wish=job.wish,
            note=replies.joined(note, replies.of_several(number, len(pictures)) if several else None) or None,
            instruction=instruction,
            summary=summary,
            parent=picture,
            seed=secrets.randbits(31),
        )


def answered(db: Database, job: Job) -> bool:
    """Take the words of a wish for the answer to the question, if they are; False: they are a wish."""
    decided = _waiting(db, job.conversation)
    pictures = albums.undecided(db, job.conversation)
    if decided is None or job.wish is None or job.parent is not None:
        return False
    numbers = choosing.answer(job.wish, len(pictures))
    if numbers is None:
        return False
    jobs.set_wish(db, job.id, "")  # it is no wish of its own
    if numbers:
        _choose(db, decided, [pictures[number - 1] for number in numbers])
        jobs.set_state(db, job.id, "done")
    else:
        text = replies.joined(job.note, replies.only_so_many(len(pictures)), replies.which(len(pictures)))
        outbox.answer(db, job, Answer(text, "ask", actions=_actions(decided.id, pictures)))
    return True


def pressed(db: Database, wanted: Wanted, target: str) -> str | None:
    """One of the buttons under the question; what to tell who pressed. Raises `NotAllowed`.

    `target` is the job that waits for all of the pictures, or one of them.
    """
    decided = _waiting(db, wanted.conversation)
    pictures = albums.undecided(db, wanted.conversation)
    if decided is None or target not in (decided.id, *pictures):
        return replies.CHOSEN_ALREADY
    moves.check(db, replace(wanted, undo_by="requester"), decided.user_id)
    _choose(db, decided, pictures if target == decided.id else [target])
    return None


def give_up(db: Database, wanted: Wanted) -> bool:
    """Whoever was asked wants nothing any more: the pictures stay as they are. False where nobody was.

    Raises `NotAllowed`.
    """
    decided = _waiting(db, wanted.conversation)
    if decided is None:
        return False
    moves.check(db, wanted, decided.user_id)
    albums.wait(db, wanted.conversation, None)
    answer = Answer(replies.LEFT_AS_THEY_ARE)
    outbox.say(db, wanted.conversation, answer, reply_to=wanted.reply_to, turn=wanted.turn)
    return True


def _choose(db: Database, decided: Job, pictures: Sequence[str]) -> None:
    order(db, replace(decided, note=None), decided.instruction or decided.wish, decided.summary, pictures)
    albums.chosen(db, decided.conversation)


def _waiting(db: Database, conversation: str) -> Job | None:
    waiting = albums.waiting(db, conversation)
    return jobs.get(db, waiting) if waiting is not None else None


def _actions(job: str, pictures: Sequence[str]) -> tuple[Action, ...]:
    picks = [
        Action("pick", picture, number, replies.JUST_THE_FIRST if number == 1 else str(number))
        for number, picture in enumerate(pictures, start=1)
    ]
    return (Action("all", job), *picks)
