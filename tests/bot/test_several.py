"""Several pictures at once: the bot asks for which a wish is, and each picture goes its own way then."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import replies
from bot.events import (
    MOST_PICTURES,
    Acknowledged,
    Action,
    Attachment,
    ConversationRef,
    MessageRef,
    Reply,
)
from bot.store import StoredTranscript
from engine.jobs import Refused
from tests.bot.world import ANN, BOB, HERE, MOD, World, cleaned, photo, png
from tests.fakes.engine import painted

COLOURS = ("red", "green", "blue")
FILES = [png(colour) for colour in COLOURS]
KEPT = [cleaned(file) for file in FILES]


def album(count: int = 3) -> list[Attachment]:
    return [photo(file) for file in FILES[:count]]


def as_messages(at: MessageRef) -> list[Attachment]:
    """An album whose pictures are messages of their own, the first of which is `at`."""
    first = int(at.message_id)
    return [
        Attachment("photo", photo(file).open, message_id=str(first + 10_000 * number))
        for number, file in enumerate(FILES)
    ]


def button(reply: Reply, number: int) -> Action:
    """The button for one picture; 0: for all."""
    names = [action for action in reply.actions if action.number == number and action.name in {"all", "pick"}]
    return names[0]


def edits(world: World, *, since: int = 0) -> list[Reply]:
    return [reply for reply in world.adapter.sent[since:] if reply.decision == "edit"]


def pictures(replied: list[Reply]) -> list[bytes]:
    return [reply.image.data for reply in replied if reply.image]


async def press(world: World, action: Action, **values: object) -> Acknowledged | None:
    acknowledged = await world.press(action.name, action.target, **values)  # type: ignore[arg-type]
    await world.settle()
    return acknowledged


async def restarted(world: World) -> World:
    """The same people on the same platform, after the bot came back."""
    second = World(world.data_dir)
    second.adapter, second.adapters, second.numbers = world.adapter, world.adapters, world.numbers
    await second.start()
    await second.settle()
    return second


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


# ---------------------------------------------------------------- limits, status, stop, failures


async def test_all_of_them_are_one_wish_in_the_line_and_one_at_a_time(tmp_path: Path, at_once: None) -> None:
    world = World(tmp_path, waiting_per_user=2)
    await world.start()
    await world.say("sepia", *album())
    world.engine.hold()
    await world.director.handle(world.pressed("all", button(world.last, 0).target))
    await world.until_editing()
    assert len(world.engine.running) == 1
    assert {update.job_id for update in world.adapter.statuses} == set(world.engine.running)
    await world.director.handle(world.message("darker"))
    await world.director.handle(world.message("brighter"))
    await world.replied()
    assert world.last.text.startswith("2 of your wishes are in the queue already")
    world.engine.release()
    await world.settle()
    assert [job.instruction for job in world.engine.edits] == ["sepia"] * 3 + ["darker"]
    await world.stop()


async def test_without_room_the_question_stays_open(tmp_path: Path, at_once: None) -> None:
    world = World(tmp_path, waiting_per_user=1)
    await world.start()
    await world.say("sepia", *album())
    asked = world.last
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png()), at=ConversationRef("web", "other")))
    await world.until_editing()
    refused = await world.press("all", button(asked, 0).target)
    assert refused is not None and refused.text.endswith(replies.PRESS_AGAIN)
    world.engine.release()
    await world.settle()
    await press(world, button(asked, 0))
    assert pictures(edits(world))[1:] == [painted(kept, "sepia") for kept in KEPT]
    await world.stop()


async def test_stop_stops_what_is_left_of_them(world: World) -> None:
    await world.say("sepia", *album())
    asked = world.last
    world.engine.hold()
    await world.director.handle(world.pressed("all", button(asked, 0).target))
    await world.until_editing()
    (job,) = world.engine.running
    await world.press("cancel", job)
    world.engine.release()
    await world.settle()
    assert world.last.text == replies.CANCELLED_REST
    assert world.last.status is not None
    assert edits(world) == [] and len(world.engine.edits) == 1
    await world.say("darker", reply_to=world.ref(asked))
    assert world.last.decision in {"ask", "edit"}


async def test_what_the_editor_can_not_do_is_said_twice_at_most(world: World) -> None:
    await world.say("sepia", *album())
    world.engine.outcomes.extend([Refused("I can't do that.")] * 3)
    await world.say("all")
    assert [reply.text for reply in world.adapter.sent[1:]] == [
        "I can't do that.",
        replies.same_for_the_rest(2),
    ]
    assert [row["state"] for row in await world.table("jobs")] == ["done", "done", *["failed"] * 3]


async def test_one_that_fails_leaves_the_others(world: World) -> None:
    await world.say("sepia", *album())
    world.engine.outcomes.append(Refused("Not this one."))
    await world.say("all")
    assert world.adapter.sent[1].text == "Not this one."
    assert pictures(edits(world)) == [painted(kept, "sepia") for kept in KEPT[1:]]


async def test_those_that_can_not_be_read_are_named_and_the_others_done(world: World) -> None:
    await world.say("sepia", photo(FILES[0]), photo(b"no picture"), photo(FILES[2]), photo(b""))
    assert world.last.text.startswith("Picture 2: I can't read that file as a picture.")
    assert "Picture 4: That file is empty" in world.last.text
    assert world.last.text.endswith(replies.which(2))
    await world.say("all")
    assert pictures(edits(world)) == [painted(KEPT[number], "sepia") for number in (0, 2)]
    assert [reply.text for reply in edits(world)] == ["1 of 2: Did: sepia", "2 of 2: Did: sepia"]


async def test_the_only_one_that_can_be_read_is_done_at_once(world: World) -> None:
    await world.say("sepia", photo(b"no picture"), photo(FILES[1]))
    assert world.last.text.startswith("Picture 1: I can't read") and world.last.text.endswith("Did: sepia")
    assert world.picture == painted(KEPT[1], "sepia")


async def test_when_none_can_be_read_that_is_said_once(world: World) -> None:
    await world.say("sepia", photo(b"no picture"), photo(b"neither"))
    assert world.last.text.count("I can't read that file") == 1
    await world.say("", photo(FILES[0]))  # the wish was kept
    assert world.picture == painted(KEPT[0], "sepia")


async def test_more_than_ten_are_the_first_ten(world: World) -> None:
    await world.say("sepia", *(photo(png("red", (20 + n, 20))) for n in range(12)))
    assert world.last.text.startswith(replies.too_many(MOST_PICTURES))
    assert len(world.last.actions) == 1 + MOST_PICTURES
    await world.say("the 10th")
    assert world.picture == painted(cleaned(png("red", (29, 20))), "sepia")


# ---------------------------------------------------------------- the tree


async def all_done(world: World) -> list[Reply]:
    await world.say("sepia", *album())
    await world.say("all")
    return edits(world)


async def test_each_result_is_undone_and_redone_by_itself(world: World) -> None:
    results = await all_done(world)
    for number in (0, 1):
        await world.react(world.ref(results[number]), added="↩️")
        assert (world.picture, world.last.text) == (KEPT[number], replies.BACK_ONE)
    states = [m["state"] for m in await StoredTranscript(world.store).messages(HERE) if m["version"]]
    assert states[3:6] == ["undone", "undone", "kept"]
    await world.react(world.ref(results[0]), removed="↩️")
    assert world.picture == painted(KEPT[0], "sepia")
    await press(world, next(a for a in results[2].actions if a.name == "undo"))
    assert world.picture == KEPT[2]


async def test_undo_in_words_takes_back_the_newest_alone(world: World) -> None:
    await all_done(world)
    await world.say("undo")
    assert world.picture == KEPT[2]
    await world.command("redo")
    assert world.picture == painted(KEPT[2], "sepia")


async def test_a_reply_to_any_result_goes_on_from_it(world: World) -> None:
    results = await all_done(world)
    await world.say("darker", reply_to=world.ref(results[0]))
    assert world.picture == painted(painted(KEPT[0], "sepia"), "darker")
    await world.say("undo")
    assert world.picture == painted(KEPT[0], "sepia")
    await world.command("reset")
    assert world.picture == KEPT[0]


async def test_a_reply_to_a_picture_of_an_album_means_that_one(world: World) -> None:
    event = world.message("sepia")
    pieces = as_messages(event.ref)
    await world.say("sepia", *pieces)
    for number in (2, 1):
        there = MessageRef(HERE, str(pieces[number].message_id))
        await world.say("darker", reply_to=there)
        assert world.picture == painted(KEPT[number], "darker")


async def test_a_reply_to_a_message_with_several_may_say_which(world: World) -> None:
    event = await world.say("sepia", *album())
    await world.say("crop the second picture", reply_to=event.ref)
    assert world.picture == painted(KEPT[1], "crop it")
    await world.say("darker", reply_to=event.ref)
    assert world.picture == painted(KEPT[0], "darker")


async def test_the_question_is_no_part_of_what_the_model_hears(world: World) -> None:
    results = await all_done(world)
    await world.say("darker")
    heard = [turn.text for turn in world.engine.dialogues[-1].turns]
    assert heard == ["sepia", "1 of 3: Did: sepia", "darker"]
    assert world.engine.dialogues[-1].applied == ("sepia",)
    await world.say("chat about the first", reply_to=world.ref(results[0]))
    assert world.engine.dialogues[-1].turns[0].text == "sepia"


async def test_the_history_shows_and_offers_every_picture(world: World) -> None:
    await all_done(world)
    await world.command("history")
    assert [action.number for action in world.last.actions] == [1, 2, 3, 4, 5, 6]
    await world.command("history", "2")
    assert (world.picture, world.last.text) == (KEPT[1], replies.chosen(2))
    await world.command("redo")
    assert world.picture == painted(KEPT[2], "sepia")
    for wrong in ("7", "0", "first"):
        await world.command("history", wrong)
        assert world.last.text == replies.no_such_picture(6)


async def test_the_web_chat_shows_every_picture_that_was_sent(world: World) -> None:
    await world.say("sepia", *album())
    transcript = StoredTranscript(world.store)
    shown = [message for message in await transcript.messages(HERE) if message["image"]]
    assert [(message["speaker"], message["text"]) for message in shown] == [
        ("user", "sepia"),
        *[("user", "")] * 2,
    ]
    assert len({message["id"] for message in shown}) == 3
    await world.say("darker", reply_to=MessageRef(HERE, shown[2]["id"]))
    assert world.picture == painted(KEPT[2], "darker")


async def test_pictures_of_a_message_that_is_answered_are_asked_about_too(world: World) -> None:
    stranger = world.message().ref
    await world.say("sepia", reply_to=stranger, replied_attachments=tuple(album(2)))
    assert world.last.text == replies.which(2)
    await world.say("both")
    assert pictures(edits(world)) == [painted(kept, "sepia") for kept in KEPT[:2]]


async def test_what_was_refused_for_want_of_room_is_asked_about_later(tmp_path: Path, at_once: None) -> None:
    world = World(tmp_path, waiting_per_user=1)
    await world.start()
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png())))
    await world.until_editing()
    await world.director.handle(world.message("sepia", *album()))
    await world.replied()
    world.engine.release()
    await world.settle()
    await world.say("now")
    assert world.last.text == replies.which(3)
    await world.say("all")
    assert pictures(edits(world))[1:] == [painted(kept, "sepia") for kept in KEPT]
    await world.stop()
