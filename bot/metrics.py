"""What is counted, for Prometheus. Times are in seconds, as it wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram

from bot.events import Platform
from bot.store.backlog import Backlog, Undelivered
from engine.jobs import (
    Cancelled,
    Cause,
    Death,
    Edited,
    Failed,
    Kind,
    Observer,
    Outcome,
    Refused,
    State,
    Status,
)

WAITS = (0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600)
STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
EDITS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)
DIALOGUES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10)
BATCHES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)

KINDS: tuple[Kind, ...] = get_args(Kind)


class Metrics(Observer):
    """The numbers of one bot, in a registry of its own. What has not happened yet is there as 0."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._state = Enum(
            "dialogpaint_engine_state",
            "What the engine is at",
            states=get_args(State),
            registry=self.registry,
        )
        self._waiting = self._gauge("queue_waiting", "Jobs in the line before the worker")
        self._running = self._gauge("queue_running", "Jobs that the worker has")
        self._open_jobs = self._gauge("open_jobs", "Jobs in the database that are not done", "state")
        self._outbox = self._gauge("outbox_replies", "Replies not delivered yet", "platform")
        self._outbox_age = self._gauge("outbox_age_seconds", "Age of the oldest of them", "platform")
        self._wait = self._histogram("wait_seconds", "From the line to the worker", WAITS, "kind")
        self._step = self._histogram("step_seconds", "One denoising step of one batch of edits", STEPS)
        self._edit = self._histogram("edit_seconds", "An edit, from worker to picture", EDITS, "editor")
        self._dialogue = self._histogram("dialogue_seconds", "A message, from worker to decision", DIALOGUES)
        self._batch = self._histogram("batch_size", "Jobs worked on together", BATCHES, "kind")
        self._jobs = self._counter("jobs", "Attempts at jobs, by what came of them", "kind", "outcome")
        self._failures = self._counter("failures", "Those that failed, by class", "kind", "cause")
        self._restarts = self._counter("restarts", "Workers that had to be replaced", "cause")
        self._caches = self._counter("cache_lookups", "Look-ups in the worker's caches", "cache", "result")
        self._begin_at_zero()

    # ------------------------------------------------------------ what the engine tells

    def turned_away(self, kind: Kind) -> None:
        self._jobs.labels(kind, "turned_away").inc()

    def waited(self, kind: Kind, seconds: float) -> None:
        self._wait.labels(kind).observe(seconds)

    def worked(self, kind: Kind, batch: int, seconds: float) -> None:
        self._batch.labels(kind).observe(batch)
        if kind == "edit":
            self._step.observe(seconds)

    def looked_up(self, hits: Mapping[str, int], misses: Mapping[str, int]) -> None:
        for result, counts in (("hit", hits), ("miss", misses)):
            for cache, count in counts.items():
                self._caches.labels(cache, result).inc(count)

    def ended(self, kind: Kind, outcome: Outcome, seconds: float | None) -> None:
        self._jobs.labels(kind, _word(outcome)).inc()
        if isinstance(outcome, Failed):
            self._failures.labels(kind, outcome.cause).inc()
        elif seconds is not None and isinstance(outcome, Edited):
            self._edit.labels(outcome.editor).observe(seconds)
        elif seconds is not None and kind == "dialogue" and _word(outcome) == "done":
            self._dialogue.observe(seconds)

    def restarted(self, cause: Death) -> None:
        self._restarts.labels(cause).inc()

    # ------------------------------------------------------------ what is looked up when somebody asks

    def show(self, status: Status, backlog: Backlog | None) -> None:
        """How things are now. None: the store can't be read, and old numbers would be wrong ones."""
        self._state.state(status.state)
        self._waiting.set(status.waiting)
        self._running.set(status.running)
        for gauge in (self._open_jobs, self._outbox, self._outbox_age):
            gauge.clear()
        if backlog is None:
            return
        for state in ("queued", "running"):
            self._open_jobs.labels(state).set(backlog.jobs.get(state, 0))
        for platform in get_args(Platform):
            undelivered = backlog.outbox.get(platform, Undelivered())
            self._outbox.labels(platform).set(undelivered.replies)
            self._outbox_age.labels(platform).set(undelivered.age)

    # ------------------------------------------------------------ inside

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"dialogpaint_{name}", text, labels, registry=self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"dialogpaint_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: Sequence[float], *labels: str) -> Histogram:
        return Histogram(f"dialogpaint_{name}", text, labels, buckets=buckets, registry=self.registry)

    def _begin_at_zero(self) -> None:
        """Else the first failure of a class would be no increase."""
        for kind in KINDS:
            for outcome in ("done", "refused", "failed", "cancelled", "turned_away"):
                self._jobs.labels(kind, outcome)
            for cause in get_args(Cause):
                self._failures.labels(kind, cause)
        for death in get_args(Death):
            self._restarts.labels(death)


def _word(outcome: Outcome) -> str:
    match outcome:
        case Failed():
            return "failed"
        case Refused():
            return "refused"
        case Cancelled():
            return "cancelled"
        case _:
            return "done"
