"""A paused bot is quiet in that server alone, loses nothing, and says once why; its numbers are its own."""

from __future__ import annotations

from pathlib import Path

from bot import replies
from bot.events import Acknowledged, ConversationRef
from bot.store import StoredDirectory
from tests.bot.world import ANN, BOB, HERE, MOD, World, cleaned, photo, png
from tests.fakes.engine import painted

THERE = ConversationRef("web", "channel", "1", "guild")
BESIDE = ConversationRef("web", "channel", "2", "guild")
OTHER = ConversationRef("web", "channel", "3", "another guild")
PHOTO = cleaned(png())


async def pause(world: World) -> None:
    await world.command("pause", user=MOD, at=THERE)
    assert world.last.text == replies.PAUSE["pause", False]


async def test_who_writes_while_it_is_paused_is_told_once_and_nothing_is_taken(world: World) -> None:
    await pause(world)
    said = len(world.adapter.sent)
    for place in (THERE, BESIDE, THERE):
        await world.say("blue", photo(png()), at=place)
    assert [reply.text for reply in world.adapter.sent[said:]] == [replies.IS_PAUSED]
    await world.say("green", author=BOB, at=BESIDE)
    assert len(world.adapter.sent) == said + 2
    assert world.engine.jobs == [] and await world.table("versions") == []
    assert [row["outcome"] for row in await world.table("ledger")][1:] == ["paused"] * 4


async def test_talk_among_others_is_not_answered_by_that(world: World) -> None:
    await world.say("blue", photo(png()), at=THERE)
    await pause(world)
    said = len(world.adapter.sent)
    await world.say("how nice", author=BOB, at=THERE, addressed=False)
    assert len(world.adapter.sent) == said


async def test_other_servers_and_private_talk_go_on(world: World) -> None:
    await pause(world)
    for place in (OTHER, HERE):
        await world.say("blue", photo(png()), at=place)
        assert world.last.decision == "edit"


async def test_buttons_reactions_and_commands_are_quiet_too(world: World) -> None:
    await world.say("blue", photo(png()), at=THERE)
    edit, ref = world.last, world.ref(world.last)
    await pause(world)
    said = len(world.adapter.sent)
    await world.react(ref, added="↩️")
    event = world.pressed("undo", edit.actions[0].target)
    press = type(event)(event.event_id, ref, event.user, event.name, event.target)
    assert await world.director.handle(press) == Acknowledged(replies.IS_PAUSED)
    for _ in range(3):
        await world.command("undo", at=THERE)
        await world.command("compare", at=THERE)
    assert [reply.text for reply in world.adapter.sent[said:]] == [replies.IS_PAUSED]
    for name in ("help", "privacy", "settings"):
        await world.command(name, at=THERE)  # type: ignore[arg-type]
    assert len(world.adapter.sent) == said + 4


async def test_what_waits_goes_on_at_resume_also_after_a_restart(tmp_path: Path, at_once: None) -> None:
    first = World(tmp_path)
    await first.start()
    first.engine.hold()
    await first.director.handle(first.message("blue", photo(png()), at=THERE))
    await first.until_editing()
    await first.director.handle(first.message("darker", at=THERE))
    await first.director.handle(first.message("sepia", photo(png()), at=BESIDE))
    await first.command_now("pause", user=MOD, at=THERE)
    first.engine.release()
    await first.settle()
    assert [reply.text for reply in first.adapter.sent if reply.decision == "edit"] == ["Did: blue"]
    await first.stop()
    second = World(tmp_path)
    second.adapter, second.adapters, second.numbers = first.adapter, first.adapters, first.numbers
    await second.start()
    await second.settle()
    assert second.engine.jobs == []
    await second.command("resume", user=MOD, at=BESIDE)
    done = {reply.text: reply.image.data for reply in second.adapter.sent if reply.image}
    assert done["Did: darker"] == painted(painted(PHOTO, "blue"), "darker")
    assert done["Did: sepia"] == painted(PHOTO, "sepia")
    await second.stop()


async def test_after_resume_everything_is_as_before_and_a_new_pause_is_told_anew(world: World) -> None:
    await pause(world)
    await world.say("blue", at=THERE)
    await world.command("pause", user=MOD, at=BESIDE)
    assert world.last.text == replies.PAUSE["pause", True]
    await world.command("resume", user=MOD, at=THERE)
    assert world.last.text == replies.PAUSE["resume", True]
    await world.command("resume", user=MOD, at=THERE)
    assert world.last.text == replies.PAUSE["resume", False]
    await world.say("blue", photo(png()), at=THERE)
    assert world.last.decision == "edit"
    await pause(world)
    await world.say("green", at=THERE)
    assert world.last.text == replies.IS_PAUSED


async def test_only_moderators_and_only_in_a_group(world: World) -> None:
    for name in ("pause", "resume", "stats"):
        await world.command(name, at=THERE)  # type: ignore[arg-type]
        assert world.last.text == replies.ONLY_MODERATORS
        await world.command(name, user=MOD)  # type: ignore[arg-type]
        assert world.last.text == replies.NO_GROUP
    assert await world.table("group_settings") == []


async def test_an_adapter_can_ask_whether_it_is_paused(world: World) -> None:
    directory = StoredDirectory(world.store)
    await pause(world)
    assert [await directory.paused(place) for place in (THERE, BESIDE, OTHER, HERE)] == [
        True,
        True,
        False,
        False,
    ]
    bare = ConversationRef("web", "channel", "1")  # the group is known from the store
    assert await directory.paused(bare)


async def test_the_numbers_of_a_server_are_its_own(world: World) -> None:
    await world.command("stats", user=MOD, at=THERE)
    assert world.last.text == replies.NO_STATS
    await world.say("ask about it", photo(png()), at=THERE)
    await world.say("blue", at=THERE)
    await world.say("undo", at=THERE)
    await world.say("green", photo(png()), author=BOB, at=BESIDE)
    for _ in range(3):
        await world.say("sepia", photo(png()), at=OTHER)
    await world.command("stats", user=MOD, at=BESIDE)
    assert world.last.text.split(" I made ")[1] == (
        "2 edits, asked 1 question and took back 1 edit here, for 2 people."
        " Half of the pictures were ready within a few seconds."
    )
    await world.command("stats", user=MOD, at=OTHER)
    assert "3 edits, asked 0 questions and took back 0 edits here, for 1 person." in world.last.text


async def test_the_server_of_a_conversation_is_noted_when_it_is_told(world: World) -> None:
    bare = ConversationRef(THERE.platform, THERE.space_id, THERE.thread_id)
    await world.say("blue", photo(png()), at=bare)
    await world.say("green", at=THERE)
    assert [row["group_id"] for row in await world.table("conversations")] == ["guild"]
    assert ANN.user_id == (await world.table("conversations"))[0]["owner"]
