"""The engine as the bot sees it: a fair queue before one supervised worker process.

The worker gets only as many jobs as it works on at the same time; all others wait in the queue, where
they can be cancelled, counted and served fairly. When the worker dies or hangs, the job it was turned to
fails, the others go back to their place, and a new worker is started. Whatever happens, each job gets
exactly one outcome. Nothing here imports torch.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from contextvars import Context

from engine.clock import WorkClock
from engine.config import EngineConfig
from engine.entry import Entry
from engine.jobs import (
    Cancelled,
    Death,
    Edited,
    EditJob,
    Failed,
    Job,
    Observer,
    Outcome,
    Progress,
    QueueFull,
    State,
    Status,
    Waiting,
)
from engine.messages import (
    Broken,
    Cancel,
    Died,
    Finished,
    FromWorker,
    Loading,
    Logged,
    LookedUp,
    Progressed,
    Ready,
    Stop,
    Unable,
    Worked,
    Working,
)
from engine.process import WorkerProcess
from engine.queue import FairQueue

STOP_SECONDS = 3.0  # there is nothing to save, so a long step need not be waited for
LONGEST_PAUSE = 60.0  # between two attempts to start the worker

DOWN = "I can't work on pictures right now, because my models don't start. Please tell whoever runs me."
BROKE = "Something broke while I worked on that; please try it once more."
HUNG = "That took far too long, so I had to stop it; please try again or send a smaller picture."
CLOSED = "I'm shutting down just now; please try again in a minute."

log = logging.getLogger(__name__)


def back_off(failures: int) -> float:
    """Seconds before the worker is started again, after so many failures in a row before this one."""
    return min(LONGEST_PAUSE, 2.0 ** min(failures, 9))


class LocalEngine:
    """Implements `engine.jobs.Engine`. All methods are called from the event loop's thread.

    `models` is the import path of the function that loads the models in the worker.
    """

    def __init__(self, config: EngineConfig, models: str = "engine.models:load") -> None:
        self._config = config
        self._models = models
        self._queue = FairQueue(config.waiting_per_user, config.waiting_per_group, config.waiting_in_all)
        self._clock = WorkClock(config.hard_seconds)
        self._observer = Observer()
        self._entries: dict[str, Entry] = {}
        self._state: tuple[State, str] = ("stopped", "Not started.")
        self._worker: WorkerProcess | None = None
        self._ready = False  # the present worker takes jobs
        self._hung = False  # … and was killed for it
        self._unable: Unable | None = None  # … and said why it could not start
        self._last_words: str | None = None  # … and why it had to end
        self._failures = 0  # starts and deaths since the last good outcome that no job can be blamed for
        self._down: Failed | None = None  # what every job gets at once while no worker can be started
        self._timer: asyncio.TimerHandle | None = None
        self._settled = asyncio.Event()  # the first start has succeeded or failed
        self._gone = asyncio.Event()  # there is no worker process
        self._gone.set()

    # ------------------------------------------------------------ what the bot calls

    def observe(self, observer: Observer) -> None:
        """Tell this one from now on what happens."""
        self._observer = observer

    async def start(self) -> None:
        """Spawn the worker; returns at once, jobs wait until it is ready."""
        if self._state[0] != "stopped" or self._worker is not None:
            return
        self._down = None
        self._failures = 0
        self._settled.clear()
        self._set("loading", "The worker is starting.")
        self._spawn()

    async def stop(self) -> None:
        """End the worker, killing it if need be; whoever still waits gets `Failed`."""
        self._set("stopped", "Stopped.")
        self._disarm()
        self._answer_all(Failed(CLOSED, "the engine was stopped", retry=True, cause="stopped"))
        if self._worker is not None:
            self._worker.send(Stop())
            try:
                await asyncio.wait_for(self._gone.wait(), STOP_SECONDS)
            except TimeoutError:
                log.warning("the worker did not end in %.0f s and is killed", STOP_SECONDS)
                self._worker.kill()
                await self._gone.wait()
        self._settled.set()

    async def settled(self) -> Status:
        """Wait until the first start has succeeded or failed; the status then says which and why."""
        await self._settled.wait()
        return self.status()

    async def run(self, job: Job, on_progress: Callable[[Progress], None] | None = None) -> Outcome:
        """Queue a job and wait for its one outcome.

        Raises `QueueFull`, and `ValueError` for an id that is under way. Cancelling the task cancels the job.
        """
        entry = Entry(job, asyncio.get_running_loop().create_future(), on_progress)
        if self._down is None:
            self._put(entry)
        else:
            entry.outcome.set_result(self._down)
        outcome: Outcome = Cancelled()
        try:
            outcome = await entry.outcome
            return outcome
        except asyncio.CancelledError:
            if self._entries.get(job.id) is entry:
                self.cancel(job.id)
            raise
        finally:
            entry.end(self._observer, outcome)

    def cancel(self, job_id: str) -> bool:
        """Cancel one job by id, queued or running; False when there is no such job (any more)."""
        entry = self._entries.pop(job_id, None)
        if entry is None:
            return False
        if not entry.outcome.done():
            entry.outcome.set_result(Cancelled())
        if not self._queue.cancel(job_id) and self._worker is not None:
            self._worker.send(Cancel(job_id))  # its slot is free when the worker says so
        self._pump()
        return True

    def status(self) -> Status:
        return Status(self._state[0], self._state[1], self._queue.waiting, len(self._queue.running))

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id, None while there is none."""
        return None if self._worker is None else self._worker.pid

    # ------------------------------------------------------------ jobs

    def _put(self, entry: Entry) -> None:
        try:
            self._queue.put(entry.job)
        except QueueFull:
            self._observer.turned_away(entry.kind)
            raise
        self._entries[entry.job.id] = entry
        self._pump()

    def _pump(self) -> None:
        """Give the worker what it can take, tell the others their place."""
        while self._worker is not None and self._ready and (job := self._queue.take()) is not None:
            if not self._clock.working:
                self._clock.turn((), time.monotonic())
            if job.id in self._entries:
                self._entries[job.id].give(self._observer)
            if isinstance(job, EditJob):
                self._clock.allow(job.id, 1 + len(job.earlier))
            self._worker.send(job)
        self._watch()
        for job_id, place, eta in list(self._queue.places()):
            entry = self._entries.get(job_id)
            if entry is not None and entry.place != place:
                entry.place = place
                self._tell(entry, Waiting(place, eta))

    def _tell(self, entry: Entry, progress: Progress) -> None:
        if entry.on_progress is None:
            return
        try:
            entry.on_progress(progress)
        except Exception:
            entry.context.run(log.exception, "the progress of job %s could not be shown", entry.job.id)

    def _finish(self, job_id: str, outcome: Outcome, at: float) -> None:
        seconds = self._clock.end(job_id, at)
        self._queue.done(job_id, seconds if isinstance(outcome, Edited) else None)
        if isinstance(outcome, Failed):
            self._context(job_id).run(log.warning, "job %s failed: %s", job_id, outcome.error)
        entry = self._entries.pop(job_id, None)
        if entry is not None and not entry.outcome.done():
            entry.outcome.set_result(outcome)

    def _context(self, job_id: str | None) -> Context:
        """Where to write a line about a job, so that it gets the ids that whoever asked has bound."""
        entry = self._entries.get(job_id) if job_id is not None else None
        return entry.context if entry is not None else Context()

    def _answer_all(self, outcome: Failed) -> None:
        """Everyone who waits now, and everyone who comes while this lasts."""
        self._down = outcome
        entries = list(self._entries.values())
        self._entries.clear()
        self._queue.drain()
        for job_id in self._queue.running:
            self._queue.done(job_id)
        for entry in entries:
            if not entry.outcome.done():
                entry.outcome.set_result(outcome)

    # ------------------------------------------------------------ the worker

    def _spawn(self) -> None:
        self._hung = False
        self._unable = None
        self._last_words = None
        self._clock.reset()
        loop = asyncio.get_running_loop()

        def deliver(message: FromWorker | Died) -> None:
            with contextlib.suppress(RuntimeError):  # the loop was closed without stop()
                loop.call_soon_threadsafe(self._on_message, message, time.monotonic())

        self._worker = WorkerProcess(self._config, self._models, deliver)
        self._gone.clear()
        self._worker.start()

    def _on_message(self, message: FromWorker | Died, at: float) -> None:
        """`at`: when it came (monotonic); that the loop was busy since must not count against a job."""
        if isinstance(message, Died):
            self._on_death(message.exit_code)
            return
        if self._state[0] == "stopped":
            return
        match message:
            case Loading(detail, limit):
                self._set(self._state[0], detail)
                self._arm(None if limit is None else at + limit)
            case Ready(detail, edits_at_once):
                self._queue.run_at_once(edits_at_once)
                self._on_ready(detail)
            case Unable():
                self._unable = message
            case Broken(error):
                self._last_words = error
            case Working(job_ids):
                self._clock.turn(job_ids, at)
                self._watch()
            case Worked(kind, batch, seconds):
                self._observer.worked(kind, batch, seconds)
            case LookedUp(hits, misses):
                self._observer.looked_up(hits, misses)
            case Logged(record):
                self._write(record)
            case Progressed(job_id, step):
                if job_id in self._entries:
                    self._tell(self._entries[job_id], step)
            case Finished(job_id, outcome):
                if not isinstance(outcome, Failed):
                    self._failures = 0
                self._finish(job_id, outcome, at)
                self._pump()

    def _write(self, record: logging.LogRecord) -> None:
        """A line of the worker's log."""
        logger = logging.getLogger(record.name)
        if logger.isEnabledFor(record.levelno):
            self._context(getattr(record, "job", None)).run(logger.handle, record)

    def _on_ready(self, detail: str) -> None:
        log.info("%s", detail)
        self._ready = True
        self._down = None
        self._set("ready", detail)
        self._settled.set()
        self._pump()

    def _on_death(self, exit_code: int | None) -> None:
        self._disarm()
        served, self._ready, self._worker = self._ready, False, None
        self._gone.set()
        if self._state[0] == "stopped":
            return
        why, cause = self._post_mortem(exit_code)
        if self._unable is not None and not self._unable.temporary:
            log.error("%s", why)
            self._set("stopped", why)
            self._answer_all(Failed(DOWN, why, retry=False, cause=cause))
            self._settled.set()
            return
        if not served:
            self._answer_all(Failed(DOWN, why, retry=True, cause=cause))
        pause = 0.0
        if not self._blame(why, cause):
            pause = back_off(self._failures)
            self._failures += 1
        log.error("%s It is started again in %.0f s.", why, pause)
        self._observer.restarted(cause)
        self._set("restarting", why)
        self._settled.set()
        self._timer = asyncio.get_running_loop().call_later(pause, self._spawn)
        self._pump()

    def _post_mortem(self, exit_code: int | None) -> tuple[str, Death]:
        """Why the worker is gone: a sentence for the admin, and its class."""
        if self._unable is not None:
            return self._unable.sentence, "unable"
        if self._hung:
            return f"The worker hung ({self._doing()}) and was killed.", "hung"
        if self._last_words is not None:
            return f"The worker had to end ({self._last_words}).", "device"
        return f"The worker died with exit code {exit_code} ({self._doing()}).", "died"

    def _doing(self) -> str:
        if self._clock.working:
            return "at job " + ", ".join(self._clock.working)
        return "idle" if self._state[0] == "ready" else self._state[1]

    def _blame(self, why: str, cause: Death) -> bool:
        """After a death: fail the job that did it, put the others back. False when it was none of them.

        Several suspects go back to run alone, so that the next death finds the one.
        """
        running = self._queue.running
        suspects = [job_id for job_id in running if job_id in self._clock.working]
        if self._hung and not suspects:
            suspects = list(running)
        for job_id in reversed(running):
            suspect = job_id in suspects
            if job_id not in self._entries:  # cancelled, and its slot was not free yet
                self._queue.done(job_id)
            elif suspect and (len(suspects) == 1 or self._queue.is_alone(job_id)):
                sentence = HUNG if cause == "hung" else BROKE
                self._finish(job_id, Failed(sentence, why, retry=True, cause=cause), time.monotonic())
            else:
                self._queue.put_back(job_id, alone=suspect)
                self._context(job_id).run(log.info, "job %s goes back to the line", job_id)
        return bool(suspects)

    # ------------------------------------------------------------ time

    def _watch(self) -> None:
        """Kill the worker when it spends too long on the jobs it has."""
        if self._ready:
            self._arm(self._clock.deadline() if self._queue.running else None)

    def _arm(self, when: float | None) -> None:
        self._disarm()
        if when is not None:
            self._timer = asyncio.get_running_loop().call_at(when, self._overdue)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _overdue(self) -> None:
        self._hung = True
        if self._worker is not None:
            self._worker.kill()

    def _set(self, state: State, detail: str) -> None:
        self._state = (state, detail)
