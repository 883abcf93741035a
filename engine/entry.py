"""A job that somebody waits for, as the engine's service keeps it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field

from engine.jobs import DialogueJob, Job, Kind, Observer, Outcome, Progress


@dataclass(slots=True)
class Entry:
    """`place` is the last one that was told, `given` when the worker first got the job (monotonic).

    `context` is that of whoever waits: they have bound there what belongs into log lines about the job.
    """

    job: Job
    outcome: asyncio.Future[Outcome]
    on_progress: Callable[[Progress], None] | None
    place: int | None = None
    asked: float = field(default_factory=time.monotonic)
    given: float | None = None
    context: Context = field(default_factory=copy_context)

    @property
    def kind(self) -> Kind:
        return "dialogue" if isinstance(self.job, DialogueJob) else "edit"

    def give(self, observer: Observer) -> None:
        """The job goes to the worker, perhaps for a second time."""
        self.place = None
        if self.given is None:
            self.given = time.monotonic()
            observer.waited(self.kind, self.given - self.asked)

    def end(self, observer: Observer, outcome: Outcome) -> None:
        seconds = None if self.given is None else time.monotonic() - self.given
        observer.ended(self.kind, outcome, seconds)
