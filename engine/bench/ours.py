"""The engine as the bot uses it, timed from outside: jobs go in, steps and outcomes come out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from engine.config import EngineConfig
from engine.jobs import Decision, DialogueJob, Edited, EditJob, Failed, Outcome, Progress, Refused, Step
from engine.service import LocalEngine


class BenchError(Exception):
    """It can't be measured; the message is one sentence for the admin."""


@dataclass(frozen=True, slots=True)
class Timed:
    """One edit: seconds from its JPEG to the edited JPEG, and when (perf_counter) each step was done."""

    seconds: float
    steps: tuple[float, ...]

    @property
    def loop(self) -> float | None:
        """Seconds of all denoising steps, from the mean of those after the first; None for a single one."""
        if len(self.steps) < 2:
            return None
        return (self.steps[-1] - self.steps[0]) / (len(self.steps) - 1) * len(self.steps)


@asynccontextmanager
async def started(config: EngineConfig) -> AsyncGenerator[LocalEngine]:
    """An engine that is ready. Raises `BenchError` when it does not come up."""
    engine = LocalEngine(config)
    await engine.start()
    try:
        status = await engine.settled()
        if status.state != "ready":
            raise BenchError(status.detail)
        yield engine
    finally:
        await engine.stop()


async def edit(engine: LocalEngine, job: EditJob) -> Timed:
    """Raises `BenchError` unless the picture was painted."""
    steps: list[float] = []

    def note(progress: Progress) -> None:
        if isinstance(progress, Step):
            steps.append(time.perf_counter())

    begun = time.perf_counter()
    outcome = await engine.run(job, note)
    seconds = time.perf_counter() - begun
    if not isinstance(outcome, Edited) or outcome.editor != "diffusion":
        raise BenchError(f"“{job.instruction}” was not painted: {_why(outcome)}.")
    return Timed(seconds, tuple(steps))


async def together(engine: LocalEngine, jobs: list[EditJob]) -> tuple[float, list[Timed]]:
    """Seconds until all are done that were asked for at the same moment."""
    begun = time.perf_counter()
    edits = await asyncio.gather(*(edit(engine, job) for job in jobs))
    return time.perf_counter() - begun, edits


async def ask(engine: LocalEngine, job: DialogueJob) -> float:
    """Seconds until the answer. Raises `BenchError` unless there is one."""
    begun = time.perf_counter()
    outcome = await engine.run(job)
    seconds = time.perf_counter() - begun
    if not isinstance(outcome, Decision):
        raise BenchError(f"A question got no answer: {_why(outcome)}.")
    return seconds


def tick(edits: list[Timed]) -> float | None:
    """Seconds between two ticks of the worker while it had these edits: steps told together are one tick."""
    marks = sorted(mark for each in edits for mark in each.steps)
    if len(marks) < 2:
        return None
    least = (marks[-1] - marks[0]) / len(marks) / 4
    gaps = [later - earlier for earlier, later in pairwise(marks) if later - earlier > least]
    return median(gaps) if gaps else None


def peak_rss(pid: int | None) -> int | None:
    """The most bytes of memory that a process ever held; None where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    found = next((line.split() for line in lines if line.startswith("VmHWM:")), None)
    return int(found[1]) * 1024 if found else None


def _why(outcome: Outcome) -> str:
    match outcome:
        case Failed(error=error):
            return error
        case Refused(sentence=sentence):
            return sentence.rstrip(".")
        case Edited(editor=editor):
            return f"it was done by the {editor} tools"
        case _:
            return type(outcome).__name__
