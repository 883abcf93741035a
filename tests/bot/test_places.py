"""A conversation is never lost when its chat gets a new id, and help never promises what doesn't work."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from bot.events import (
    Capabilities,
    CommandInvoked,
    ConversationMoved,
    ConversationRef,
    MessageRef,
    NotSent,
    UserRef,
)
from bot.store import StoredDirectory
from tests.bot.world import ANN, HERE, MOD, PATIENCE, World, cleaned, photo, png
from tests.fakes.engine import painted

PHOTO = cleaned(png())
NEW = ConversationRef("web", "supergroup")


async def test_a_moved_chat_goes_on_with_its_pictures(world: World) -> None:
    await world.say("blue", photo(png()))
    old = world.ref(world.last)
    await world.director.handle(ConversationMoved("moved", HERE, NEW))
    await world.director.handle(ConversationMoved("moved", HERE, NEW))
    await world.say("brighter", at=NEW)
    assert world.picture == painted(painted(PHOTO, "blue"), "brighter")
    assert world.last.conversation == NEW
    answers = len(world.adapter.sent)
    await world.react(MessageRef(NEW, old.message_id), added="↩️")
    assert len(world.adapter.sent) == answers, "there it is another message"
    await world.command("undo", at=NEW)
    assert world.picture == painted(PHOTO, "blue")


async def test_what_a_moved_chat_still_waits_for_is_said_there_anew(world: World) -> None:
    """Ids of the old chat are those of other people's messages in the new one: none may be touched."""
    world.engine.hold()
    asked = world.message("blue", photo(png()))
    await world.director.handle(asked)
    await world.until_editing()
    await world.director.handle(ConversationMoved("moved", HERE, NEW))
    world.engine.release()
    await world.settle()
    done = world.adapter.sent[-1]
    assert (done.conversation, done.status, done.reply_to) == (NEW, None, None)
    assert world.picture == painted(PHOTO, "blue")


async def test_a_reply_that_failed_before_the_move_finds_a_new_place(world: World) -> None:
    world.adapter.can = Capabilities(undo_emoji=("👎",), needs_place=True)
    world.adapter.receipts.append(NotSent("the group got a new id", retry_after=0.05))
    await world.director.handle(world.message("chat"))
    async with asyncio.timeout(PATIENCE):
        while not world.adapter.tries:  # noqa: ASYNC110 - the courier's doing
            await asyncio.sleep(0.01)
    await world.director.handle(ConversationMoved("moved", HERE, NEW))
    await world.settle()
    first, second = world.adapter.tries
    assert (first.conversation, second.conversation) == (HERE, NEW)
    assert first.status is not None
    assert second.status is not None
    assert (second.status.conversation, second.reply_to) == (NEW, None)
    assert second.status.message_id != first.status.message_id


async def test_a_moved_chat_is_joined_with_what_began_in_the_new_one(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.say("chat", at=NEW)
    await world.director.handle(ConversationMoved("moved", HERE, NEW))
    await world.say("brighter", at=NEW)
    assert world.picture == painted(painted(PHOTO, "blue"), "brighter")
    assert len(await world.table("conversations")) == 1


async def test_topics_move_with_their_chat(world: World) -> None:
    topic = ConversationRef("web", HERE.space_id, "7")
    await world.say("blue", photo(png()), at=topic)
    await world.director.handle(ConversationMoved("moved", HERE, NEW))
    await world.say("brighter", at=ConversationRef("web", NEW.space_id, "7"))
    assert world.picture == painted(painted(PHOTO, "blue"), "brighter")


async def test_a_reaction_that_does_not_name_its_topic_finds_its_picture(world: World) -> None:
    topic = ConversationRef("web", HERE.space_id, "7")
    await world.say("blue", photo(png()), at=topic)
    await world.react(MessageRef(HERE, world.ref(world.last).message_id), added="↩️")
    assert world.picture == PHOTO
    assert world.last.conversation == topic


async def test_help_names_only_what_works_here(world: World) -> None:
    await world.command("help")
    assert "react with ↩️" in world.last.text
    assert "press Undo" in world.last.text
    world.adapter.can = Capabilities(undo_emoji=("👎",), receives_reactions=False, buttons=False)
    await world.command("help")
    assert "👎" not in world.last.text
    assert "reaction" not in world.last.text
    assert "Undo" not in world.last.text.replace("/undo", "")
    assert "/undo" in world.last.text


@pytest.mark.parametrize("user", [ANN, MOD])
@pytest.mark.parametrize("group", [None, "guild"])
async def test_help_names_every_command_and_those_for_moderators_to_them(
    world: World, user: UserRef, group: str | None
) -> None:
    await world.command("help", user=user, at=replace(HERE, group_id=group))
    named = set(re.findall(r"/([a-z]+)", world.last.text))
    for_all = {"undo", "redo", "reset", "cancel", "history", "again", "stronger", "subtler", "compare"}
    for_all |= {"original", "rate", "settings", "privacy", "share"}
    moderates = user is MOD and group is not None
    assert named == for_all | ({"pause", "resume", "stats"} if moderates else set())
    assert len(world.last.text) <= 1900, "one message on Discord"


async def test_a_command_alone_does_not_make_the_bot_part_of_a_channel(world: World) -> None:
    await world.command("help")
    assert not await StoredDirectory(world.store).knows(HERE)
    await world.say("talk among others", addressed=False)
    assert len(world.adapter.sent) == 1


async def test_commands_where_nothing_was_sent_are_answered(world: World) -> None:
    for name in ("undo", "redo", "reset"):
        await world.director.handle(CommandInvoked(name, MessageRef(HERE, name), ANN, name))
    await world.settle()
    assert len(world.adapter.sent) == 3
    assert all(reply.image is None for reply in world.adapter.sent)
