"""What came while the bot was away for too long is never worked on late, and never passed over in silence."""

from __future__ import annotations

from dataclasses import replace

from bot import replies
from bot.events import MessageMissed, MessageRef
from bot.store import StoredDirectory, preferences
from tests.bot.world import ANN, BOB, HERE, World, photo, png


async def test_one_kind_line_for_all_that_was_missed(world: World) -> None:
    await world.say("blue", photo(png()))
    for number, author in enumerate((ANN, BOB, ANN)):
        missed = MessageMissed(f"missed{number}", MessageRef(HERE, f"old{number}"), author)
        await world.director.handle(missed)
        await world.director.handle(missed)
    await world.settle()
    assert [reply.text for reply in world.adapter.sent] == ["Did: blue", replies.MISSED]
    assert world.last.reply_to == MessageRef(HERE, "old0")
    assert len(world.engine.edits) == 1
    await world.say("brighter")
    await world.director.handle(MessageMissed("again", MessageRef(HERE, "old9"), ANN))
    await world.settle()
    assert world.last.text == replies.MISSED


async def test_a_missed_message_alone_makes_no_conversation(world: World) -> None:
    await world.director.handle(MessageMissed("missed", MessageRef(HERE, "old"), ANN))
    await world.settle()
    assert [reply.text for reply in world.adapter.sent] == [replies.MISSED]
    assert not await StoredDirectory(world.store).knows(HERE)


async def test_where_the_bot_is_to_be_quiet_nothing_is_said(world: World) -> None:
    place = replace(HERE, group_id="server")
    await world.store.run(lambda db: preferences.set_for_group(db, "web", "server", preferences.PAUSED, "1"))
    await world.director.handle(MessageMissed("missed", MessageRef(place, "old"), ANN))
    await world.settle()
    assert world.adapter.sent == []
