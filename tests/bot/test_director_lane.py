"""Wishes of one conversation never overtake one another, and a stopped edit never comes back."""

from __future__ import annotations

import asyncio

import pytest

from bot import replies
from bot.events import Acknowledged, Attachment, CommandInvoked, ConversationRef, MessageRef
from tests.bot.world import ANN, BOB, HERE, World, cleaned, photo, png
from tests.fakes.engine import painted

PHOTO = cleaned(png())


async def begin_held_edit(world: World, wish: str = "blue") -> None:
    world.engine.hold()
    await world.director.handle(world.message(wish, photo(png())))
    await world.until_editing()


async def test_a_wish_that_comes_during_an_edit_sees_its_result(world: World) -> None:
    await begin_held_edit(world)
    await world.director.handle(world.message("brighter"))
    await world.director.handle(world.message("sepia"))
    world.engine.release()
    await world.settle()
    assert world.picture == painted(painted(painted(PHOTO, "blue"), "brighter"), "sepia")
    assert [turn.text for turn in world.engine.dialogues[1].turns] == ["blue", "Did: blue", "brighter"]


async def test_a_wish_waits_for_the_picture_that_was_sent_before_it(world: World) -> None:
    arrives = asyncio.Event()

    async def slow() -> bytes:
        await arrives.wait()
        return png()

    first = asyncio.create_task(world.director.handle(world.message("", Attachment("photo", slow))))
    await asyncio.sleep(0)
    second = asyncio.create_task(world.director.handle(world.message("blue")))
    arrives.set()
    await asyncio.gather(first, second)
    await world.settle()
    assert world.picture == painted(PHOTO, "blue")


async def test_conversations_run_side_by_side(world: World) -> None:
    await begin_held_edit(world)
    elsewhere = ConversationRef("web", "other")
    await world.director.handle(world.message("chat", at=elsewhere))
    async with asyncio.timeout(20):
        await world.adapter.delivered.wait()
    assert world.last.conversation == elsewhere
    world.engine.release()
    await world.settle()
    assert world.last.conversation == HERE


async def test_a_new_picture_during_an_edit_becomes_current_after_it(world: World) -> None:
    await begin_held_edit(world)
    await world.director.handle(world.message("", photo(png("green"))))
    world.engine.release()
    await world.settle()
    assert [reply.text for reply in world.adapter.sent] == ["Did: blue", replies.WHAT_TO_CHANGE]
    await world.say("sepia")
    assert world.picture == painted(cleaned(png("green")), "sepia")


async def test_one_status_message_is_shown_and_replaced_by_the_answer(world: World) -> None:
    await begin_held_edit(world)
    update = world.adapter.statuses[-1]
    assert update.text == "Painting: step 1 of 2."
    assert (update.preview, update.progress) == (b"preview", 0.5)
    assert [action.name for action in update.actions] == ["cancel"]
    world.engine.release()
    await world.settle()
    assert world.last.status is not None
    (job,) = [row for row in await world.table("jobs") if row["kind"] == "edit"]
    assert world.last.status.message_id == job["status_message"]


async def test_an_edit_that_is_done_at_once_shows_no_status(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.progress.FIRST_AFTER", 60.0)
    await world.say("blue", photo(png()))
    assert world.adapter.statuses == []
    assert world.last.status is None


async def test_cancel_stops_just_that_job(world: World) -> None:
    await begin_held_edit(world)
    (job,) = world.engine.running
    assert await world.press("cancel", job, user=BOB) == Acknowledged(replies.ONLY_REQUESTER)
    assert world.adapter.sent == []
    await world.press("cancel", job)
    assert world.last.text == replies.CANCELLED
    assert world.last.status is not None
    assert world.engine.cancelled == {job}
    await world.press("cancel", job)
    assert world.last.text == replies.FINISHED_ALREADY
    world.engine.release()
    await world.say("green")
    assert world.picture == painted(PHOTO, "green")


async def test_undo_of_the_picture_being_edited_stops_that_edit(world: World) -> None:
    await world.say("blue", photo(png()))
    blue = world.ref(world.last)
    world.adapter.shown.clear()
    world.engine.hold()
    await world.director.handle(world.message("brighter"))
    await world.until_editing()
    await world.react(blue, added="↩️")
    assert world.last.text == f"{replies.STOPPED_EDIT} {replies.BACK_ONE}"
    assert world.picture == PHOTO
    assert world.last.status is not None
    world.engine.release()
    await world.settle()
    assert len(await world.table("versions")) == 2
    await world.say("green")
    assert world.picture == painted(PHOTO, "green")


async def test_undo_before_there_is_any_edit_stops_the_first_one(world: World) -> None:
    await begin_held_edit(world)
    await world.command("undo")
    assert world.last.text == replies.STOPPED_EDIT
    assert world.picture == PHOTO


async def test_start_over_stops_the_edit_under_way(world: World) -> None:
    await world.say("blue", photo(png()))
    world.adapter.shown.clear()
    world.engine.hold()
    await world.director.handle(world.message("brighter"))
    await world.until_editing()
    await world.command("reset")
    assert world.last.text == f"{replies.STOPPED_EDIT} {replies.BACK_TO_UPLOAD}"
    world.engine.release()
    await world.settle()
    assert world.picture == PHOTO


async def test_a_wish_that_waits_is_not_stopped_by_an_undo(world: World) -> None:
    await world.say("blue", photo(png()))
    world.adapter.shown.clear()
    world.engine.hold()
    await world.director.handle(world.message("brighter"))
    await world.until_editing()
    await world.director.handle(world.message("sepia"))
    await world.director.handle(CommandInvoked("undo", MessageRef(HERE, "undo"), ANN, "undo"))
    world.engine.release()
    await world.settle()
    assert world.picture == painted(PHOTO, "sepia")
