"""Whatever becomes of a job, the observer hears of it once, with its class; a restart is never unseen."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections import Counter
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path

import pytest

from engine.config import EngineConfig
from engine.jobs import Cancelled, Death, Edited, Failed, Kind, Observer, Outcome, QueueFull
from engine.messages import LookedUp, Worked
from engine.service import LocalEngine
from tests.fakes.local_engine import Watched, edit, eventually, local_engine, question

conversation: ContextVar[str | None] = ContextVar("conversation", default=None)


class Notes(Observer):
    """Everything that was told."""

    def __init__(self, engine: LocalEngine) -> None:
        self.away: list[Kind] = []
        self.waits: list[tuple[Kind, float]] = []
        self.batches: list[tuple[Kind, int, float]] = []
        self.ends: list[tuple[Kind, Outcome, float | None]] = []
        self.restarts: list[Death] = []
        self.looks: Counter[tuple[str, str]] = Counter()
        engine.observe(self)

    def turned_away(self, kind: Kind) -> None:
        self.away.append(kind)

    def waited(self, kind: Kind, seconds: float) -> None:
        self.waits.append((kind, seconds))

    def worked(self, kind: Kind, batch: int, seconds: float) -> None:
        self.batches.append((kind, batch, seconds))

    def looked_up(self, hits: Mapping[str, int], misses: Mapping[str, int]) -> None:
        self.looks.update({(cache, "hit"): count for cache, count in hits.items()})
        self.looks.update({(cache, "miss"): count for cache, count in misses.items()})

    def ended(self, kind: Kind, outcome: Outcome, seconds: float | None) -> None:
        self.ends.append((kind, outcome, seconds))

    def restarted(self, cause: Death) -> None:
        self.restarts.append(cause)


async def test_jobs_steps_and_waits_are_told(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        notes = Notes(engine)
        answered = await engine.run(question("q"))
        (tmp_path / "go").touch()
        edited = await engine.run(edit("e", f"ask {tmp_path / 'go'}"))
        assert [(kind, outcome) for kind, outcome, _ in notes.ends] == [
            ("dialogue", answered),
            ("edit", edited),
        ]
        assert all(seconds is not None and seconds > 0 for _, _, seconds in notes.ends)
        assert [kind for kind, _ in notes.waits] == ["dialogue", "edit"]
        assert [(kind, batch) for kind, batch, _ in notes.batches] == [("dialogue", 1), ("edit", 1)]
        assert notes.restarts == []


async def test_messages_answered_together_are_one_batch(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        notes = Notes(engine)
        await engine.settled()
        first = Watched(engine, question("first", "slow"))  # the others come while it is answered
        others = [question(f"q{number}", user=f"user{number}") for number in range(3)]
        await asyncio.gather(first.task, *map(engine.run, others))
        assert sum(batch for _, batch, _ in notes.batches) == 4
        assert len(notes.batches) < 4


async def test_a_batch_of_edits_is_one_step(tmp_path: Path):
    engine = LocalEngine(EngineConfig())
    notes = Notes(engine)
    messages = [
        (Worked("edit", 2, 0.5), 10.5),
        (Worked("edit", 1, 0.25), 11.25),
        (LookedUp({"text": 2}, {"text": 1, "picture": 3}), 11.3),
    ]
    engine._set("ready", "")
    for message, at in messages:
        engine._on_message(message, at)
    assert notes.batches == [("edit", 2, 0.5), ("edit", 1, 0.25)]
    assert notes.looks == {("text", "hit"): 2, ("text", "miss"): 1, ("picture", "miss"): 3}


@pytest.mark.parametrize(
    ("fault", "cause"),
    [("raise", "error"), ("garbage", "error"), ("oom", "out_of_memory"), ("die", "died"), ("cuda", "device")],
)
async def test_a_failure_has_its_class(tmp_path: Path, fault: str, cause: str):
    async with local_engine(tmp_path) as engine:
        notes = Notes(engine)
        outcome = await engine.run(edit("bad", fault))
        assert isinstance(outcome, Failed)
        assert outcome.cause == cause
        assert [(kind, seen) for kind, seen, _ in notes.ends] == [("edit", outcome)]
        assert notes.restarts == ([cause] if cause in {"died", "device"} else [])


async def test_time_out_and_a_hang_are_told_apart(tmp_path: Path):
    async with local_engine(tmp_path, soft_seconds=0.05, hard_seconds=1.0) as engine:
        notes = Notes(engine)
        slow = await engine.run(edit("slow", f"until {tmp_path / 'never'}"))
        hung = await engine.run(edit("hung", "hang"))
        assert isinstance(slow, Failed)
        assert isinstance(hung, Failed)
        assert (slow.cause, hung.cause) == ("time_out", "hung")
        assert notes.restarts == ["hung"]


async def test_cancelled_turned_away_and_stopped_jobs_are_told(tmp_path: Path):
    async with local_engine(tmp_path, waiting_per_user=3) as engine:
        notes = Notes(engine)
        running = [Watched(engine, edit(f"e{n}", f"until {tmp_path / 'never'}")) for n in range(2)]
        await running[1].stepping()
        waiting = Watched(engine, edit("waiting"))
        await asyncio.sleep(0)
        with pytest.raises(QueueFull):
            await engine.run(edit("too much"))
        assert notes.away == ["edit"]
        engine.cancel("waiting")
        await waiting.task
        assert notes.ends == [("edit", Cancelled(), None)]
        running[0].task.cancel()
        await asyncio.gather(running[0].task, return_exceptions=True)
        assert notes.ends[-1][1] == Cancelled()
        await engine.stop()
        outcome = await running[1].task
        assert isinstance(outcome, Failed)
        assert outcome.cause == "stopped"
        assert len(notes.ends) == 3


async def test_weights_that_are_missing_have_a_class_of_their_own(tmp_path: Path):
    async with local_engine(tmp_path, dialogue="no-weights") as engine:
        notes = Notes(engine)
        await engine.settled()
        outcome = await engine.run(question("late"))
        assert isinstance(outcome, Failed)
        assert outcome.cause == "unable"
        assert [seconds for _, _, seconds in notes.ends] == [None]
        assert notes.restarts == [], "nobody tries again"


async def test_a_worker_killed_from_outside_is_a_restart_and_no_failure(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        notes = Notes(engine)
        await engine.settled()
        assert engine.worker_pid is not None
        os.kill(engine.worker_pid, signal.SIGKILL)
        await eventually(lambda: engine.status().state == "restarting")
        assert isinstance(await engine.run(edit("next")), Edited)
        assert notes.restarts == ["died"]
        assert [type(outcome) for _, outcome, _ in notes.ends] == [Edited]


async def test_lines_about_a_job_are_written_where_it_was_asked_for(tmp_path: Path):
    """Those of the worker, too: it sends them to the parent."""
    seen: dict[str, str | None] = {}

    class Context(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen[record.getMessage()] = conversation.get()

    async def asked(name: str, instruction: str) -> Outcome:
        conversation.set(f"c-{name}")
        return await engine.run(edit(name, instruction, user=name))

    handler = Context()
    logging.getLogger("engine").addHandler(handler)
    try:
        async with local_engine(tmp_path, dialogue="no-free") as engine:
            await asyncio.gather(*(asyncio.create_task(asked(name, "oom")) for name in ("a", "b")))
    finally:
        logging.getLogger("engine").removeHandler(handler)
    assert seen["job a failed: MemoryError: too big"] == "c-a"
    freed = "memory could not be freed after job {}: RuntimeError: can't be freed"
    assert (seen[freed.format("a")], seen[freed.format("b")]) == ("c-a", "c-b")
