"""Whatever happens to a row, a cancel or the worker: the loop goes on, and everybody gets an answer."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot import replies
from bot.events import ConversationRef, UserRef
from bot.store.sql import rows, write
from engine.config import EngineConfig
from engine.service import DOWN, LocalEngine
from tests.bot.world import HERE, World, cleaned, photo, png
from tests.fakes.engine import painted

PHOTO = cleaned(png())


async def editing(world: World) -> str:
    """An edit that is held; the job's id."""
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png())))
    await world.until_editing()
    (job,) = world.engine.running
    return job


def without_rules(db: Database, *statements: str) -> None:
    """What an admin can do with a database browser that doesn't mind foreign keys."""
    write(db, "PRAGMA defer_foreign_keys = on")
    for statement in statements:
        write(db, statement)


async def test_deleting_a_running_row_does_not_stop_the_loop(world: World) -> None:
    await editing(world)
    await world.store.run(
        lambda db: without_rules(
            db,
            "UPDATE message_refs SET job = NULL",
            "UPDATE outbox SET job = NULL",
            "DELETE FROM jobs WHERE state = 'running'",
        )
    )
    await world.director.handle(world.message("green"))
    world.engine.release()
    await world.settle()
    assert world.picture == painted(PHOTO, "green")  # what was deleted left no picture
    await world.say("chat")
    assert world.last.text == "How nice!"


async def test_deleting_the_row_of_a_waiting_job_leaves_the_running_one(world: World) -> None:
    await editing(world)
    await world.director.handle(world.message("green"))
    await world.store.run(lambda db: write(db, "DELETE FROM jobs WHERE state = 'queued'"))
    world.engine.release()
    await world.settle()
    assert [reply.text for reply in world.adapter.sent] == ["Did: blue"]


async def test_a_cancel_between_dequeue_and_start_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.say("", photo(png()))
    read = world.store.read_image

    async def cancelled_meanwhile(sha256: str) -> tuple[bytes, str]:
        (job,) = await world.store.run(lambda db: rows(db, "SELECT id FROM jobs WHERE state = 'running'"))
        await world.director.handle(world.pressed("cancel", job["id"]))
        return await read(sha256)

    with monkeypatch.context() as patch:
        patch.setattr(world.store, "read_image", cancelled_meanwhile)
        await world.director.handle(world.message("blue"))
        async with asyncio.timeout(20):
            while not world.adapter.sent or world.last.text != replies.CANCELLED:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    await world.settle()
    assert world.engine.edits == []
    await world.say("green")
    assert world.picture == painted(PHOTO, "green")


async def test_cancelling_a_waiting_job_leaves_the_running_one(world: World) -> None:
    running = await editing(world)
    await world.director.handle(world.message("green"))
    (waiting,) = await world.store.run(lambda db: rows(db, "SELECT id FROM jobs WHERE state = 'queued'"))
    await world.press("cancel", waiting["id"])
    assert list(world.engine.running) == [running]
    world.engine.release()
    await world.settle()
    assert [reply.text for reply in world.adapter.sent] == [replies.CANCELLED, "Did: blue"]
    assert world.picture == painted(PHOTO, "blue")


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_eight_people_with_fifty_messages_each_delivered_twice_get_four_hundred_answers(
    world: World,
) -> None:
    async def produce(number: int) -> None:
        place, author = ConversationRef("web", f"room{number}"), UserRef("web", f"user{number}")
        for each in range(50):
            text = f"{'blue' if each % 5 == 1 else 'chat'} {each}"
            pictures = (photo(png()),) if each == 0 else ()
            event = world.message(text, *pictures, author=author, at=place)
            await asyncio.gather(world.director.handle(event), world.director.handle(event))

    await asyncio.gather(*map(produce, range(8)))
    await world.director.idle()
    assert len(world.adapter.sent) == 400
    assert len({job.id for job in world.engine.jobs}) == len(world.engine.jobs) == 400 + 8 * 10
    assert {row["state"] for row in await world.table("jobs")} == {"done"}
    for number in range(8):
        mine = [reply for reply in world.adapter.sent if reply.conversation.space_id == f"room{number}"]
        assert [reply.text for reply in mine if reply.text != "How nice!"] == [
            f"Did: blue {each}" for each in range(50) if each % 5 == 1
        ]


async def test_while_the_worker_can_not_start_the_bot_is_up_says_so_and_comes_back(
    tmp_path: Path, at_once: None, caplog: pytest.LogCaptureFixture
) -> None:
    card = tmp_path / "card"
    config = EngineConfig(editor=str(tmp_path / "journal"), dialogue=f"without {card}")
    engine = LocalEngine(config, models="tests.fakes.models:load")
    world = World(tmp_path / "data")
    world.engine = engine  # type: ignore[assignment]
    await engine.start()
    await world.start()
    try:
        assert (await engine.settled()).detail == "The card is gone."
        await world.say("hello")
        assert (world.last.text, world.last.decision) == (DOWN, "error")
        assert engine.status().state == "restarting"
        said = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
        assert "The card is gone. It is started again in 1 s." in said
        card.touch()
        async with asyncio.timeout(60):
            while engine.status().state != "ready":  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await world.say("hello")
        assert world.last.text == "You said: hello"
        assert world.last.conversation == HERE
    finally:
        await world.stop()
        await engine.stop()
