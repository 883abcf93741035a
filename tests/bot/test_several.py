"""Several pictures at once: the bot asks for which a wish is, and each picture goes its own way then."""

from __future__ import annotations

import asyncio

import pytest

from bot import replies
from bot.events import (
    Acknowledged,
)
from tests.bot.several import FILES, KEPT, album, button, edits, pictures, press, restarted
from tests.bot.world import ANN, BOB, MOD, World, cleaned, photo, png
from tests.fakes.engine import painted

# ---------------------------------------------------------------- the question


async def test_a_clear_wish_is_asked_about_once_with_a_button_for_each(world: World) -> None:
    await world.say("blue", *album())
    assert (world.last.text, world.last.decision) == (replies.which(3), "ask")
    assert [(action.name, action.label) for action in world.last.actions] == [
        ("all", ""),
        ("pick", replies.JUST_THE_FIRST),
        ("pick", "2"),
        ("pick", "3"),
    ]
    assert len(world.adapter.sent) == 1 and world.engine.edits == []


async def test_a_vague_wish_is_cleared_up_first(world: World) -> None:
    await world.say("ask about it", *album())
    assert world.last.text == "Which one?"
    await world.say("sepia")
    assert world.last.text == replies.which(3)
    await world.say("all")
    assert pictures(edits(world)) == [painted(kept, "sepia") for kept in KEPT]


async def test_pictures_without_a_wish_are_asked_what_to_change(world: World) -> None:
    await world.say("", *album())
    assert world.last.text == replies.what_to_change(3)
    await world.say("sepia")
    assert world.last.text == replies.which(3)
    await world.say("the second one")
    assert world.picture == painted(KEPT[1], "sepia")


async def test_one_picture_is_never_asked_about(world: World) -> None:
    await world.say("blue", photo(FILES[0]))
    assert world.last.decision == "edit"


async def test_a_wish_that_waited_for_its_pictures_is_asked_about(world: World) -> None:
    await world.say("sepia")
    assert world.last.text == replies.SEND_PICTURE
    await world.say("", *album(2))
    assert world.last.text == replies.which(2)


@pytest.mark.parametrize(
    ("wish", "done", "chosen"),
    [
        ("make all of them sepia", "make it sepia", (0, 1, 2)),
        ("crop the second picture", "crop it", (1,)),
        ("black and white for the last photo", "black and white for it", (2,)),
    ],
)
async def test_a_wish_that_says_itself_which_it_means_is_just_done(
    world: World, wish: str, done: str, chosen: tuple[int, ...]
) -> None:
    await world.say(wish, *album())
    assert pictures(world.adapter.sent) == [painted(KEPT[number], done) for number in chosen]


async def test_who_wants_no_questions_gets_all_of_them_done(world: World) -> None:
    await world.command("settings", "questions off")
    await world.say("sepia", *album())
    assert pictures(edits(world)) == [painted(kept, "sepia") for kept in KEPT]


# ---------------------------------------------------------------- the answer


@pytest.mark.parametrize("words", ["all", "All of them, please!", "do all three", ""])
async def test_all_is_the_same_wish_on_each_picture_one_by_one(world: World, words: str) -> None:
    await world.say("sepia", *album())
    await (world.say(words) if words else press(world, button(world.last, 0)))
    assert [reply.text for reply in edits(world)] == [f"{n} of 3: Did: sepia" for n in (1, 2, 3)]
    assert pictures(edits(world)) == [painted(kept, "sepia") for kept in KEPT]
    assert len(world.adapter.sent) == 4 and len(world.engine.dialogues) == 1
    versions = await world.table("versions")
    assert [row["parent"] for row in versions[3:]] == [row["id"] for row in versions[:3]]


@pytest.mark.parametrize(
    ("words", "number"), [("just the first", 1), ("the second one", 2), ("3", 3), ("", 1), ("", 3)]
)
async def test_one_is_chosen_and_the_others_stay(world: World, words: str, number: int) -> None:
    await world.say("sepia", *album())
    await (world.say(words) if words else press(world, button(world.last, number)))
    assert world.last.text == "Did: sepia"
    assert pictures(edits(world)) == [painted(KEPT[number - 1], "sepia")]
    await world.say("darker")
    assert world.picture == painted(painted(KEPT[number - 1], "sepia"), "darker")


async def test_some_are_chosen_in_words(world: World) -> None:
    await world.say("sepia", *album())
    await world.say("1 and 3")
    assert pictures(edits(world)) == [painted(KEPT[number], "sepia") for number in (0, 2)]


async def test_a_picture_that_is_not_there_is_asked_about_once_more(world: World) -> None:
    await world.say("sepia", *album())
    await world.say("the fifth one")
    assert world.last.text == f"{replies.only_so_many(3)} {replies.which(3)}"
    await press(world, button(world.last, 2))
    assert pictures(edits(world)) == [painted(KEPT[1], "sepia")]


async def test_another_wish_instead_of_an_answer_is_asked_about_anew(world: World) -> None:
    await world.say("sepia", *album())
    first = world.last
    await world.say("darker")
    assert world.last.text == replies.which(3)
    assert await press(world, button(first, 0)) == Acknowledged(replies.CHOSEN_ALREADY)
    await world.say("all")
    assert pictures(edits(world)) == [painted(kept, "darker") for kept in KEPT]


async def test_small_talk_leaves_the_question_open(world: World) -> None:
    await world.say("sepia", *album())
    asked = world.last
    await world.say("chat lovely weather")
    await press(world, button(asked, 1))
    assert pictures(edits(world)) == [painted(KEPT[0], "sepia")]


@pytest.mark.parametrize("way", ["never mind", "/cancel"])
async def test_whoever_was_asked_may_let_it_be(world: World, way: str) -> None:
    await world.say("sepia", *album())
    asked = world.last
    await (world.command("cancel") if way == "/cancel" else world.say(way))
    assert world.last.text == replies.LEFT_AS_THEY_ARE
    assert await press(world, button(asked, 0)) == Acknowledged(replies.CHOSEN_ALREADY)
    assert edits(world) == []


async def test_a_new_picture_settles_the_question(world: World) -> None:
    await world.say("sepia", *album())
    asked = world.last
    await world.say("darker", photo(png("pink")))
    assert world.picture == painted(cleaned(png("pink")), "darker")
    assert await press(world, button(asked, 2)) == Acknowledged(replies.CHOSEN_ALREADY)


async def test_others_may_not_choose_and_are_told_alone(world: World) -> None:
    await world.say("sepia", *album())
    asked = world.last
    assert await press(world, button(asked, 0), user=BOB) == Acknowledged(replies.ONLY_REQUESTER)
    assert len(world.adapter.sent) == 1
    assert await press(world, button(asked, 2), user=MOD) is None
    assert [row["requester"] for row in (await world.table("versions"))[3:]] == [ANN.user_id]


# ---------------------------------------------------------------- exactly once


async def test_a_press_that_comes_twice_or_is_made_twice_counts_once(world: World) -> None:
    await world.say("sepia", *album())
    event = world.pressed("all", button(world.last, 0).target)
    again = world.pressed("all", button(world.last, 0).target)
    said = await asyncio.gather(*(world.director.handle(each) for each in (event, event, again)))
    await world.settle()
    assert pictures(edits(world)) == [painted(kept, "sepia") for kept in KEPT]
    assert [each and each.text for each in said] == [None, None, replies.CHOSEN_ALREADY]


async def test_the_message_delivered_twice_is_asked_about_once(world: World) -> None:
    event = await world.say("sepia", *album())
    await world.director.handle(event)
    await world.settle()
    assert len(world.adapter.sent) == 1
    assert len(await world.table("versions")) == 3


async def test_the_question_and_its_buttons_outlive_a_restart(world: World) -> None:
    await world.say("sepia", *album())
    asked = world.last
    await world.stop()
    second = await restarted(world)
    await press(second, button(asked, 0))
    assert pictures(edits(second)) == [painted(kept, "sepia") for kept in KEPT]
    await second.stop()


async def test_killed_between_two_of_them_each_is_posted_once(world: World) -> None:
    await world.say("sepia", *album())
    world.engine.hold()
    await world.director.handle(world.pressed("all", button(world.last, 0).target))
    await world.until_editing()
    await world.die()
    second = await restarted(world)
    assert pictures(edits(second)) == [painted(kept, "sepia") for kept in KEPT]
    assert len(await second.table("versions")) == 6
    await second.stop()
