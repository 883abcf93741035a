"""The fair queue: who is next, who has to wait, and for how long. Pure and synchronous.

Messages go before pictures. Within each kind people take turns: everyone's oldest job stands in one round,
whoever was served goes to its end, and nobody is served twice in a row while another waits. Each turn moves
everyone in the round one place up, so nobody starves, however many others come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

from engine.jobs import DialogueJob, EditJob, Job, QueueFull

J = TypeVar("J", bound=Job)

EDITS_AT_ONCE = 2  # until the worker says what suits its device
DIALOGUES_AT_ONCE = 8  # answered in one batch
AVERAGE_WEIGHT = 0.25  # of the newest edit in the moving average of seconds per edit


class Line(Generic[J]):
    """The jobs of one kind: waiting ones in turn by user, and the `limit` that may run at the same time."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._waiting: dict[str, deque[J]] = {}  # in the order in which the users take turns
        self._last: str | None = None
        self._alone: set[str] = set()
        self.running: dict[str, J] = {}

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def __iter__(self) -> Iterator[J]:
        """The waiting jobs in the order in which they would be served."""
        waiting = {user: deque(jobs) for user, jobs in self._waiting.items()}
        last = self._last
        while waiting:
            job = _next(waiting, last)
            last = job.user
            yield job

    def jobs(self) -> Iterator[J]:
        """Waiting and running, in no order."""
        yield from self.running.values()
        for jobs in self._waiting.values():
            yield from jobs

    def append(self, job: J) -> None:
        self._waiting.setdefault(job.user, deque()).append(job)

    def take(self) -> J | None:
        following = next(iter(self), None)
        if following is None or len(self.running) >= self.limit:
            return None
        if self.running and self._alone & {following.id, *self.running}:
            return None
        job = _next(self._waiting, self._last)
        self._last = job.user
        self.running[job.id] = job
        return job

    def done(self, job_id: str) -> J | None:
        self._alone.discard(job_id)
        return self.running.pop(job_id, None)

    def put_back(self, job_id: str, alone: bool) -> bool:
        job = self.running.pop(job_id, None)
        if job is None:
            return False
        if alone:
            self._alone.add(job_id)
        mine = self._waiting.pop(job.user, deque())
        mine.appendleft(job)
        self._waiting = {job.user: mine, **self._waiting}
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
                    self._alone.discard(job_id)
                    return job
        return None


def _next(waiting: dict[str, deque[J]], last: str | None) -> J:
    """Take the next job out of `waiting`, whose first user has the turn unless they had the `last` one."""
    user = next((user for user in waiting if user != last), last)
    assert user is not None, "nobody waits"
    jobs = waiting.pop(user)
    job = jobs.popleft()
    if jobs:
        waiting[user] = jobs
    return job


class FairQueue:
    """All jobs that were let in and are not done: waiting and running. Job ids are unique among them."""

    def __init__(self, per_user: int, per_group: int, in_all: int) -> None:
        self._per_user = per_user
        self._per_group = per_group
        self._in_all = in_all
        self._dialogues = Line[DialogueJob](DIALOGUES_AT_ONCE)
        self._edits = Line[EditJob](EDITS_AT_ONCE)
        self._average: float | None = None

    def run_at_once(self, edits: int) -> None:
        """So many edits may run at the same time from now on; those that run go on."""
        self._edits.limit = edits

    def put(self, job: Job) -> None:
        """Let a job in.

        Raises `QueueFull` with a sentence for the person, and `ValueError` for an id that is in here already.
        """
        if any(job.id == other.id for line in (self._dialogues, self._edits) for other in line.jobs()):
            raise ValueError(f"Job {job.id} is in the queue already.")
        if isinstance(job, DialogueJob):
            self._admit(job, list(self._dialogues.jobs()))
            self._dialogues.append(job)
        else:
            self._admit(job, list(self._edits.jobs()))
            self._edits.append(job)

    def _admit(self, job: Job, others: list[Job]) -> None:
        things = "messages" if isinstance(job, DialogueJob) else "pictures"
        mine = [other for other in others if other.user == job.user]
        if len(mine) >= self._per_user:
            raise QueueFull(
                f"{self._in_line(mine, f'of your {things}')}; please send the next one when that is done."
            )
        group = [other for other in others if other.group == job.group] if job.group is not None else []
        if len(group) >= self._per_group:
            raise QueueFull(f"{self._in_line(group, f'{things} from this chat')}; please try again then.")
        if len(others) >= self._in_all:
            raise QueueFull(f"{self._in_line(others, things)}; please try again then.")

    def _in_line(self, jobs: list[Job], whose: str) -> str:
        """Who waits and how long: "3 of your pictures are still in the line (about 40 seconds)"."""
        line = f"{len(jobs)} {whose} {'are' if len(jobs) > 1 else 'is'} still in the line"
        ids = {job.id for job in jobs}
        if self._average is None or not any(isinstance(job, EditJob) for job in jobs):
            return line
        running = self._average * len(self._edits.running)
        waits = max((eta or running for job_id, _, eta in self.places() if job_id in ids), default=running)
        return f"{line} ({_about(waits)})"

    def take(self) -> Job | None:
        """The next job that may run now, or None: nobody waits, or as many run as may run at once."""
        return self._dialogues.take() or self._edits.take()

    def done(self, job_id: str, seconds: float | None = None) -> Job | None:
        """A running job ended; `seconds` of work go into the average when it was an edit that was made."""
        edit = self._edits.done(job_id)
        if edit is not None and seconds is not None:
            old = self._average if self._average is not None else seconds
            self._average = old + AVERAGE_WEIGHT * (seconds - old)
        return edit or self._dialogues.done(job_id)

    def put_back(self, job_id: str, alone: bool = False) -> bool:
        """A running job was interrupted: it is the first of its kind to run again.

        `alone`: it may have broken the worker, so no other job of its kind runs beside it.
        """
        return self._edits.put_back(job_id, alone) or self._dialogues.put_back(job_id, alone)

    def is_alone(self, job_id: str) -> bool:
        """Whether the job was put back to run alone."""
        return self._edits.is_alone(job_id) or self._dialogues.is_alone(job_id)

    def cancel(self, job_id: str) -> bool:
        """Take out a *waiting* job; False when no job of that id waits. Running jobs are never touched."""
        return (self._dialogues.remove(job_id) or self._edits.remove(job_id)) is not None

    def places(self) -> Iterator[tuple[str, int, float | None]]:
        """Id, place (from 1, in its kind) and seconds until it is done (None: not known) of all who wait."""
        for place, job in enumerate(self._dialogues, 1):
            yield job.id, place, None
        for place, job in enumerate(self._edits, 1):
            yield job.id, place, self._eta(place)

    def place(self, job_id: str) -> int | None:
        """The place of a waiting job, from 1; None when no job of that id waits."""
        return next((place for found, place, _ in self.places() if found == job_id), None)

    def _eta(self, place: int) -> float | None:
        return None if self._average is None else self._average * (len(self._edits.running) + place)

    @property
    def running(self) -> tuple[str, ...]:
        """Ids of the running jobs, oldest first within each kind."""
        return (*self._dialogues.running, *self._edits.running)

    @property
    def waiting(self) -> int:
        return len(self._dialogues) + len(self._edits)

    def drain(self) -> list[Job]:
        """Take out every waiting job."""
        jobs: list[Job] = [*self._dialogues, *self._edits]
        for job in jobs:
            self.cancel(job.id)
        return jobs


def _about(seconds: float) -> str:
    if seconds < 55:
        return f"about {max(5, round(seconds / 5) * 5)} seconds"
    minutes = max(1, round(seconds / 60))
    return f"about {minutes} minute{'s' if minutes > 1 else ''}"
