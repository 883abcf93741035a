"""How long the worker has spent on each job: the time when it was turned to that job alone, and the job's
share of the time when it was turned to several together."""

from __future__ import annotations


class WorkClock:
    """Jobs share one worker, so a wall clock would blame the innocent. Times: seconds of a steady clock."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._spent: dict[str, float] = {}
        self._rounds: dict[str, int] = {}
        self._since = 0.0
        self.working: tuple[str, ...] = ()

    def allow(self, job_id: str, rounds: int) -> None:
        """A job of so many rounds may take the limit for each of them."""
        self._rounds[job_id] = rounds

    def turn(self, job_ids: tuple[str, ...], now: float) -> None:
        """The worker turns to these jobs; to none: it is idle, or has just been given something."""
        for job_id in self.working:
            share = (now - self._since) / len(self.working)
            self._spent[job_id] = self._spent.get(job_id, 0.0) + share
        self.working = job_ids
        self._since = now

    def end(self, job_id: str, now: float) -> float:
        """The job is over; returns the seconds spent on it."""
        self.turn(tuple(other for other in self.working if other != job_id), now)
        self._rounds.pop(job_id, None)
        return self._spent.pop(job_id, 0.0)

    def deadline(self) -> float:
        """When the worker has spent the limit on what it does now, or was silent for as long.

        What a job has left of it is left in full to what it is part of now: a hang of many together must not
        take as many times longer to be seen.
        """
        left = (
            self._limit * self._rounds.get(job_id, 1) - self._spent.get(job_id, 0.0)
            for job_id in self.working
        )
        return self._since + min(left, default=self._limit)

    def reset(self) -> None:
        self._spent.clear()
        self._rounds.clear()
        self.working = ()
