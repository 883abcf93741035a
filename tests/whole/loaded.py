"""A bot in a process of its own that says how it bears what it is given.

    async with loaded(folder, discord, telegram) as bot:
        await bot.measure()             # from now on
        strain = await bot.strain()     # until now

As `python -m tests.whole.loaded`, this file is that process: how to live comes as one line of JSON, then a
word a line. A task in its event loop wakes up every 10 ms; how much later it does so is the loop's lag.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TICK = 0.01
LOOK_AT_MEMORY = 1.0


@dataclass(frozen=True, slots=True)
class Strain:
    """Lags of the event loop in seconds: p50, p99, the longest; `memory` of the bot in bytes, once a second.

    A tick that comes late counts as all the ticks that should have come meanwhile, as each of them would have
    been late. `own` is the same without the time in which the thread could have run, but the kernel gave the
    core to others: it tells the bot from a busy machine (Linux only; elsewhere it is equal to `late`).
    `replies` and `jobs`: how many there are in each state.
    """

    late: tuple[float, float, float]
    own: tuple[float, float, float]
    waited: float
    memory: list[int]
    worker: int
    processor_seconds: float
    replies: dict[str, int]
    jobs: dict[str, int]


class Loaded:
    """The bot's process, from outside."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ready(self) -> None:
        assert await self._hears() == {"ready": True}

    async def measure(self) -> None:
        self._tell("measure")
        assert await self._hears() == {"measuring": True}

    async def strain(self) -> Strain:
        self._tell("strain")
        return Strain(**await self._hears())

    async def stop(self) -> int:
        self._tell("stop")
        return await self._process.wait()

    def _tell(self, what: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(what.encode() + b"\n")

    async def _hears(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), 120)
        assert line, "the bot's process is gone; its log says why"
        return json.loads(line)


@asynccontextmanager
async def loaded(folder: Path, discord: tuple[str, str], telegram: tuple[str, str]) -> AsyncIterator[Loaded]:
    """`discord` and `telegram`: address and token of the server there. The log is `folder`/log."""
    with (folder / "log").open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.whole.loaded"),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            limit=1 << 20,
        )
    assert process.stdin is not None
    process.stdin.write(
        json.dumps({"folder": str(folder), "discord": discord, "telegram": telegram}).encode() + b"\n"
    )
    try:
        bot = Loaded(process)
        await bot.ready()
        yield bot
        assert await bot.stop() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


# ---------------------------------------------------------------- in the bot's process


class Gauge:
    """Ticks, and looks at the memory, since `begin`."""

    def __init__(self) -> None:
        import psutil

        self._process = psutil.Process()
        self.begin()

    def begin(self) -> None:
        self.late: list[float] = []
        self.own: list[float] = []
        self.memory: list[int] = []
        self._began = time.process_time()
        self._waited = _waited_for_a_core()

    async def tick(self) -> None:
        loop = asyncio.get_running_loop()
        due, look, waited = loop.time() + TICK, 0.0, _waited_for_a_core()
        while True:
            await asyncio.sleep(due - loop.time())
            now, before, waited = loop.time(), waited, _waited_for_a_core()
            late = now - due
            self.late += _ticks(late)
            self.own += _ticks(late - (waited - before))
            due = now + TICK
            if now > look:
                look = now + LOOK_AT_MEMORY
                self.memory.append(self._process.memory_info().rss)

    def strain(self, replies: dict[str, int], jobs: dict[str, int]) -> Strain:
        worker = sum(child.memory_info().rss for child in self._process.children(recursive=True))
        return Strain(
            late=_three(self.late),
            own=_three(self.own),
            waited=_waited_for_a_core() - self._waited,
            memory=self.memory,
            worker=worker,
            processor_seconds=time.process_time() - self._began,
            replies=replies,
            jobs=jobs,
        )


def _ticks(late: float) -> list[float]:
    """How late the tick was, and each that should have come meanwhile."""
    found = [max(late, 0.0)]
    while (late := late - TICK) > 0:
        found.append(late)
    return found


def _three(late: list[float]) -> tuple[float, float, float]:
    late = sorted(late)
    return late[len(late) // 2], late[len(late) * 99 // 100], late[-1]


def _waited_for_a_core() -> float:
    """Seconds that this thread was ready to run and did not (https://docs.kernel.org/scheduler/sched-stats)."""
    try:
        with open(f"/proc/self/task/{threading.get_native_id()}/schedstat", "rb") as file:  # noqa: PTH123
            return int(file.read().split()[1]) / 1e9
    except FileNotFoundError:
        return 0.0


async def _run(how: dict[str, Any]) -> None:
    import logging

    from bot import allocator
    from bot.app import App
    from bot.settings import Admin, Limits, Settings, Telegram, Web
    from engine.config import EngineConfig
    from engine.service import LocalEngine
    from tests.adapters.aftermath import books
    from tests.fakes.discord_wire import point_at

    allocator.give_back_what_is_freed()  # as `bot.app.run` does
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    point_at(how["discord"][0])
    os.environ.update(DISCORD_TOKEN=how["discord"][1], TELEGRAM_TOKEN=how["telegram"][1])
    limits = Limits(
        waiting_per_group=1000, waiting_in_all=1000
    )  # a crowd is let in, to see that it is served
    settings = Settings(
        data_dir=Path(how["folder"]) / "data",
        web=Web(enabled=False),
        admin=Admin(enabled=False),
        telegram=Telegram(api_url=how["telegram"][0]),
        limits=limits,
    )
    config = EngineConfig(waiting_per_group=1000, waiting_in_all=1000)
    words: asyncio.Queue[str] = asyncio.Queue()
    asyncio.get_running_loop().add_reader(
        0, lambda: [words.put_nowait(word) for word in os.read(0, 4096).decode().split() or ["stop"]]
    )
    async with App(settings, LocalEngine(config, "tests.fakes.crowd:load")) as app:
        gauge = Gauge()
        ticking = asyncio.create_task(gauge.tick())
        _say({"ready": True})
        while (word := await words.get()) != "stop":
            if word == "measure":
                gauge.begin()
                _say({"measuring": True})
            elif word == "strain":
                found = await books(app.store)
                _say(asdict(gauge.strain(found.replies, found.jobs)))
        ticking.cancel()


def _say(what: dict[str, Any]) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def _line() -> str:
    """Unbuffered: what follows is read by the event loop."""
    line = b""
    while (byte := os.read(0, 1)) not in (b"\n", b""):
        line += byte
    return line.decode()


if __name__ == "__main__":
    asyncio.run(_run(json.loads(_line())))
