"""A cancel stops just the one job that is meant, wherever it is on its way, and only for who may."""

from __future__ import annotations

import pytest

from bot import replies, wishes
from bot.events import ConversationRef
from tests.bot.world import ANN, BOB, MOD, World, cleaned, photo, png
from tests.fakes.engine import painted

PHOTO = cleaned(png())


async def begin(world: World, wish: str = "blue") -> str:
    """A held edit; its job's id."""
    world.adapter.shown.clear()
    world.engine.hold()
    await world.director.handle(world.message(wish, photo(png())))
    await world.until_editing()
    (job,) = world.engine.running
    return job


async def say(world: World, text: str, **values: object) -> str:
    """Words during an edit; the answer to them."""
    await world.director.handle(world.message(text, **values))  # type: ignore[arg-type]
    await world.replied()
    return world.last.text


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("stop", True),
        ("Stop!", True),
        ("cancel that please", True),
        ("oh no, stop it", True),
        ("never mind", True),
        ("Abort.", True),
        ("stop the car", False),
        ("add a stop sign", False),
        ("cancel the red colour", False),
    ],
)
def test_which_words_stop(words: str, meant: bool) -> None:
    assert wishes.means_stop(words) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("now", True),
        ("Try again", True),
        ("please try it again now", True),
        ("ok, go ahead!", True),
        ("do it", True),
        ("now make it blue", False),
        ("make it blue again", False),
    ],
)
def test_which_words_take_up_again(words: str, meant: bool) -> None:
    assert wishes.means_now(words) == meant


async def test_stop_in_words_does_not_wait_behind_the_edit(world: World) -> None:
    job = await begin(world)
    assert await say(world, "stop!") == replies.CANCELLED
    assert world.last.status is not None, "it takes the status message's place"
    assert world.engine.cancelled == {job}
    world.engine.release()
    await world.say("green")
    assert world.picture == painted(PHOTO, "green")
    assert [turn.text for turn in world.engine.dialogues[-1].turns] == ["green"]


async def test_the_command_does_the_same(world: World) -> None:
    job = await begin(world)
    await world.command("cancel")
    assert world.last.text == replies.CANCELLED
    assert world.engine.cancelled == {job}
    await world.command("cancel")
    assert world.last.text == replies.NOTHING_TO_STOP


async def test_stop_is_an_ordinary_word_when_nothing_is_under_way(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.say("stop")
    assert world.engine.dialogues[-1].turns[-1].text == "stop"


async def test_others_are_refused_kindly(world: World) -> None:
    await begin(world)
    assert await say(world, "stop", author=BOB) == replies.ONLY_REQUESTER
    await world.director.handle(world.pressed("cancel", next(iter(world.engine.running)), user=BOB))
    await world.replied()
    assert world.last.text == replies.ONLY_REQUESTER
    assert not world.engine.cancelled
    world.engine.release()
    await world.settle()


async def test_a_moderator_stops_anybodys(world: World) -> None:
    job = await begin(world)
    assert await say(world, "stop", author=MOD) == replies.CANCELLED
    assert world.engine.cancelled == {job}


async def test_the_owner_stops_anybodys_in_their_conversation(world: World) -> None:
    await world.say("blue", photo(png()))
    world.adapter.shown.clear()
    world.engine.hold()
    await world.director.handle(world.message("green", author=BOB))
    await world.until_editing()
    (job,) = world.engine.running
    assert await say(world, "stop", author=ANN) == replies.CANCELLED
    assert world.engine.cancelled == {job}


async def test_stop_means_ones_own_wish_though_anothers_runs(world: World) -> None:
    await begin(world)
    await world.director.handle(world.message("sepia", author=BOB))
    assert await say(world, "stop", author=BOB) == replies.CANCELLED
    assert not world.engine.cancelled, "Ann's edit goes on"
    world.engine.release()
    await world.settle()
    assert [job.instruction for job in world.engine.edits] == ["blue"]


async def test_stop_as_an_answer_to_a_status_message_means_that_job(world: World) -> None:
    job = await begin(world)
    await world.director.handle(world.message("sepia", author=MOD))
    (row,) = [row for row in await world.table("jobs") if row["id"] == job]
    status = type(world.adapter.statuses[-1].message or world.message().ref)(
        world.adapter.statuses[-1].conversation, row["status_message"]
    )
    assert await say(world, "stop", author=MOD, reply_to=status) == replies.CANCELLED
    assert world.engine.cancelled == {job}
    world.engine.release()
    await world.settle()
    assert world.last.text == replies.SEND_PICTURE or world.picture == painted(PHOTO, "sepia")


async def test_a_waiting_wish_is_stopped_before_it_begins(world: World) -> None:
    await begin(world)
    await world.director.handle(world.message("sepia"))
    waiting = [row["id"] for row in await world.table("jobs") if row["wish"] == "sepia"]
    await world.press("cancel", waiting[0])
    assert world.last.text == replies.CANCELLED
    assert not world.engine.cancelled
    world.engine.release()
    await world.settle()
    assert [job.instruction for job in world.engine.edits] == ["blue"]
    await world.press("cancel", waiting[0])
    assert world.last.text == replies.FINISHED_ALREADY


async def test_what_is_done_already_can_not_be_stopped_and_is_said_so(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.press("cancel", world.engine.edits[0].id)
    assert world.last.text == replies.FINISHED_ALREADY
    assert not world.engine.cancelled


async def test_a_stopped_first_wish_leaves_its_picture(world: World) -> None:
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png())))
    await world.director.handle(world.message("stop"))
    world.engine.release()
    await world.settle()
    assert world.last.text == replies.CANCELLED
    await world.say("green")
    assert world.picture == painted(PHOTO, "green")


async def test_another_conversations_job_is_out_of_reach(world: World) -> None:
    job = await begin(world)
    elsewhere = ConversationRef("web", "other")
    await world.director.handle(world.message("stop", at=elsewhere, author=MOD))
    await world.director.courier.idle()
    assert job not in world.engine.cancelled
    world.engine.release()
    await world.settle()
