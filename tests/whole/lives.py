"""Bots that are born quickly and die suddenly: a process that has imported all of it forks one for each life.

    async with lives(folder, telegram.token, telegram.url) as births:
        life = await births.begin()
        life.die_after(1000)            # lines of bot/, adapters/ and engine/ from now on
        await life.ended()              # or life.kill(), or life.stop()

As `python -m tests.whole.lives`, this file is that process. It reads one JSON object a line: how to live.
What the bot imports is imported in functions, as the engine's worker imports this file, too.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[2]
OURS = tuple(str(ROOT / house) + os.sep for house in ("bot", "adapters", "engine"))


class Life:
    """One bot, from its birth to its death."""

    def __init__(self, pid: int, lives: asyncio.subprocess.Process, journal: Path) -> None:
        self.pid = pid
        self._lives = lives
        self._journal = journal

    def die_after(self, lines: int) -> None:
        """Kill itself when so many more lines have run."""
        self._tell(f"die {lines}")

    async def lines(self) -> int:
        """How many lines have run so far."""
        self._tell("lines")
        return int((await self._hears()).split()[1])

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    async def stop(self) -> int:
        self._tell("stop")
        return await self.ended()

    async def ended(self) -> int:
        """Wait for the end; the exit status as `waitpid` has it."""
        while not (heard := await self._hears()).startswith("ended"):
            pass
        return int(heard.split()[1])

    def _tell(self, what: str) -> None:
        assert self._lives.stdin is not None
        self._lives.stdin.write(what.encode() + b"\n")

    async def _hears(self) -> str:
        assert self._lives.stdout is not None
        line = (await asyncio.wait_for(self._lives.stdout.readline(), 120)).decode()
        assert line, "the process of the lives is gone"
        return line


class Lives:
    """Begins one life after the other, on the same data folder."""

    def __init__(self, folder: Path, process: asyncio.subprocess.Process, token: str, url: str) -> None:
        self.folder = folder
        self.journal = folder / "journal"
        self._process = process
        self._how = {"folder": str(folder), "url": url, "token": token}

    async def begin(self, die_after: int | None = None) -> Life:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({**self._how, "die_after": die_after}).encode() + b"\n")
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), 60)
        return Life(int(line.split()[1]), self._process, self.journal)


@asynccontextmanager
async def lives(folder: Path, token: str, url: str) -> AsyncIterator[Lives]:
    with (folder / "log").open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.whole.lives"),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    try:
        yield Lives(folder, process, token, url)
    finally:
        assert process.stdin is not None
        process.stdin.close()  # a life that is left hears it, and ends
        await process.wait()


# ---------------------------------------------------------------- in the process that forks


def main() -> None:
    from multiprocessing import resource_tracker

    import adapters.telegram.adapter
    import bot.app

    adapters.telegram.adapter.certificates()
    assert bot.app
    resource_tracker.ensure_running()  # one for all lives
    while line := _line():
        pid = os.fork()
        if pid == 0:
            _live(json.loads(line))
        _say(f"born {pid}")
        _say(f"ended {os.waitpid(pid, 0)[1]}")


def _line() -> str:
    """Unbuffered: what follows is for the life that begins."""
    line = b""
    while (byte := os.read(0, 1)) not in (b"\n", b""):
        line += byte
    return line.decode()


def _say(what: str) -> None:
    os.write(1, what.encode() + b"\n")


class Fate:
    """Counts the lines of the bot's own code that run, in all threads; kills the process at one of them."""

    def __init__(self, die_after: int | None) -> None:
        self.lines = 0
        self._count = count(1)
        self.end = die_after or 0

    def begin(self) -> None:
        threading.settrace(self._calls)
        sys.settrace(self._calls)

    def _calls(self, frame: FrameType, event: str, arg: Any) -> Any:
        return self._runs if frame.f_code.co_filename.startswith(OURS) else None

    def _runs(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "line":
            self.lines = next(self._count)
            if self.lines == self.end:
                os.kill(os.getpid(), signal.SIGKILL)
        return self._runs


def _live(how: dict[str, Any]) -> None:
    fate = Fate(how["die_after"])
    fate.begin()
    try:
        asyncio.run(_run(how, fate))
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


async def _run(how: dict[str, Any], fate: Fate) -> None:
    import logging

    from bot.app import App
    from bot.settings import Ratings, Settings, Telegram, Web
    from engine.config import EngineConfig
    from engine.service import LocalEngine

    logging.basicConfig(level="INFO", format=f"%(asctime)s {os.getpid()} %(levelname)s %(name)s: %(message)s")
    folder = Path(how["folder"])
    os.environ["TELEGRAM_TOKEN"] = how["token"]
    telegram = Telegram(api_url=how["url"], album_seconds=0.01)
    settings = Settings(
        data_dir=folder / "data", web=Web(enabled=False), telegram=telegram, ratings=Ratings(ask="never")
    )
    engine = LocalEngine(EngineConfig(editor=str(folder / "journal")), "tests.fakes.painting:load")
    stop = asyncio.Event()

    def listen() -> None:
        word, _, number = _line().partition(" ")
        match word:
            case "die":
                fate.end = fate.lines + int(number)
            case "lines":
                _say(f"lines {fate.lines}")
            case "stop":
                stop.set()
            case _:  # nobody is there any more
                os.kill(os.getpid(), signal.SIGKILL)

    asyncio.get_running_loop().add_reader(0, listen)
    async with App(settings, engine):
        await stop.wait()


if __name__ == "__main__":
    main()
