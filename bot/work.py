"""Doing the jobs of a conversation, one after the other: wish to decision, edit to picture.

Transactions of a job need not be flushed: the courier flushes before it sends, and what a power cut takes
back before that is done again.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlite_utils import Database

from bot import conversation as tree
from bot import counting, moves, ratings, repeats, replies, views, wishes
from bot.conversation import Version
from bot.events import ConversationRef, Platform, UserRef
from bot.full_disk import FullDisk
from bot.ids import new_id
from bot.logs import about
from bot.ports import Adapter
from bot.progress import Statuses
from bot.settings import Ask, Settings
from bot.store import Store, conversations, images, jobs, outbox, turns
from bot.store.images import StoredImage
from bot.store.jobs import Job
from bot.store.outbox import Answer
from bot.views import Drawer, View
from bot.wordlist import WordList
from engine.jobs import (
    Cancelled,
    Decision,
    DialogueJob,
    Edited,
    EditJob,
    Engine,
    Failed,
    Outcome,
    QueueFull,
    Refused,
    Round,
    Turn,
)

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 2
CONTEXT_TURNS = 12


@dataclass(frozen=True, slots=True)
class Prepared:
    """A dialogue job that has begun, and what to ask the model."""

    job: Job
    question: DialogueJob


@dataclass(frozen=True, slots=True)
class BegunEdit:
    """An edit job that has begun: sha256 of the source, where it lives, the message that asked for it."""

    job: Job
    conversation: ConversationRef
    image: str
    earlier: tuple[Round, ...]
    message: str | None


class Work:
    """Takes the open jobs of a conversation in order. `deliver(conversation)` is called after each answer."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        settings: Settings,
        words: WordList,
        adapters: Mapping[Platform, Adapter],
        statuses: Statuses,
        full_disk: FullDisk,
        drawer: Drawer,
        deliver: Callable[[str], None],
    ) -> None:
        self._store, self._engine, self._limits = store, engine, settings.limits
        self._words = words
        self._ask: Ask = settings.ratings.ask
        self._weights = settings.engine.editor_weights
        self._skip_age_restricted = settings.safety.skip_age_restricted
        self._strength = settings.strength
        self._adapters, self._statuses, self._drawer = adapters, statuses, drawer
        self._full_disk, self._deliver = full_disk, deliver
        self._stopped: dict[str, bool] = {}  # of the jobs under way

    async def step(self, conversation: str) -> bool:
        """Do the next open job; False when there is none."""
        job = await self._store.run(lambda db: jobs.next_open(db, conversation))
        if job is None:
            return False
        place = await self._store.run(lambda db: conversations.place(db, conversation))
        self._stopped[job.id] = False
        try:
            with self._full_disk.waiting(place), about(job=job.id, conversation=conversation):
                await self._do(job)
        finally:
            del self._stopped[job.id]
        self._deliver(conversation)
        return True

    async def _do(self, job: Job) -> None:
        try:
            if job.attempt >= MAX_ATTEMPTS:
                await self._fail(job, replies.CUT_OFF, "cut off in every attempt")
            elif job.kind == "dialogue":
                await self._dialogue(job)
            else:
                await self._edit(job)
        except Exception as error:
            log.exception("job %s of conversation %s broke", job.id, job.conversation)
            await self._fail(job, replies.BROKEN, f"{type(error).__name__}: {error}")

    def stop(self, job: str) -> None:
        """Stop a job whose row is cancelled already, wherever it is on its way."""
        if not self._engine.cancel(job) and job in self._stopped:
            self._stopped[job] = True  # its lane is about to hand it to the engine

    # ------------------------------------------------------------ dialogue

    async def _dialogue(self, job: Job) -> None:
        prepared = await self._store.run(lambda db: self._prepare(db, job.id), flush=False)
        if prepared is None:
            return
        if isinstance(prepared, View):
            image = await self._drawer.draw(prepared)
            await self._store.run(lambda db: views.fulfil(db, job, prepared, image))
            return
        outcome = await self._run(prepared.question)
        if isinstance(outcome, Decision):
            await self._store.run(lambda db: self._decided(db, prepared.job, outcome), flush=False)
            log.info("job %s of conversation %s: %s", job.id, job.conversation, outcome.act)
        else:
            await self._trouble(prepared.job, outcome)

    def _prepare(self, db: Database, job_id: str) -> Prepared | View | None:
        """Begin: an upload becomes the head, the wish is completed. Without a wish, answer at once."""
        job = jobs.claim(db, job_id)
        if job is None:
            return None
        turn = turns.get(db, job.turn)
        if turn["version"] is not None:
            self._begin_upload(db, job, turn["version"])
        elif conversations.get(db, job.conversation)["questions"]:
            job = self._answer_to(db, job)
        row = conversations.get(db, job.conversation)
        wish = job.wish
        if wish is None and not turn["text"] and row["pending_wish"]:
            wish = str(row["pending_wish"])
            jobs.set_wish(db, job.id, wish)
        if wish is None:
            bad_wish = bool(turn["text"])
            text = replies.joined(job.note, None if bad_wish else replies.WHAT_TO_CHANGE)
            self._answer(db, job, Answer(text, "error" if bad_wish else "ask"))
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
        base = job.parent or conversation.head
        way = tree.path(conversation, base) if base else ()
        said = turns.context(db, job.turn, way[0].id if way else None, CONTEXT_TURNS - 1)
        question = DialogueJob(
            id=job.id,
            user=f"{row['platform']}:{job.user_id}",
            turns=(*said, Turn("user", wish)),
            applied=tree.applied(conversation, base) if base else (),
            may_ask=row["questions"] < self._limits.questions_per_wish,
            group=job.group_id,
        )
        return Prepared(replace(job, wish=wish), question)

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

    def _begin_upload(self, db: Database, job: Job, version: str) -> None:
        before = conversations.load(db, job.conversation)
        if version in {v.id for v in tree.path(before)}:
            return  # a second attempt
        conversations.save(db, job.conversation, before, tree.begin(before, version), job.user_id)
        conversations.count_questions(db, job.conversation, 0)

    def _decided(self, db: Database, job: Job, decision: Decision) -> None:
        """What the model decided becomes an answer, an edit job, or a move of the head."""
        if not jobs.is_open(db, job.id):
            return  # cancelled in the meantime
        jobs.set_decision(db, job.id, decision.act, decision.instruction, decision.text)
        row = conversations.get(db, job.conversation)
        base = job.parent or row["head"]
        if decision.act in {"ask", "edit"} and base is None:
            conversations.remember_wish(db, job.conversation, job.wish)
            self._answer(db, job, Answer(replies.SEND_PICTURE, "ask"))
        elif decision.act == "edit":
            self._order_edit(db, job, decision, base)
        elif decision.act in {"undo", "reset"}:
            self._move(db, job, decision)
        else:
            asked = decision.act == "ask"
            conversations.count_questions(db, job.conversation, row["questions"] + 1 if asked else 0)
            said = Answer(replies.joined(job.note, decision.text), "ask" if asked else "chat")
            self._answer(db, job, said)

    def _order_edit(self, db: Database, job: Job, decision: Decision, base: str) -> None:
        jobs.add(
            db,
            conversation=job.conversation,
            turn=job.turn,
            kind="edit",
            user_id=job.user_id,
            moderator=job.moderator,
            group_id=job.group_id,
            wish=job.wish,
            note=job.note,
            instruction=decision.instruction or job.wish,
            summary=decision.text or None,
            parent=base,
            seed=secrets.randbits(31),
        )
        conversations.count_questions(db, job.conversation, 0)
        jobs.set_state(db, job.id, "done")

    def _move(self, db: Database, job: Job, decision: Decision) -> None:
        wanted = self._wanted(db, job)
        if decision.act == "reset":
            moves.reset(db, wanted)
        else:
            moves.undo(db, wanted, count=counting.steps_back(job.wish or ""))
        jobs.set_state(db, job.id, "done")

    def _wanted(self, db: Database, job: Job) -> moves.Wanted:
        """Who said in words what buttons and commands can do, too."""
        platform = conversations.get(db, job.conversation)["platform"]
        return moves.Wanted(
            job.conversation,
            UserRef(platform, job.user_id, moderator=job.moderator),
            self._limits.undo_by,
            reply_to=turns.get(db, job.turn)["message_id"],
            turn=job.turn,
        )

    # ------------------------------------------------------------ editing

    async def _edit(self, job: Job) -> None:
        begun = await self._store.run(lambda db: self._begin_edit(db, job.id), flush=False)
        if begun is None:
            return
        job = begun.job
        data, _ = await self._store.read_image(begun.image)
        order = EditJob(
            id=job.id,
            user=f"{begun.conversation.platform}:{job.user_id}",
            image=data,
            instruction=job.instruction or "",
            seed=job.seed or 0,
            text_guidance=job.text_guidance,
            image_guidance=job.image_guidance,
            group=job.group_id,
            safety_check=await self._safety_check(begun.conversation),
            earlier=begun.earlier,
        )
        reporter = self._statuses.open(job, begun.conversation, begun.message)
        try:
            outcome = await self._run(order, reporter)
        finally:
            self._statuses.shut(job.id)
        if isinstance(outcome, Edited):
            await self._keep(job, outcome)
        else:
            await self._trouble(job, outcome)

    async def _safety_check(self, place: ConversationRef) -> bool:
        """Whether pictures are checked there; they are while the platform can't be asked."""
        adapter = self._adapters.get(place.platform)
        if adapter is None or not self._skip_age_restricted:
            return True
        return not (await adapter.capabilities(place)).age_restricted

    def _begin_edit(self, db: Database, job_id: str) -> BegunEdit | None:
        job = jobs.claim(db, job_id)
        if job is None:
            return None
        conversation = conversations.load(db, job.conversation)
        earlier = repeats.earlier(conversation, job)
        if self._refused_by_words(db, job, [*(each.instruction for each in earlier), job.instruction or ""]):
            return None
        ref = conversations.place(db, job.conversation)
        image = conversation.versions[str(job.parent)].image
        return BegunEdit(job, ref, image, earlier, turns.get(db, job.turn)["message_id"])

    def _refused_by_words(self, db: Database, job: Job, instructions: list[str]) -> bool:
        """Every edit passes here: one put together from several turns, and an old one asked for once more."""
        listed = next((found for text in instructions if (found := self._words.find(text))), None)
        if listed is None:
            return False
        self._answer(db, job, Answer(replies.LISTED, "error"))
        jobs.set_state(db, job.id, "failed", f"refused by the word list ({listed})")
        log.warning("job %s: refused by the word list (%s)", job.id, listed)
        return True

    async def _keep(self, job: Job, edited: Edited) -> None:
        sha256 = await self._store.keep_image(edited.image, edited.mime)
        image = StoredImage(sha256, edited.mime, edited.width, edited.height, len(edited.image))
        await self._store.run(lambda db: self._edited(db, job, edited, image), flush=False)
        log.info(
            "job %s of conversation %s: edited (%s) in %.1f s",
            job.id,
            job.conversation,
            edited.editor,
            edited.seconds,
        )

    def _edited(self, db: Database, job: Job, edited: Edited, image: StoredImage) -> None:
        """Picture, version, turn and outbox row: all of them, or nothing."""
        if not jobs.is_open(db, job.id):
            return  # cancelled in the meantime: the answer was given
        images.record(db, image)
        # What was asked for once more is told as that.
        summary = (not job.remakes and edited.summary) or job.summary or replies.done(job.instruction or "")
        before = conversations.load(db, job.conversation)
        version = Version(
            id=new_id(),
            parent=job.parent,
            image=image.sha256,
            requester=job.user_id,
            instruction=job.instruction,
            summary=summary,
            seed=edited.seed,
            text_guidance=edited.text_guidance,
            image_guidance=edited.image_guidance,
            editor=edited.editor,
            remakes=job.remakes,
            back=before.head if job.remakes else None,
            weights=self._weights if edited.editor == "diffusion" else None,
        )
        after = tree.edit(before, version)
        conversations.save(db, job.conversation, before, after, job.user_id)
        text = replies.joined(job.note, summary)
        actions = (*moves.picture_actions(after), *ratings.ask(db, job.conversation, version, self._ask))
        self._answer(db, job, Answer(text, "edit", version, actions))

    # ------------------------------------------------------------ both

    async def _run(
        self, job: DialogueJob | EditJob, on_progress: Callable[..., None] | None = None
    ) -> Outcome:
        if self._stopped[job.id]:
            return Cancelled()
        try:
            return await self._engine.run(job, on_progress)
        except QueueFull as error:
            return Refused(str(error))

    async def _trouble(self, job: Job, outcome: Outcome) -> None:
        """No decision and no picture came of it: once more, or a sentence."""
        if isinstance(outcome, Failed):
            log.error("job %s of conversation %s failed: %s", job.id, job.conversation, outcome.error)
            if outcome.retry and job.attempt < MAX_ATTEMPTS:
                await self._statuses.close(job.id)  # the next attempt goes on with the same message
                await self._store.run(lambda db: self._again(db, job, outcome.error))
            else:
                await self._fail(job, outcome.sentence, outcome.error)
        elif isinstance(outcome, Refused):
            await self._fail(job, outcome.sentence, outcome.reason or outcome.sentence)
        else:
            await self._fail(job, replies.STOPPED_BY_ENGINE, f"unexpected outcome {type(outcome).__name__}")

    def _again(self, db: Database, job: Job, error: str) -> None:
        if jobs.is_open(db, job.id):
            jobs.set_state(db, job.id, "queued", error)

    async def _fail(self, job: Job, sentence: str, error: str) -> None:
        def write(db: Database) -> bool:
            if not jobs.is_open(db, job.id):
                return False
            self._answer(db, job, Answer(sentence, "error"))
            jobs.set_state(db, job.id, "failed", error)
            return True

        if await self._store.run(write):
            log.warning("job %s of conversation %s ended: %s", job.id, job.conversation, error)

    def _answer(self, db: Database, job: Job, answer: Answer) -> None:
        """Answer the person's turn; the job is done."""
        message = turns.get(db, job.turn)["message_id"]
        outbox.say(db, job.conversation, answer, reply_to=message, turn=job.turn, job=job.id)
        jobs.set_state(db, job.id, "done")
