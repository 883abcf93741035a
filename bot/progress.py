"""Status messages: one per edit, edited in place while it waits and runs, replaced by the answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from sqlite_utils import Database

from bot import replies
from bot.events import Action, ConversationRef, MessageRef, Platform, StatusUpdate
from bot.ports import Adapter
from bot.store import Store, StoreError, jobs, refs
from bot.store.jobs import Job
from engine.jobs import Progress, Step

log = logging.getLogger(__name__)

PACE = {"web": 0.5}  # seconds between two updates
CHAT_PACE = 3.0
FIRST_AFTER = 0.5  # an edit that is done at once needs no status message
PATIENCE = 10.0  # how long an answer waits for a status message that is being shown


class Reporter:
    """Shows the progress of one job; call it with each `Progress`. Only the newest is shown."""

    def __init__(
        self,
        store: Store,
        adapter: Adapter,
        job: Job,
        conversation: ConversationRef,
        reply_to: str | None,
        *,
        previews: bool,
        spoiler: bool,
    ) -> None:
        self._store, self._adapter, self._job, self._conversation = store, adapter, job, conversation
        self._spoiler = spoiler
        self._reply_to = MessageRef(conversation, reply_to) if reply_to else None
        self._previews = previews
        known = job.status_message
        self._message = MessageRef(conversation, known) if known else None
        self.latest: Progress | None = None
        self._news = asyncio.Event()
        self._showing = False
        self._abandoned = False
        self._late = False
        self._task = asyncio.create_task(self._run(), name=f"status {job.id}")

    def __call__(self, progress: Progress) -> None:
        if isinstance(progress, Step) and progress.preview is None and isinstance(self.latest, Step):
            progress = Step(progress.step, progress.steps, self.latest.preview)
        self.latest = progress
        self._news.set()

    def shut(self) -> None:
        """Show nothing more; an update on its way is let through."""
        if not self._showing:
            self._task.cancel()
        self._abandoned = True

    async def close(self) -> None:
        """`shut`, and wait until an update on its way has arrived, so that it can't overtake the answer."""
        self.shut()
        _, late = await asyncio.wait({self._task}, timeout=PATIENCE)
        self._late = bool(late)

    async def withdraw(self) -> None:
        """Take the status message away."""
        if self._message is not None:
            await self._adapter.clear_status(self._message)

    async def _run(self) -> None:
        try:
            if self._message is None:
                await asyncio.sleep(FIRST_AFTER)
            while not self._abandoned:
                await self._news.wait()
                self._news.clear()
                if self.latest is not None:
                    await self._show(self.latest)
                if not self._abandoned:
                    await asyncio.sleep(PACE.get(self._conversation.platform, CHAT_PACE))
        except StoreError as error:
            log.error("job %s: its status message could not be noted: %s", self._job.id, error)
        except Exception:
            log.exception("job %s: no more status messages", self._job.id)

    async def _show(self, latest: Progress) -> None:
        self._showing = True
        try:
            message = await self._adapter.show_status(self._update(latest))
            if message is None or message == self._message:
                return
            self._message = message
            if self._late:  # the answer didn't wait for it
                await self._adapter.clear_status(message)
            else:
                await self._store.run(lambda db: self._note(db, message))
        finally:
            self._showing = False

    def _note(self, db: Database, message: MessageRef) -> None:
        job = jobs.get(db, self._job.id)
        if job is None:
            return  # deleted in the meantime
        jobs.set_status_message(db, self._job.id, message.message_id)
        refs.add(db, message, job.conversation, job=job.id)

    def _update(self, latest: Progress) -> StatusUpdate:
        step = latest if isinstance(latest, Step) else None
        return StatusUpdate(
            job_id=self._job.id,
            conversation=self._conversation,
            text=replies.progress(latest),
            message=self._message,
            reply_to=self._reply_to,
            preview=step.preview if step and self._previews else None,
            progress=step.step / step.steps if step else None,
            actions=(Action("cancel", self._job.id),),
            spoiler=self._spoiler,
        )


class Statuses:
    """The reporters of the jobs under way."""

    def __init__(self, store: Store, adapters: Mapping[Platform, Adapter]) -> None:
        self._store, self._adapters = store, adapters
        self._reporters: dict[str, Reporter] = {}

    def open(
        self,
        job: Job,
        conversation: ConversationRef,
        reply_to: str | None,
        *,
        previews: bool,
        spoiler: bool = False,
    ) -> Reporter | None:
        """A reporter for a job that begins; None while the platform's adapter isn't there.

        `spoiler`: its previews are shown hidden.
        """
        adapter = self._adapters.get(conversation.platform)
        if adapter is None:
            return None
        reporter = Reporter(
            self._store, adapter, job, conversation, reply_to, previews=previews, spoiler=spoiler
        )
        self._reporters[job.id] = reporter
        return reporter

    def latest(self, job: str) -> Progress | None:
        """What was last told about a job under way."""
        reporter = self._reporters.get(job)
        return reporter.latest if reporter is not None else None

    def shut(self, job: str) -> None:
        """The job's attempt is over."""
        if job in self._reporters:
            self._reporters[job].shut()

    async def close(self, job: str) -> bool:
        """Called before the job's answer is sent. Whether it may have had a status message until now."""
        reporter = self._reporters.pop(job, None)
        if reporter is not None:
            await reporter.close()
        return reporter is not None

    async def take_away(self, job: str) -> None:
        """Nobody is to see any more how a job is getting on."""
        reporter = self._reporters.get(job)
        await self.close(job)
        if reporter is not None:
            await reporter.withdraw()

    async def stop(self) -> None:
        for job in list(self._reporters):
            await self.close(job)
