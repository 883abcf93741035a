"""Nobody fills the line alone, nobody is refused in silence, and what was refused is never lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import replies
from bot.events import Acknowledged, ConversationRef
from engine.jobs import Crowd, QueueFull
from tests.bot.world import ANN, BOB, HERE, MOD, World, cleaned, photo, png
from tests.fakes.engine import painted

PHOTO = cleaned(png())
THERE = ConversationRef("web", "another room")


@pytest.fixture
async def narrow(tmp_path: Path, at_once: None) -> AsyncIterator[World]:
    """Two wishes a person, three a chat, four in all."""
    world = World(tmp_path, waiting_per_user=2, waiting_per_group=3, waiting_in_all=4)
    await world.start()
    yield world
    await world.stop()


async def begin(world: World, wish: str = "blue") -> None:
    world.engine.hold()
    await world.director.handle(world.message(wish, photo(png())))
    await world.until_editing()


async def refused(world: World, text: str, **values: object) -> str:
    """The answer to a wish for which there is no room."""
    before = len(world.adapter.sent)
    await world.director.handle(world.message(text, **values))  # type: ignore[arg-type]
    await world.replied()
    assert len(world.adapter.sent) == before + 1
    assert [action.name for action in world.last.actions] == ["retry"]
    assert world.last.decision == "error"
    return world.last.text


async def test_a_person_has_only_so_many_wishes_in_one_conversation_too(narrow: World) -> None:
    await begin(narrow)
    await narrow.director.handle(narrow.message("green"))
    assert await refused(narrow, "sepia") == (
        f"2 of your wishes are in the queue already; the first of them is being worked on now. {replies.KEPT}"
    )
    await narrow.director.handle(narrow.message("brighter", author=BOB))  # somebody else's room is theirs
    narrow.engine.release()
    await narrow.settle()
    assert [job.instruction for job in narrow.engine.edits] == ["blue", "green", "brighter"]


async def test_a_chat_and_all_have_their_limits(narrow: World) -> None:
    await begin(narrow)
    await narrow.director.handle(narrow.message("green"))
    await narrow.director.handle(narrow.message("brighter", author=BOB))
    assert (await refused(narrow, "sepia", author=BOB)).startswith("3 wishes from this chat are in the queue")
    await narrow.director.handle(narrow.message("ask", at=THERE, author=MOD))
    narrow.engine.release()
    await narrow.settle()


async def test_all_together_have_a_limit(narrow: World) -> None:
    await begin(narrow)
    for number in range(3):
        there = ConversationRef("web", f"room {number}")
        narrow.adapter.shown.clear()
        await narrow.director.handle(
            narrow.message("red", photo(png()), at=there, author=BOB if number < 2 else MOD)
        )
        await narrow.until_editing()
    elsewhere = ConversationRef("web", "elsewhere")
    text = await refused(narrow, "sepia", author=type(ANN)("web", "eve"), at=elsewhere)
    assert text.startswith("The queue is full: 4 wishes are in it; the first of them is being worked on now")
    narrow.engine.release()
    await narrow.settle()


@pytest.mark.parametrize("words", ["now", "Try again, please!", "ok now"])
async def test_a_refused_wish_is_taken_up_by_a_word(narrow: World, words: str) -> None:
    await begin(narrow)
    await narrow.director.handle(narrow.message("green"))
    await refused(narrow, "sepia")
    narrow.engine.release()
    await narrow.settle()
    await narrow.say(words)
    assert narrow.last.text == "Did: sepia"
    assert narrow.picture == painted(painted(painted(PHOTO, "blue"), "green"), "sepia")
    await narrow.say("chat thanks")
    heard = [turn.text for turn in narrow.engine.dialogues[-1].turns]
    assert heard == ["blue", "Did: blue", "green", "Did: green", "sepia", "Did: sepia", "chat thanks"]


async def test_a_refused_wish_is_taken_up_by_its_button(narrow: World) -> None:
    await begin(narrow)
    await narrow.director.handle(narrow.message("green"))
    await refused(narrow, "sepia")
    job = narrow.last.actions[0].target
    assert await narrow.press("retry", job, user=BOB) == Acknowledged(replies.ONLY_REQUESTER)
    await narrow.press("retry", job)
    assert narrow.last.text.endswith(replies.KEPT), "there is still no room"
    narrow.engine.release()
    await narrow.settle()
    await narrow.press("retry", job)
    await narrow.settle()
    assert narrow.picture == painted(painted(painted(PHOTO, "blue"), "green"), "sepia")
    await narrow.press("retry", job)
    assert narrow.last.text == replies.TRIED_AGAIN_ALREADY
    assert len(narrow.engine.edits) == 3


async def test_the_picture_of_a_refused_wish_is_current_all_the_same(narrow: World) -> None:
    await begin(narrow)
    await narrow.director.handle(narrow.message("green"))
    await narrow.director.handle(narrow.message("sepia", photo(png("yellow")), at=THERE))
    await narrow.replied()
    assert narrow.last.text.endswith(replies.KEPT)
    narrow.engine.release()
    await narrow.settle()
    await narrow.say("darker", at=THERE)
    assert narrow.picture == painted(cleaned(png("yellow")), "darker")


async def test_a_refused_wish_with_its_picture_is_taken_up_as_a_whole(narrow: World) -> None:
    await begin(narrow)
    await narrow.director.handle(narrow.message("green"))
    await narrow.director.handle(narrow.message("sepia", photo(png("yellow"))))
    await narrow.replied()
    narrow.engine.release()
    await narrow.settle()
    await narrow.say("now")
    assert narrow.picture == painted(cleaned(png("yellow")), "sepia")


async def test_now_is_an_ordinary_word_otherwise(narrow: World) -> None:
    await narrow.say("blue", photo(png()))
    await narrow.say("now")
    assert narrow.engine.dialogues[-1].turns[-1].text == "now"


async def test_an_edit_that_the_engine_refused_is_taken_up_without_asking_anew(narrow: World) -> None:
    await narrow.say("", photo(png()))
    narrow.engine.outcomes.append(QueueFull(Crowd("all", "picture", 50, "x", 3, 65.0)))
    await narrow.say("sepia")
    assert narrow.last.text == (
        "The queue is full: 50 pictures are in it; the first of them is number 3 and done in about a minute."
        f" {replies.KEPT}"
    )
    await narrow.say("now")
    assert narrow.picture == painted(PHOTO, "sepia")
    assert len(narrow.engine.dialogues) == 1


async def test_a_refused_wish_outlives_a_crash(tmp_path: Path, at_once: None) -> None:
    first = World(tmp_path, waiting_per_user=1)
    await first.start()
    await begin(first)
    await refused(first, "sepia", at=HERE)
    await first.die()
    second = World(tmp_path, waiting_per_user=1)
    second.adapter, second.adapters, second.numbers = first.adapter, first.adapters, first.numbers
    await second.start()
    await second.settle()
    assert second.picture == painted(PHOTO, "blue")
    await second.say("now")
    assert second.picture == painted(painted(PHOTO, "blue"), "sepia")
    await second.stop()
