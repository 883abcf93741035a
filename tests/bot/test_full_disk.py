"""A full disk loses no message and no picture: people and the admin are told, and it goes on by itself."""

from __future__ import annotations

import asyncio
import errno
import io
import logging
import random
import resource
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from bot import replies
from bot.events import ConversationRef
from bot.store import Store, StoreError
from bot.store.sql import rows
from tests.bot.world import BOB, World, cleaned, photo, png
from tests.fakes.engine import painted

PHOTO = cleaned(png())
ELSEWHERE = ConversationRef("web", "other")


class Disk:
    """A file system of two megabytes of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._filler = root / "filler"

    def fill(self) -> None:
        """To the last byte."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while file.write(b"x" * size) == size:
                        pass
                except OSError as error:
                    assert error.errno == errno.ENOSPC

    def make_room(self) -> None:
        self._filler.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    root = tmp_path / "disk"
    root.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(root)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount")
    try:
        yield Disk(root)
    finally:
        subprocess.run(["umount", "-l", str(root)], check=True)


@pytest.fixture
async def world(disk: Disk, at_once: None) -> AsyncIterator[World]:
    world = World(disk.root / "data")
    await world.start()
    yield world
    await world.stop()


async def told(world: World, times: int = 1) -> None:
    """Wait until people see that the disk is full."""
    async with asyncio.timeout(20):
        while [update.text for update in world.adapter.statuses].count(replies.DISK_FULL) < times:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def cleared(world: World) -> None:
    """Wait until the line about the disk is taken away."""
    async with asyncio.timeout(20):
        await world.adapter.taken_away.wait()


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_picture_that_does_not_fit_is_told_once_and_kept_when_there_is_room(
    disk: Disk, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.say("chat")
    disk.fill()
    taking = asyncio.create_task(world.director.handle(world.message("blue", photo(png()))))
    other = asyncio.create_task(
        world.director.handle(world.message("green", photo(png()), author=BOB, at=ELSEWHERE))
    )
    await told(world, 2)
    assert not taking.done()
    assert {update.conversation for update in world.adapter.statuses} == {world.last.conversation, ELSEWHERE}
    assert len(complaints(caplog)) == 1
    assert f"The disk with the data folder {world.data_dir} is full" in complaints(caplog)[0]
    disk.make_room()
    await asyncio.gather(taking, other)
    await world.settle()
    await cleared(world)
    assert {reply.text for reply in world.adapter.sent[1:]} == {"Did: blue", "Did: green"}
    assert len(complaints(caplog)) == 1
    assert await world.table("intakes") == []


async def test_a_result_that_does_not_fit_is_kept_when_there_is_room_and_made_once(
    disk: Disk, world: World
) -> None:
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png())))
    await world.until_editing()
    disk.fill()
    world.engine.release()
    await told(world)
    assert world.adapter.sent == []
    disk.make_room()
    await world.settle()
    await cleared(world)
    assert world.picture == painted(PHOTO, "blue")
    assert (len(world.adapter.sent), len(world.engine.edits)) == (1, 1)
    await world.say("green")
    assert world.picture == painted(painted(PHOTO, "blue"), "green")


async def test_a_stop_while_the_disk_is_full_is_orderly_and_loses_nothing(disk: Disk, at_once: None) -> None:
    world = World(disk.root / "data")
    await world.start()
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png())))
    await world.until_editing()
    disk.fill()
    world.engine.release()
    await told(world)
    async with asyncio.timeout(20):
        await world.stop()
    disk.make_room()
    again = World(disk.root / "data")
    await again.start()
    await again.settle()
    assert again.picture == painted(PHOTO, "blue")
    await again.stop()


async def test_a_start_on_a_full_disk_is_one_sentence(disk: Disk) -> None:
    disk.fill()
    with pytest.raises(StoreError, match="is full; please free some space"):
        await Store.open(disk.root)


# The same without a disk of one's own: SQLite's limit of a database, and the system's of a file.


@pytest.fixture
async def anywhere(tmp_path: Path, at_once: None) -> AsyncIterator[World]:
    world = World(tmp_path)
    await world.start()
    yield world
    await world.stop()


async def test_a_database_that_can_not_grow_is_waited_for(anywhere: World) -> None:
    world = anywhere
    await world.say("chat")
    await world.store.run(lambda db: rows(db, "PRAGMA max_page_count = 1"))
    texts = [f"chat {number} " + "word " * 150 for number in range(40)]
    saying = [asyncio.create_task(world.director.handle(world.message(text))) for text in texts]
    await told(world)
    await world.store.run(lambda db: rows(db, "PRAGMA max_page_count = 1000000"))
    await asyncio.gather(*saying)
    await world.settle()
    assert len(world.adapter.sent) == 1 + len(texts)
    assert [row["state"] for row in await world.table("outbox")] == ["delivered"] * (1 + len(texts))


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_picture_that_the_system_does_not_let_us_write_is_waited_for(anywhere: World) -> None:
    world = anywhere
    out = io.BytesIO()
    Image.frombytes("RGB", (1000, 1000), random.Random(1).randbytes(3_000_000)).save(out, "PNG")
    noise = out.getvalue()
    with files_up_to(1 << 20):
        taking = asyncio.create_task(world.director.handle(world.message("blue", photo(noise))))
        await told(world)
        assert [path for path in (world.data_dir / "images").rglob("*") if path.is_file()] == []
    await taking
    await world.settle()
    assert world.picture == painted(cleaned(noise), "blue")
