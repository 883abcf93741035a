"""Several pictures at once, when it is known which: limits, stops, failures of some, the tree they grow."""

from __future__ import annotations

from pathlib import Path

from bot import replies
from bot.events import (
    MOST_PICTURES,
    ConversationRef,
    MessageRef,
    Reply,
)
from bot.store import StoredTranscript
from engine.jobs import Refused
from tests.bot.several import FILES, KEPT, album, as_messages, button, edits, pictures, press
from tests.bot.world import HERE, World, cleaned, photo, png
from tests.fakes.engine import painted

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
