"""Nothing is done or sent for a conversation that is gone or long expired; one that moved loses nothing."""

from __future__ import annotations

from pathlib import Path

from bot.events import ConversationGone, ConversationMoved, ConversationRef
from bot.store.sql import write
from tests.bot.world import BOB, HERE, World, cleaned, photo, png
from tests.fakes.engine import painted

PHOTO = cleaned(png())
NEW = ConversationRef("web", "supergroup")
THREAD = ConversationRef("web", HERE.space_id, "7")


async def begin(world: World, at: ConversationRef = HERE) -> None:
    world.adapter.shown.clear()
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png()), at=at))
    await world.until_editing()


async def open_things(world: World) -> int:
    jobs = [row for row in await world.table("jobs") if row["state"] in ("queued", "running")]
    rows = [row for row in await world.table("outbox") if row["state"] in ("open", "sending")]
    return len(jobs) + len(rows)


async def test_a_deleted_thread_takes_its_jobs_along(world: World) -> None:
    await begin(world, THREAD)
    (job,) = world.engine.running
    await world.director.handle(world.message("sepia", at=THREAD))
    await world.director.handle(ConversationGone("gone", THREAD))
    await world.director.handle(ConversationGone("gone", THREAD))
    world.engine.release()
    await world.settle()
    assert world.engine.cancelled == {job}
    assert world.adapter.sent == []
    assert await open_things(world) == 0
    assert len(world.engine.edits) == 1


async def test_a_deleted_chat_takes_its_threads_along_and_nothing_else(world: World) -> None:
    await begin(world, THREAD)
    other = ConversationRef("web", "other")
    world.adapter.shown.clear()
    await world.director.handle(world.message("green", photo(png()), at=other, author=BOB))
    await world.director.handle(ConversationGone("gone", HERE))
    world.engine.release()
    await world.settle()
    assert [reply.conversation for reply in world.adapter.sent] == [other]
    assert await open_things(world) == 0


async def test_a_place_that_is_none_of_the_bots_is_not_noted(world: World) -> None:
    await world.director.handle(ConversationGone("gone", HERE))
    assert await world.table("ledger") == []


async def test_one_that_comes_back_is_served_again(world: World) -> None:
    await begin(world)
    await world.director.handle(ConversationGone("gone", HERE))
    world.engine.release()
    await world.settle()
    await world.say("sepia")
    assert world.picture == painted(PHOTO, "sepia")


async def restarted(first: World, *, days_later: float) -> World:
    """The same bot after it was killed and nobody started it for a while."""
    ago = f"-{days_later} days"

    def age(db: object) -> None:
        when = "strftime('%Y-%m-%d %H:%M:%f', 'now', ?)"
        write(db, f"UPDATE conversations SET active = {when}", ago)  # type: ignore[arg-type]
        write(db, f"UPDATE turns SET created = {when}", ago)  # type: ignore[arg-type]

    await first.store.run(age)
    await first.die()
    second = World(first.data_dir)
    second.adapter, second.adapters, second.numbers = first.adapter, first.adapters, first.numbers
    await second.start()
    await second.settle()
    return second


async def test_an_expired_conversation_is_not_answered_at_start(tmp_path: Path, at_once: None) -> None:
    first = World(tmp_path)
    await first.start()
    await begin(first)
    second = await restarted(first, days_later=7.1)
    assert second.engine.jobs == []
    assert second.adapter.sent == []
    assert await open_things(second) == 0
    await second.say("sepia")  # and is not at all dead
    assert second.picture == painted(PHOTO, "sepia")
    await second.stop()


async def test_a_conversation_of_yesterday_is_answered_at_start(tmp_path: Path, at_once: None) -> None:
    first = World(tmp_path)
    await first.start()
    await begin(first)
    second = await restarted(first, days_later=6.9)
    assert second.picture == painted(PHOTO, "blue")
    await second.stop()


async def test_an_edit_under_way_follows_a_chat_that_moves(world: World) -> None:
    await begin(world)
    await world.director.handle(world.message("brighter"))
    await world.director.handle(ConversationMoved("moved", HERE, NEW))
    world.engine.release()
    await world.settle()
    assert [reply.conversation for reply in world.adapter.sent] == [NEW, NEW]
    assert world.picture == painted(painted(PHOTO, "blue"), "brighter")
    assert await open_things(world) == 0


async def test_an_edit_under_way_follows_into_the_conversation_that_it_is_joined_with(world: World) -> None:
    await world.say("chat", at=NEW)
    await begin(world)
    await world.director.handle(ConversationMoved("moved", HERE, NEW))
    world.engine.release()
    await world.settle()
    assert [reply.text for reply in world.adapter.sent] == ["How nice!", "Did: blue"]
    assert world.last.conversation == NEW
    assert world.picture == painted(PHOTO, "blue")
    assert await open_things(world) == 0
