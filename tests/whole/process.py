"""The bot as an admin starts it: a process of its own, that can be killed."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Bot:
    """`dialogpaint run` on a data folder. `log` fills with its standard error."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, first_line: str, log: Path) -> None:
        self.process, self.url, self.first_line, self.log = process, url, first_line, log

    async def kill(self) -> None:
        """As `kill -9`: nothing is tidied up."""
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()


@asynccontextmanager
async def started(data_dir: Path, **variables: str) -> AsyncIterator[Bot]:
    """Start it with these variables in its environment, wait for its one line; end it whatever happens."""
    environment = {key: value for key, value in os.environ.items() if not key.endswith("_TOKEN")}
    environment |= {"DIALOGPAINT_DATA_DIR": str(data_dir)}
    environment |= {"DIALOGPAINT_WEB__PORT": "0", "DIALOGPAINT_ADMIN__PORT": "0"} | variables
    log = data_dir.parent / f"{data_dir.name}.log"
    with log.open("a", encoding="utf-8") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot"),
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
        found = re.search(r"http://\S+", line)
        assert found, (line, log.read_text(encoding="utf-8"))
        yield Bot(process, found.group(), line, log)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
