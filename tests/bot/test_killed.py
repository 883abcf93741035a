"""A bot that is killed in the middle never loses a wish, never posts it twice, never dies of it for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot import replies
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


POISON = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.bot.world import World, photo, png
from bot.events import Attachment

def die():
    os.kill(os.getpid(), signal.SIGKILL)

async def deadly():
    die()

async def main(where):
    world = World(Path(sys.argv[1]))
    run = world.engine.run
    async def poisoned(job, on_progress=None):
        die() if where == type(job).__name__ and "poison" in str(job) else None
        return await run(job, on_progress)
    world.engine.run = poisoned
    await world.start()
    poison = [photo(png())] if where.endswith("Job") else [Attachment("photo", deadly)]
    more = [photo(png("green"))] if where == "album" else []
    # A platform brings back what was not taken.
    await world.director.handle(world.message("poison", *more, *poison))
    await world.settle()
    await world.director.handle(world.message("chat"))
    await world.director.handle(world.message("green", photo(png())))
    await world.settle()
    print(*(reply.text for reply in world.adapter.sent), sep="|")
    await world.stop()

asyncio.run(main(sys.argv[2]))
"""


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("picture", replies.DEADLY_PICTURE),
        ("album", replies.DEADLY_ALBUM),
        ("DialogueJob", replies.CUT_OFF),
        ("EditJob", replies.CUT_OFF),
    ],
)
def test_what_kills_the_whole_bot_each_time_is_tried_twice_and_then_answered(
    tmp_path: Path, where: str, sentence: str
) -> None:
    root = Path(__file__).parents[2]
    bots = [
        subprocess.run(
            [sys.executable, "-c", POISON, str(tmp_path), where],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=False,
        )
        for _ in range(3)
    ]
    assert [bot.returncode for bot in bots] == [-signal.SIGKILL, -signal.SIGKILL, 0], bots[-1].stderr
    assert bots[-1].stdout.strip().split("|") == [sentence, "How nice!", "Did: green"]
