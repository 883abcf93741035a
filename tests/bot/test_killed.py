"""A bot that is killed in the middle of an edit never loses it and never posts it twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from bot.store import Store, StoreError
from tests.bot.world import World, cleaned, png
from tests.fakes.engine import painted

PROGRAM = """
import asyncio, sys
from pathlib import Path
from tests.bot.world import World, photo, png

async def main():
    world = World(Path(sys.argv[1]))
    await world.start()
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png())))
    await world.director.handle(world.message("brighter"))
    await world.until_editing()
    print("editing", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_kill_in_the_middle_of_an_edit(tmp_path: Path, at_once: None) -> None:
    root = Path(__file__).parents[2]
    bot = subprocess.Popen(  # noqa: ASYNC220 the test has nothing else to do
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert bot.stdout is not None
        assert bot.stdout.readline() == "editing\n"
        try:
            await Store.open(tmp_path)
            raise AssertionError("two bots on one folder")
        except StoreError as error:
            assert "Another DialogPaint" in str(error)
    finally:
        bot.send_signal(signal.SIGKILL)
        bot.communicate()
    world = World(tmp_path)
    await world.start()
    await world.settle()
    blue = painted(cleaned(png()), "blue")
    assert [reply.text for reply in world.adapter.sent] == ["Did: blue", "Did: brighter"]
    assert [reply.image and reply.image.data for reply in world.adapter.sent] == [
        blue,
        painted(blue, "brighter"),
    ]
    await world.stop()
