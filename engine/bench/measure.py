"""The measures of the engine, ours and stock in turns, so that a busy machine hurts both."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from statistics import median
from typing import Any

import torch

from engine.bench import ours
from engine.bench.material import dialogue_job, edit_job
from engine.bench.ours import Timed
from engine.bench.report import spread
from engine.bench.stock import Stock
from engine.config import EngineConfig
from engine.device import Compute, choose
from engine.editing.editor import Editor
from engine.jobs import EditJob
from engine.models import threads_for
from engine.service import LocalEngine
from engine.sources import resolve

BESIDE = 2
"""Edits under way while questions are asked."""

Results = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure. `size` is that of the pictures sent, in pixels (width, height)."""

    config: EngineConfig
    size: tuple[int, int]
    repeat: int = 3
    waiting: tuple[int, ...] = (1, 2, 4, 8, 16)
    questions: int = 40
    edits: bool = True
    dialogue: bool = True
    say: Callable[[str], None] = field(default=lambda _: None)


def measure(plan: Plan) -> Results:
    """Run the plan. Raises `BenchError` and `EngineError` with one sentence."""
    return asyncio.run(_Bench(plan).run())


class _Bench:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._numbers = count()
        self._compute = choose(plan.config.device)
        self._memory = _Memory(self._compute)

    async def run(self) -> Results:
        plan, config = self._plan, self._plan.config
        folders = [resolve("dialogue", config.dialogue), resolve("editor", config.editor)]
        worker_threads = config.threads or threads_for(*folders)
        results: Results = {
            "threads": {"worker": worker_threads},
            "picture": list(plan.size),
        }
        plan.say("Starting the worker.")
        async with ours.started(config) as engine:
            await ours.edit(engine, self._job())  # not counted: what comes first is slower
            if plan.edits:
                stock = self._stock()
                results["steps"], results["looks"] = stock.steps, stock.looks
                results["threads"]["stock"] = stock.quickest({worker_threads, os.cpu_count() or 1}, self._job)
                results["alone"] = await self._alone(engine, stock)
                results["waiting"] = [await self._waiting(engine, stock, n) for n in plan.waiting]
            if plan.dialogue:
                results["dialogue"] = await self._dialogue(engine)
            results["memory"] = self._memory.read(engine.worker_pid)
        return results

    def _job(self) -> EditJob:
        return edit_job(next(self._numbers), self._plan.size)

    def _stock(self) -> Stock:
        self._plan.say("Loading the stock pipeline.")
        config = self._plan.config
        guidance = (config.text_guidance, config.image_guidance)
        folder = resolve("editor", config.editor, config.editor_revision)
        return Stock(Editor.load(folder, *self._compute, config.steps, *guidance))

    async def _alone(self, engine: LocalEngine, stock: Stock) -> Results:
        times: dict[str, list[Timed]] = {"ours": []} | {name: [] for name in stock.variants()}
        for turn in range(self._plan.repeat):
            self._plan.say(f"One edit alone, {turn + 1} of {self._plan.repeat}.")
            times["ours"].append(await ours.edit(engine, self._job()))
            for name, looks in stock.variants().items():
                times[name].append(stock.edit([self._job()], looks))
        return {name: _edit_times(edits) for name, edits in times.items()}

    async def _waiting(self, engine: LocalEngine, stock: Stock, waiting: int) -> Results:
        """Edits per minute; no batch where that is too large for the memory."""
        rates: dict[str, list[float]] = {}
        for turn in range(self._plan.repeat):
            self._plan.say(f"{waiting} waiting, {turn + 1} of {self._plan.repeat}.")
            jobs = [self._job() for _ in range(waiting)]
            seconds, _ = await ours.together(engine, jobs)
            rates.setdefault("ours", []).append(60 * waiting / seconds)
            for name, looks in stock.variants().items():
                one_by_one = sum(stock.edit([job], looks).seconds for job in jobs)
                rates.setdefault(name, []).append(60 * waiting / one_by_one)
                batch = stock.batch(jobs, looks)
                if batch is not None:
                    rates.setdefault(f"{name}_batch", []).append(60 * waiting / batch.seconds)
        return {"waiting": waiting} | {name: median(each) for name, each in rates.items()}

    async def _dialogue(self, engine: LocalEngine) -> Results:
        """Latency of questions, one after the other: alone, and while edits are always under way."""
        questions = range(self._plan.questions)
        self._plan.say(f"{len(questions)} questions alone, then as many beside edits.")
        alone = [await ours.ask(engine, dialogue_job(number)) for number in questions]
        _, edits = await ours.together(engine, [self._job() for _ in range(BESIDE)])
        step = ours.tick(edits) or median(each.seconds for each in edits)
        async with _busy(engine, self._job):
            beside: list[float] = []
            pauses = random.Random(0)
            for number in questions:
                await asyncio.sleep(step * pauses.random())  # a question comes at any moment of a step
                beside.append(await ours.ask(engine, dialogue_job(number)))
        return {
            "edits_beside": BESIDE,
            "step_ms": 1000 * step,
            "alone": spread(alone),
            "beside_edits": spread(beside),
        }


@contextlib.asynccontextmanager
async def _busy(engine: LocalEngine, job: Callable[[], EditJob]) -> AsyncGenerator[None]:
    """`BESIDE` edits under way all the time. Raises `BenchError` if one of them can't be done."""

    async def one_after_the_other() -> None:
        while True:
            await ours.edit(engine, job())

    tasks = [asyncio.create_task(one_after_the_other()) for _ in range(BESIDE)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


def _edit_times(edits: Sequence[Timed]) -> Results:
    loops = [loop for each in edits if (loop := each.loop) is not None]
    seconds = [each.seconds for each in edits]
    return {
        "edit_s": median(seconds),
        "loop_s": median(loops) if loops else None,
        "edits_s": [round(each, 4) for each in seconds],
    }


class _Memory:
    """Bytes that the worker took at most; on a card what all processes but this one took since now."""

    def __init__(self, compute: Compute) -> None:
        self._on_card = compute.device.type == "cuda"
        self._before = self._others() if self._on_card else 0

    def _others(self) -> int:
        torch.cuda.init()
        free, whole = torch.cuda.mem_get_info()
        return whole - free - torch.cuda.memory_reserved()

    def read(self, worker: int | None) -> Results:
        found: Results = {"worker_rss": ours.peak_rss(worker), "stock_rss": ours.peak_rss(os.getpid())}
        if self._on_card:
            found["worker_card"] = self._others() - self._before
            found["stock_card"] = torch.cuda.max_memory_allocated()
        return found
