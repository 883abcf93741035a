"""Doing the jobs of a conversation, one after the other: wish to decision, edit to picture.

Transactions of a job need not be flushed: the courier flushes before it sends, and what a power cut takes
back before that is done again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from bot import admission, moves, ratings, repeats, replies, views
from bot import conversation as tree
from bot.conversation import Version
from bot.deciding import Deciding
from bot.events import ConversationRef, Platform
from bot.failing import fail
from bot.full_disk import FullDisk
from bot.ids import new_id
from bot.logs import about
from bot.ports import Adapter
from bot.preferences import Preferences
from bot.progress import Statuses
from bot.settings import Settings
from bot.store import Store, conversations, images, jobs, outbox, sent_as, turns
from bot.store.images import StoredImage
from bot.store.jobs import Job
from bot.store.outbox import Answer
from bot.views import Drawer, View
from bot.wordlist import WordList
from engine.jobs import (
    Cancelled,
    Crowd,
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
)

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class BegunEdit:
    """An edit job that has begun: sha256 of the source, where it lives, the message that asked for it.

    `spoiler`: the source was sent hidden.
    """

    job: Job
    conversation: ConversationRef
    image: str
    earlier: tuple[Round, ...]
    message: str | None
    previews: bool
    spoiler: bool


class Work:
    """Takes the open jobs of a conversation in order. `went_on(conversation)` is called after each job."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        settings: Settings,
        preferences: Preferences,
        words: WordList,
        adapters: Mapping[Platform, Adapter],
        statuses: Statuses,
        full_disk: FullDisk,
        drawer: Drawer,
        went_on: Callable[[str], None],
    ) -> None:
        self._store, self._engine, self._words = store, engine, words
        self._preferences, self._deciding = preferences, Deciding(settings, preferences)
        self._weights = settings.engine.editor_weights
        self._skip_age_restricted = settings.safety.skip_age_restricted
        self._adapters, self._statuses, self._drawer = adapters, statuses, drawer
        self._full_disk, self._went_on = full_disk, went_on
        self._stopped: dict[str, bool] = {}  # of the jobs under way

    async def step(self, conversation: str) -> bool:
        """Do the next open job; False when there is no other."""
        found = await self._store.run(lambda db: self._next(db, conversation))
        if found is None or found[0].id in self._stopped:  # the lane that it came along from is at it
            return False
        job, place = found
        self._stopped[job.id] = False
        try:
            with self._full_disk.waiting(place), about(job=job.id, conversation=conversation):
                await self._do(job)
        finally:
            del self._stopped[job.id]
        now, more = await self._store.run(
            lambda db: (jobs.get(db, job.id), self._next(db, conversation) is not None)
        )
        self._went_on(now.conversation if now is not None else conversation)
        return more

    def _next(self, db: Database, conversation: str) -> tuple[Job, ConversationRef] | None:
        """The next open job and its place. Where the bot is to be quiet everything waits until it goes on."""
        job = jobs.next_open(db, conversation)
        if job is None:
            return None
        place = conversations.place(db, conversation)
        return None if conversations.paused(db, place) else (job, place)

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
        prepared = await self._store.run(lambda db: self._deciding.prepare(db, job.id), flush=False)
        if prepared is None:
            return
        if isinstance(prepared, View):
            image = await self._drawer.draw(prepared)
            await self._store.run(lambda db: views.fulfil(db, job, prepared, image))
            return
        outcome = await self._run(prepared.question)
        if isinstance(outcome, Decision):
            await self._store.run(lambda db: self._deciding.decided(db, prepared.job, outcome), flush=False)
            log.info("job %s of conversation %s: %s", job.id, job.conversation, outcome.act)
        else:
            await self._trouble(prepared.job, outcome)

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
        reporter = self._statuses.open(
            job, begun.conversation, begun.message, previews=begun.previews, spoiler=begun.spoiler
        )
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
        message = turns.get(db, job.turn)["message_id"]
        previews = self._preferences.previews(db, job.conversation)
        spoiler = sent_as.sent(db, str(job.parent), "spoiler")
        return BegunEdit(job, ref, image, earlier, message, previews, spoiler)

    def _refused_by_words(self, db: Database, job: Job, instructions: list[str]) -> bool:
        """Every edit passes here: one put together from several turns, and an old one asked for once more."""
        listed = next((found for text in instructions if (found := self._words.find(text))), None)
        if listed is None:
            return False
        fail(db, job, replies.LISTED, f"refused by the word list ({listed})")
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

    def _edited(self, db: Database, begun: Job, edited: Edited, image: StoredImage) -> None:
        """Picture, version, turn and outbox row: all of them, or nothing."""
        job = jobs.still_open(db, begun)
        if job is None:
            images.doom(db, image)
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
        stars = ratings.ask(db, job.conversation, version, self._preferences.stars(db, job.conversation))
        actions = (*moves.picture_actions(after), *stars)
        outbox.answer(db, job, Answer(text, "edit", version, actions))

    # ------------------------------------------------------------ both

    async def _run(
        self, job: DialogueJob | EditJob, on_progress: Callable[..., None] | None = None
    ) -> Outcome | Crowd:
        if self._stopped[job.id]:
            return Cancelled()
        try:
            return await self._engine.run(job, on_progress)
        except QueueFull as full:
            return full.crowd

    async def _trouble(self, job: Job, outcome: Outcome | Crowd) -> None:
        """No decision and no picture came of it: once more, or a sentence."""
        if isinstance(outcome, Failed):
            log.error("job %s of conversation %s failed: %s", job.id, job.conversation, outcome.error)
            if outcome.retry and job.attempt < MAX_ATTEMPTS:
                await self._statuses.close(job.id)  # the next attempt goes on with the same message
                await self._store.run(lambda db: self._again(db, job, outcome.error))
            else:
                await self._fail(job, outcome.sentence, outcome.error)
        elif isinstance(outcome, Crowd):
            await self._store.run(lambda db: self._refuse(db, job, outcome))
        elif isinstance(outcome, Refused):
            await self._fail(job, outcome.sentence, outcome.reason or outcome.sentence)
        else:
            await self._fail(job, replies.STOPPED_BY_ENGINE, f"unexpected outcome {type(outcome).__name__}")

    def _refuse(self, db: Database, job: Job, crowd: Crowd) -> None:
        now = jobs.still_open(db, job)
        if now is not None:
            admission.refuse(db, now, crowd)

    def _again(self, db: Database, job: Job, error: str) -> None:
        if jobs.is_open(db, job.id):
            jobs.set_state(db, job.id, "queued", error)

    async def _fail(self, job: Job, sentence: str, error: str) -> None:
        def write(db: Database) -> bool:
            now = jobs.still_open(db, job)
            if now is None:
                return False
            fail(db, now, sentence, error)
            return True

        if await self._store.run(write):
            log.warning("job %s of conversation %s ended: %s", job.id, job.conversation, error)
