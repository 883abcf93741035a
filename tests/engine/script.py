"""A worker's inbox whose messages come at planned moments: a test needs neither threads nor a clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from queue import Empty

from engine.jobs import Cancelled, Job, Outcome, Step
from engine.messages import Cancel, Finished, FromWorker, Progressed, Stop
from engine.models import Models
from engine.worker import Server

Message = Job | Cancel | Stop


class Script:
    """Moments are looks into the inbox, from 0. When all was said and nothing is left to do it says stop."""

    def __init__(self, moments: Mapping[int, Sequence[Message]], looked: Callable[[], None]) -> None:
        self._moments = {moment: list(messages) for moment, messages in moments.items()}
        self._now = -1
        self._looked = looked

    def get(self, block: bool = True) -> Message:
        self._looked()
        self._now += 1
        if block and not self._moments.get(self._now):
            self._now = min((moment for moment in self._moments if moment > self._now), default=-1)
            if self._now < 0:
                return Stop()
        return self.get_nowait()

    def get_nowait(self) -> Message:
        if not self._moments.get(self._now):
            self._moments.pop(self._now, None)
            raise Empty
        return self._moments[self._now].pop(0)


class Served:
    """What a worker said from its first message to its last."""

    def __init__(
        self,
        models: Models,
        moments: Mapping[int, Sequence[Message]],
        looked: Callable[[], None] = lambda: None,
        soft_seconds: float = 1e9,
    ) -> None:
        self.said: list[FromWorker] = []
        inbox = Script(moments, looked)
        Server(models, inbox, self.said.append, soft_seconds).serve()  # type: ignore[arg-type]

    @property
    def outcomes(self) -> dict[str, Outcome]:
        ended = [each for each in self.said if isinstance(each, Finished)]
        found = {each.job_id: each.outcome for each in ended}
        assert len(found) == len(ended), "a job ended twice"
        return found

    @property
    def cancelled(self) -> set[str]:
        return {job_id for job_id, outcome in self.outcomes.items() if outcome == Cancelled()}

    def steps(self, job_id: str) -> list[Step]:
        return [each.step for each in self.said if isinstance(each, Progressed) and each.job_id == job_id]
