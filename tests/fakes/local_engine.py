"""A `LocalEngine` on a real worker process with the light models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from engine.config import EngineConfig
from engine.jobs import DialogueJob, EditJob, Outcome, Progress, Step, Turn
from engine.service import LocalEngine


@asynccontextmanager
async def local_engine(folder: Path, **config: Any) -> AsyncIterator[LocalEngine]:
    """Started, and stopped at the end. What the models did is in `folder`/journal."""
    engine = LocalEngine(
        EngineConfig(editor=str(folder / "journal"), **config), models="tests.fakes.models:load"
    )
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()


def journal(folder: Path) -> list[str]:
    return (folder / "journal").read_text(encoding="utf-8").splitlines()


async def eventually(condition: Callable[[], bool]) -> None:
    """For what nobody tells: look until it is so; the test's own time limit ends it otherwise."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def question(name: str, text: str = "hello", user: str = "ann") -> DialogueJob:
    return DialogueJob(name, user, (Turn("user", text),))


def edit(name: str, instruction: str = "steps 1", user: str = "ann") -> EditJob:
    return EditJob(name, user, b"picture of ", instruction, seed=7)


class Watched:
    """A job under way in a task of its own, with the progress that was told."""

    def __init__(self, engine: LocalEngine, job: DialogueJob | EditJob) -> None:
        self.progress: list[Progress] = []
        self._news = asyncio.Event()
        self.task: asyncio.Task[Outcome] = asyncio.ensure_future(engine.run(job, self._note))

    def _note(self, progress: Progress) -> None:
        self.progress.append(progress)
        self._news.set()

    async def until(self, seen: Callable[[Progress], bool]) -> None:
        """Wait for such progress from now on or before."""
        while not any(map(seen, self.progress)):
            self._news.clear()
            await self._news.wait()

    async def stepping(self) -> None:
        await self.until(lambda progress: isinstance(progress, Step))
