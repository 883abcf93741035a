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
from dataclasses import replace

from engine.clock import WorkClock
from engine.config import EngineConfig
from engine.entry import Entry
from engine.forecast import Forecast, is_news
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
from engine.post_mortem import LastWords, back_off
from engine.process import WorkerProcess
from engine.queue import FairQueue

STOP_SECONDS = 3.0  # there is nothing to save, so a long step need not be waited for
FORECAST_SECONDS = 1.0  # between two looks at whether those who wait were told something else

DOWN = "I can't work on pictures right now, because my models don't start. Please tell whoever runs me."
BROKE = "Something broke while I worked on that; please try it once more."
HUNG = "That took far too long, so I had to stop it; please try again or send a smaller picture."
CLOSED = "I'm shutting down just now; please try again in a minute."

log = logging.getLogger(__name__)


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
        self._forecast = Forecast()
        self._told_at = 0.0  # when those who wait were last looked at
        self._entries: dict[str, Entry] = {}
        self._state: tuple[State, str] = ("stopped", "Not started.")
        self._worker: WorkerProcess | None = None
        self._ready = False  # the present worker takes jobs
        self._words = LastWords()  # … and what is known about its end
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
        except QueueFull as full:
            self._observer.turned_away(entry.kind)
            raise QueueFull(replace(full.crowd, eta=self._etas().get(full.crowd.first))) from None
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
                self._forecast.begin(job, time.monotonic())
            self._worker.send(job)
        self._watch()
        self._tell_places()

    def _tell_places(self) -> None:
        """Tell those who wait where they are, if that is news to them."""
        self._told_at = time.monotonic()
        etas = self._etas()
        for job_id, place in list(self._queue.places()):
            entry, state = self._entries.get(job_id), Waiting(place, etas.get(job_id))
            if entry is not None and is_news(entry.told, state):
                entry.told = state
                self._tell(entry, state)

    def _etas(self) -> dict[str, float]:
        edits = self._queue.edits
        return self._forecast.etas(edits, edits.at_once, time.monotonic())

    def _tell(self, entry: Entry, progress: Progress) -> None:
        if entry.on_progress is None:
            return
        try:
            entry.on_progress(progress)
        except Exception:
            entry.context.run(log.exception, "the progress of job %s could not be shown", entry.job.id)

    def _finish(self, job_id: str, outcome: Outcome, at: float) -> None:
        self._clock.end(job_id, at)
        self._forecast.end(job_id, at, made=isinstance(outcome, Edited))
        self._queue.done(job_id)
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
            self._forecast.end(job_id, time.monotonic(), made=False)
            self._queue.done(job_id)
        for entry in entries:
            if not entry.outcome.done():
                entry.outcome.set_result(outcome)

    # ------------------------------------------------------------ the worker

    def _spawn(self) -> None:
        self._words = LastWords()
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
                log.info("%s", detail)
                self._set(self._state[0], detail)
                self._arm(None if limit is None else at + limit)
            case Ready():
                self._on_ready(message)
            case Unable():
                self._words.unable = message
            case Broken(error):
                self._words.broken = error
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
                self._forecast.step(job_id, step.step, step.steps, at)
                if job_id in self._entries:
                    eta = self._forecast.left(job_id, at)
                    self._tell(self._entries[job_id], replace(step, eta=eta))
                if at - self._told_at >= FORECAST_SECONDS:
                    self._tell_places()
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

    def _on_ready(self, ready: Ready) -> None:
        log.info("%s", ready.detail)
        self._queue.run_at_once(ready.edits_at_once)
        if ready.pace is not None:
            self._forecast.warmed_up(ready.pace.step_seconds, ready.pace.steps)
        self._ready = True
        self._down = None
        self._set("ready", ready.detail)
        self._settled.set()
        self._pump()

    def _on_death(self, exit_code: int | None) -> None:
        self._disarm()
        served, self._ready, self._worker = self._ready, False, None
        self._gone.set()
        if self._state[0] == "stopped":
            return
        why, cause = self._words.cause(exit_code, self._doing())
        if self._words.unable is not None and not self._words.unable.temporary:
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
        if self._words.hung and not suspects:
            suspects = list(running)
        for job_id in reversed(running):
            suspect = job_id in suspects
            self._forecast.end(job_id, time.monotonic(), made=False)
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
        self._words.hung = True
        if self._worker is not None:
            self._worker.kill()

    def _set(self, state: State, detail: str) -> None:
        self._state = (state, detail)
