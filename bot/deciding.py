"""From a wish to a decision: what the model is asked, and what becomes of what it decides.

Everything here happens inside a transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlite_utils import Database

from bot import choice, choosing, counting, moves, repeats, replies, views, wishes
from bot import conversation as tree
from bot.events import UserRef
from bot.permissions import NotAllowed
from bot.preferences import Preferences
from bot.settings import Settings
from bot.store import albums, conversations, jobs, outbox, turns
from bot.store.jobs import Job
from bot.store.outbox import Answer
from bot.views import View
from engine.jobs import Decision, DialogueJob, Turn

CONTEXT_TURNS = 12


@dataclass(frozen=True, slots=True)
class Prepared:
    """A dialogue job that has begun, and what to ask the model."""

    job: Job
    question: DialogueJob


class Deciding:
    def __init__(self, settings: Settings, preferences: Preferences) -> None:
        self._strength, self._preferences = settings.strength, preferences

    def prepare(self, db: Database, job_id: str) -> Prepared | View | None:
        """Begin: an upload becomes the head, the wish is completed. Without a wish, answer at once."""
        job = jobs.claim(db, job_id)
        if job is None:
            return None
        turn = turns.get(db, job.turn)
        if turn["version"] is not None:
            moves.begin_upload(db, job, turn["version"])
        elif conversations.get(db, job.conversation)["questions"]:
            job = self._answer_to(db, job)
        row = conversations.get(db, job.conversation)
        wish = job.wish
        if wish is None and not turn["text"] and row["pending_wish"]:
            wish = str(row["pending_wish"])
            jobs.set_wish(db, job.id, wish)
        if wish is None:
            bad_wish = bool(turn["text"])
            pictures = len(albums.of_turn(db, job.turn)) or 1
            text = replies.joined(job.note, None if bad_wish else replies.what_to_change(pictures))
            outbox.answer(db, job, Answer(text, "error" if bad_wish else "ask"))
            return None
        if choice.answered(db, replace(job, wish=wish)):
            return None
        if (name := wishes.view(wish)) is not None:  # whatever is still open remains so
            return views.look(db, job.conversation, name, job.parent)
        conversations.remember_wish(db, job.conversation, None)
        if wishes.from_original(wish):
            repeats.order(db, self._wanted(db, job), "original", self._strength, job.parent)
            conversations.count_questions(db, job.conversation, 0)
            jobs.set_state(db, job.id, "done")
            return None
        conversation = conversations.load(db, job.conversation)
        base = self._base(db, job, conversation.head)
        named = choosing.named(wish, len(choice.concerned(db, replace(job, wish=wish), base)))
        way = tree.path(conversation, base) if base else ()
        said = turns.context(db, job.turn, way[0].id if way else None, CONTEXT_TURNS - 1)
        question = DialogueJob(
            id=job.id,
            user=f"{row['platform']}:{job.user_id}",
            turns=(*said, Turn("user", named.wish if named else wish)),
            applied=tree.applied(conversation, base) if base else (),
            may_ask=row["questions"] < self._preferences.questions(db, job.conversation),
            group=job.group_id,
        )
        return Prepared(replace(job, wish=wish), question)

    def _base(self, db: Database, job: Job, head: str | None) -> str | None:
        """The picture that a wish is about: the one answered, the first that came with it, or the head."""
        return job.parent or next(iter(albums.of_turn(db, job.turn)), head)

    def _answer_to(self, db: Database, job: Job) -> Job:
        """An answer speaks of the picture that the question was about, be it an older one.

        Words about yet another picture are a wish of their own, which no question was asked about.
        """
        picture = jobs.asked_about(db, job.conversation)
        if job.parent is not None:
            if job.parent != (picture or conversations.get(db, job.conversation)["head"]):
                conversations.count_questions(db, job.conversation, 0)
            return job
        if picture is None:
            return job
        jobs.set_parent(db, job.id, picture)
        return replace(job, parent=picture)

    def decided(self, db: Database, asked: Job, decision: Decision) -> None:
        """What the model decided becomes an answer, an edit job, or a move of the head."""
        job = jobs.still_open(db, asked)
        if job is None or jobs.wish_of(db, job.id) != asked.wish:
            return  # cancelled, or changed, in the meantime
        jobs.set_decision(db, job.id, decision.act, decision.instruction, decision.text)
        row = conversations.get(db, job.conversation)
        base = self._base(db, job, row["head"])
        if decision.act in {"ask", "edit"} and base is None:
            conversations.remember_wish(db, job.conversation, job.wish)
            outbox.answer(db, job, Answer(replies.SEND_PICTURE, "ask"))
        elif decision.act == "edit" and base is not None:
            self._order_edit(db, job, decision, base)
        elif decision.act in {"undo", "reset"}:
            self._move(db, job, decision)
        else:
            question = decision.act == "ask"
            conversations.count_questions(db, job.conversation, row["questions"] + 1 if question else 0)
            said = Answer(replies.joined(job.note, decision.text), "ask" if question else "chat")
            outbox.answer(db, job, said)

    def _order_edit(self, db: Database, job: Job, decision: Decision, base: str) -> None:
        """One edit; or of several pictures those that the wish names, or the question which it is for."""
        pictures: tuple[str, ...] = choice.concerned(db, job, base)
        named = choosing.named(job.wish or "", len(pictures))
        conversations.count_questions(db, job.conversation, 0)
        if len(pictures) > 1 and named is None and self._preferences.questions(db, job.conversation):
            choice.ask(db, job, pictures)
            return
        meant = [pictures[number - 1] for number in named.numbers] if named else pictures or (base,)
        instruction = decision.instruction or (named.wish if named else job.wish)
        choice.order(db, job, instruction, decision.text or None, meant)
        if pictures and job.parent is None:
            albums.chosen(db, job.conversation)
        jobs.set_state(db, job.id, "done")

    def _move(self, db: Database, job: Job, decision: Decision) -> None:
        wanted = self._wanted(db, job)
        try:
            if decision.act == "reset":
                moves.reset(db, wanted)
            else:
                moves.undo(db, wanted, count=counting.steps_back(job.wish or ""))
        except NotAllowed as sentence:
            moves.refuse(db, wanted, sentence)
        jobs.set_state(db, job.id, "done")

    def _wanted(self, db: Database, job: Job) -> moves.Wanted:
        """Who said in words what buttons and commands can do, too."""
        platform = conversations.get(db, job.conversation)["platform"]
        return moves.Wanted(
            job.conversation,
            UserRef(platform, job.user_id, moderator=job.moderator),
            self._preferences.undo_by(db, job.conversation),
            reply_to=turns.get(db, job.turn)["message_id"],
            turn=job.turn,
        )
