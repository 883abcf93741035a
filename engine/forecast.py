"""When edits will be done, from the measured time of a step and the steps that are left. Pure: no clock.

An edit is a head (reading, encoding), its steps, and a tail (decoding, merging, writing); an exact edit is
all head. Several may run at once, in turns or in one batch, so a step's time is kept for each number of them:
what is measured is how long an edit waits from one of its steps to its next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from engine.jobs import EditJob, Waiting

NEWEST = 0.25  # weight of the newest measurement in a moving average


@dataclass(slots=True)
class UnderWay:
    """An edit that the worker has. `step` of `steps` was done at `at`, with so many edits `together`."""

    rounds: int
    began: float
    at: float
    step: int = 0
    steps: int | None = None
    together: int = 0


class Forecast:
    """Times are seconds of any steady clock."""

    def __init__(self) -> None:
        self._step: dict[int, float] = {}  # seconds from step to step, by how many edits run at once
        self._head: float | None = None
        self._tail: float | None = None
        self._steps: float | None = None  # of one round; a mean, as exact edits take none
        self._under_way: dict[str, UnderWay] = {}

    def warmed_up(self, step_seconds: float, steps: int) -> None:
        """What the warm-up measured, with one edit; it holds until an edit of somebody's says better."""
        self._step.setdefault(1, step_seconds)
        if self._steps is None:
            self._steps = float(steps)

    def begin(self, job: EditJob, now: float) -> None:
        """The worker was given the job."""
        self._under_way[job.id] = UnderWay(1 + len(job.earlier), now, now)

    def step(self, job_id: str, step: int, steps: int, now: float) -> None:
        """The job has done a step."""
        edit = self._under_way.get(job_id)
        if edit is None:
            return
        together = len(self._under_way)
        if step == edit.step + 1 and together == edit.together:
            took = now - edit.at
            self._step[together] = _mean(self._step.get(together), took)
            if edit.step == 1:  # the first step took as long as this one; what went before it was the head
                self._head = _mean(self._head, max(0.0, edit.at - edit.began - took))
        edit.step, edit.steps, edit.at, edit.together = step, steps, now, together

    def end(self, job_id: str, now: float, made: bool) -> None:
        """The worker has the job no more; `made`: it came to its end."""
        edit = self._under_way.pop(job_id, None)
        if edit is None or not made:
            return
        self._steps = _mean(self._steps, edit.step / edit.rounds)
        if edit.step == 0:
            self._head = _mean(self._head, now - edit.began)
        self._tail = _mean(self._tail, now - edit.at if edit.step else 0.0)

    def left(self, job_id: str, now: float) -> float | None:
        """Seconds until a job that the worker has is done; None while nothing has been measured."""
        edit = self._under_way.get(job_id)
        if edit is None:
            return None
        if edit.steps is None:
            whole = self._whole(edit.rounds, len(self._under_way))
            return None if whole is None else max(0.0, whole - (now - edit.began))
        pace = self._pace()
        if pace is None:
            return None
        return max(0.0, (edit.steps - edit.step) * pace - (now - edit.at)) + (self._tail or 0.0)

    def etas(self, waiting: Iterable[EditJob], at_once: int, now: float) -> dict[str, float]:
        """Seconds until each edit is done, waiting or not, as far as anything is known."""
        jobs = list(waiting)
        etas: dict[str, float | None] = {job_id: self.left(job_id, now) for job_id in self._under_way}
        etas |= zip((job.id for job in jobs), self.waits(jobs, at_once, now), strict=True)
        return {job_id: eta for job_id, eta in etas.items() if eta is not None}

    def waits(self, jobs: Iterable[EditJob], at_once: int, now: float) -> list[float] | list[None]:
        """Seconds until each of the waiting jobs is done, which begin in this order as others end."""
        waiting = list(jobs)
        busy = [self.left(job_id, now) or 0.0 for job_id in self._under_way]
        slots = [*busy, *(0.0 for _ in range(at_once - len(busy)))]
        heapify(slots)
        together = min(at_once, len(busy) + len(waiting))
        ends: list[float] = []
        for job in waiting:
            whole = self._whole(1 + len(job.earlier), together)
            if whole is None:
                return [None] * len(waiting)
            ends.append(heappop(slots) + whole)
            heappush(slots, ends[-1])
        return ends

    def _whole(self, rounds: int, together: int) -> float | None:
        """Seconds that an edit takes beside others, `together` in all."""
        if self._steps is None:
            return None
        pace = self._pace(together)
        if pace is None:
            return None if self._steps else (self._head or 0.0)
        return (self._head or 0.0) + rounds * self._steps * pace + (self._tail or 0.0)

    def _pace(self, together: int | None = None) -> float | None:
        """Seconds from step to step; where never measured as if edits took turns, the most it can be."""
        together = together or max(1, len(self._under_way))
        if together in self._step or not self._step:
            return self._step.get(together)
        known = min(self._step, key=lambda count: abs(count - together))
        return self._step[known] * together / known


def _mean(old: float | None, newest: float) -> float:
    return newest if old is None else old + NEWEST * (newest - old)


def is_news(told: Waiting | None, state: Waiting) -> bool:
    """Another place, or a time so different that other words are worth it: no jitter."""
    if told is None or told.place != state.place:
        return True
    if told.eta is None or state.eta is None:
        return told.eta is not state.eta
    return not 0.75 * told.eta <= state.eta <= 1.5 * told.eta
