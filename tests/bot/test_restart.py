"""What was asked before a crash is answered after it, and only once."""

from __future__ import annotations

from pathlib import Path

from bot import replies
from tests.bot.world import World, cleaned, photo, png
from tests.fakes.engine import painted

PHOTO = cleaned(png())


async def running(tmp_path: Path, before: World | None = None) -> World:
    """A bot on the data folder; on the same platform as the one before."""
    world = World(tmp_path)
    if before is not None:
        world.adapter = before.adapter
        world.adapters = before.adapters
        world.numbers = before.numbers
    return world


async def cut_off(tmp_path: Path) -> World:
    """A bot that died in the middle of an edit."""
    world = await running(tmp_path)
    await world.start()
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png())))
    await world.until_editing()
    await world.die()
    return world


async def test_an_edit_that_was_cut_off_arrives_once(tmp_path: Path, at_once: None) -> None:
    first = await cut_off(tmp_path)
    assert first.adapter.sent == []
    second = await running(tmp_path, first)
    await second.start()
    await second.settle()
    (reply,) = second.adapter.sent
    assert second.picture == painted(PHOTO, "blue")
    assert second.engine.dialogues == []  # the decision was kept
    assert second.engine.edits[0].seed == first.engine.edits[0].seed
    assert reply.status is not None
    made, *edited = second.adapter.statuses
    assert made.message is None
    assert {update.message for update in edited} <= {reply.status}
    await second.stop()


async def test_an_edit_that_is_cut_off_twice_ends_in_a_sentence(tmp_path: Path, at_once: None) -> None:
    first = await cut_off(tmp_path)
    second = await running(tmp_path, first)
    second.engine.hold()
    await second.start()
    await second.until_editing()
    await second.die()
    third = await running(tmp_path, first)
    await third.start()
    await third.settle()
    assert [reply.text for reply in third.adapter.sent] == [replies.CUT_OFF]
    assert third.engine.jobs == []
    await third.say("green")
    assert third.picture == painted(PHOTO, "green")
    await third.stop()


async def test_an_orderly_stop_is_no_failed_attempt(tmp_path: Path, at_once: None) -> None:
    world = await cut_off(tmp_path)
    for _ in range(3):
        world = await running(tmp_path, world)
        world.engine.hold()
        await world.start()
        await world.until_editing()
        await world.stop()
    world = await running(tmp_path, world)
    await world.start()
    await world.settle()
    assert world.picture == painted(PHOTO, "blue")
    await world.stop()


async def test_a_reply_that_was_not_sent_is_delivered_at_the_next_start(
    tmp_path: Path, at_once: None
) -> None:
    first = await running(tmp_path)
    adapter = first.adapters.pop("web")
    await first.start()
    await first.say("blue", photo(png()))
    await first.stop()
    assert first.adapter.sent == []
    second = await running(tmp_path, first)
    second.adapters["web"] = adapter
    await second.start()
    await second.settle()
    assert second.picture == painted(PHOTO, "blue")
    assert second.engine.jobs == []
    await second.stop()


async def test_a_reply_that_arrived_just_before_the_crash_is_not_sent_again(
    tmp_path: Path, at_once: None
) -> None:
    first = await running(tmp_path)
    await first.start()
    await first.say("blue", photo(png()))
    edit = first.ref(first.last)
    await first.store.run(lambda db: db.execute("UPDATE outbox SET state = 'sending'") and None)
    await first.die()
    second = await running(tmp_path, first)
    await second.start()
    await second.settle()
    assert len(second.adapter.tries) == 1
    await second.react(edit, added="↩️")
    assert second.picture == PHOTO
    await second.stop()


async def test_the_redo_stack_and_the_pending_wish_outlive_a_restart(tmp_path: Path, at_once: None) -> None:
    first = await running(tmp_path)
    await first.start()
    await first.say("blue", photo(png()))
    await first.say("undo")
    await first.stop()
    second = await running(tmp_path, first)
    await second.start()
    await second.command("redo")
    assert second.picture == painted(PHOTO, "blue")
    await second.stop()
