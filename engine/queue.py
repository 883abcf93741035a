"""The fair queue: who is next, and who has to wait. Pure and synchronous.

Messages go before pictures. Within each kind people take turns: everyone's oldest job stands in one round,
whoever was served goes to its end. A job that waited long goes before the round: once as many others were
served since it came as the line may hold, for by then "first come, first served" would have served it. Of
several such jobs the one that came first goes first. In any case nobody is served twice in a row while
another waits, and each one's own jobs keep their order.

So with `n` jobs allowed in the line, none waits for more than `n` turns to be due, and then for at most two
turns for each of the fewer than `n` jobs that came before it, however many others come later.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

from engine.jobs import Crowd, DialogueJob, EditJob, Job, QueueFull, Whose

J = TypeVar("J", bound=Job)

EDITS_AT_ONCE = 2  # until the worker says what suits its device
DIALOGUES_AT_ONCE = 8  # answered in one batch


class Line(Generic[J]):
    """The jobs of one kind: waiting ones in turn by user, and the `at_once` that may run at the same time.

    A job is due, and goes before the round, when `patience` others were served since it came.
    """

    def __init__(self, at_once: int, patience: int) -> None:
        self.at_once = at_once
        self._patience = patience
        self._waiting: dict[str, deque[J]] = {}  # in the order in which the users take turns
        self._due: dict[str, int] = {}  # the turn from which on a job is due; who comes later is due later
        self._turn = 0
        self._last: str | None = None
        self._alone: set[str] = set()
        self.running: dict[str, J] = {}

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def __iter__(self) -> Iterator[J]:
        """The waiting jobs in the order in which they would be served."""
        waiting = {user: deque(jobs) for user, jobs in self._waiting.items()}
        turn, last = self._turn, self._last
        while waiting:
            job = self._next(waiting, turn, last)
            turn, last = turn + 1, job.user
            yield job

    def jobs(self) -> Iterator[J]:
        """Running ones, then waiting ones in the order in which they would be served."""
        yield from self.running.values()
        yield from self

    def append(self, job: J) -> None:
        self._waiting.setdefault(job.user, deque()).append(job)
        self._due[job.id] = self._turn + self._patience

    def take(self) -> J | None:
        following = next(iter(self), None)
        if following is None or len(self.running) >= self.at_once:
            return None
        if self.running and self._alone & {following.id, *self.running}:
            return None
        job = self._next(self._waiting, self._turn, self._last)
        self._turn += 1
        self._last = job.user
        self.running[job.id] = job
        return job

    def done(self, job_id: str) -> J | None:
        job = self.running.pop(job_id, None)
        if job is not None:
            self._forget(job_id)
        return job

    def put_back(self, job_id: str, alone: bool) -> bool:
        job = self.running.pop(job_id, None)
        if job is None:
            return False
        if alone:
            self._alone.add(job_id)
        self._waiting.setdefault(job.user, deque()).appendleft(job)
        self._due[job_id] = min(self._turn, *self._due.values()) - 1
        if self._last == job.user:
            self._last = None
        return True

    def is_alone(self, job_id: str) -> bool:
        return job_id in self._alone

    def remove(self, job_id: str) -> J | None:
        for user, jobs in self._waiting.items():
            for job in jobs:
                if job.id == job_id:
                    jobs.remove(job)
                    if not jobs:
                        del self._waiting[user]
                    self._forget(job_id)
                    return job
        return None

    def _next(self, waiting: dict[str, deque[J]], turn: int, last: str | None) -> J:
        """Take the next job out of `waiting`: one that is due, else that of the first user in the round."""
        users = [user for user in waiting if user != last] or list(waiting)
        user = min(users, key=lambda user: self._due[waiting[user][0].id])
        if self._due[waiting[user][0].id] > turn:
            user = users[0]
        jobs = waiting.pop(user)
        job = jobs.popleft()
        if jobs:
            waiting[user] = jobs
        return job

    def _forget(self, job_id: str) -> None:
        self._due.pop(job_id, None)
        self._alone.discard(job_id)


class FairQueue:
    """All jobs that were let in and are not done: waiting and running. Job ids are unique among them."""

    def __init__(self, per_user: int, per_group: int, in_all: int) -> None:
        self._per_user = per_user
        self._per_group = per_group
        self._in_all = in_all
        self.dialogues = Line[DialogueJob](DIALOGUES_AT_ONCE, patience=in_all)
        self.edits = Line[EditJob](EDITS_AT_ONCE, patience=in_all)

    def run_at_once(self, edits: int) -> None:
        """So many edits may run at the same time from now on; those that run go on."""
        self.edits.at_once = edits

    def put(self, job: Job) -> None:
        """Let a job in.

        Raises `QueueFull`, which knows no times, and `ValueError` for an id that is in here already.
        """
        if any(job.id == other.id for line in (self.dialogues, self.edits) for other in line.jobs()):
            raise ValueError(f"Job {job.id} is in the queue already.")
        if isinstance(job, DialogueJob):
            self._admit(job, self.dialogues)
            self.dialogues.append(job)
        else:
            self._admit(job, self.edits)
            self.edits.append(job)

    def _admit(self, job: Job, line: Line[DialogueJob] | Line[EditJob]) -> None:
        others = list[Job](line.jobs())
        mine = [other for other in others if other.user == job.user]
        chat = [other for other in others if other.group == job.group] if job.group is not None else []
        limits: tuple[tuple[list[Job], int, Whose], ...] = (
            (mine, self._per_user, "user"),
            (chat, self._per_group, "chat"),
            (others, self._in_all, "all"),
        )
        for jobs, limit, of in limits:
            if len(jobs) >= limit:
                things = "message" if isinstance(job, DialogueJob) else "picture"
                first = jobs[0].id
                raise QueueFull(Crowd(of, things, len(jobs), first, self.place(first) or 0))

    def take(self) -> Job | None:
        """The next job that may run now, or None: nobody waits, or as many run as may run at once."""
        return self.dialogues.take() or self.edits.take()

    def done(self, job_id: str) -> Job | None:
        """A running job ended."""
        return self.edits.done(job_id) or self.dialogues.done(job_id)

    def put_back(self, job_id: str, alone: bool = False) -> bool:
        """A running job was interrupted: it is the first of its kind to run again.

        `alone`: it may have broken the worker, so no other job of its kind runs beside it.
        """
        return self.edits.put_back(job_id, alone) or self.dialogues.put_back(job_id, alone)

    def is_alone(self, job_id: str) -> bool:
        """Whether the job was put back to run alone."""
        return self.edits.is_alone(job_id) or self.dialogues.is_alone(job_id)

    def cancel(self, job_id: str) -> bool:
        """Take out a *waiting* job; False when no job of that id waits. Running jobs are never touched."""
        return (self.dialogues.remove(job_id) or self.edits.remove(job_id)) is not None

    def places(self) -> Iterator[tuple[str, int]]:
        """Id and place (from 1, in its kind) of all who wait."""
        for line in (self.dialogues, self.edits):
            for place, job in enumerate(line, 1):
                yield job.id, place

    def place(self, job_id: str) -> int | None:
        """The place of a waiting job, from 1; None when no job of that id waits."""
        return next((place for found, place in self.places() if found == job_id), None)

    @property
    def running(self) -> tuple[str, ...]:
        """Ids of the running jobs, oldest first within each kind."""
        return (*self.dialogues.running, *self.edits.running)

    @property
    def waiting(self) -> int:
        return len(self.dialogues) + len(self.edits)

    def drain(self) -> list[Job]:
        """Take out every waiting job."""
        jobs: list[Job] = [*self.dialogues, *self.edits]
        for job in jobs:
            self.cancel(job.id)
        return jobs
