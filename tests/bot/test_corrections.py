"""Words that are changed after they were sent are never done twice, nor is the old wish in their place."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from bot import replies
from bot.events import MessageEdited, MessageIn
from engine.jobs import DialogueJob, Outcome
from tests.bot.world import BOB, HERE, PATIENCE, World, cleaned, photo, png
from tests.fakes.engine import painted

PHOTO = cleaned(png())


async def change(world: World, event: MessageIn, text: str, **values: Any) -> MessageEdited:
    """The author changes the words of a message; the picture stays in it."""
    number = next(world.numbers)
    edited = MessageEdited(replace(event, event_id=f"e{number}", text=text, **values))
    await world.director.handle(edited)
    await world.settle()
    return edited


async def test_a_caption_that_comes_later_is_the_wish(world: World) -> None:
    event = await world.say("", photo(png()))
    assert world.last.text == replies.WHAT_TO_CHANGE
    await change(world, event, "blue")
    assert world.picture == painted(PHOTO, "blue")
    assert world.last.reply_to == event.ref


async def test_a_wish_that_is_being_worked_on_is_begun_anew(world: World) -> None:
    world.engine.hold()
    event = world.message("bleu", photo(png()))
    await world.director.handle(event)
    await world.until_editing()
    (job,) = world.engine.running
    edited = MessageEdited(replace(event, event_id="edited", text="blue"))
    await world.director.handle(edited)
    world.engine.release()
    await world.settle()
    await world.director.handle(edited)
    await world.settle()
    assert world.engine.cancelled == {job}
    assert world.picture == painted(PHOTO, "blue")
    assert [reply.text for reply in world.adapter.sent] == [replies.WISH_CHANGED, "Did: blue"]
    assert world.adapter.sent[0].status is not None, "the status message of the old wish says so"
    assert len(await world.table("versions")) == 2


async def test_a_wish_that_waits_its_turn_is_replaced(world: World) -> None:
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png())))
    await world.until_editing()
    waiting = world.message("brihgter")
    await world.director.handle(waiting)
    await world.director.handle(MessageEdited(replace(waiting, event_id="e", text="brighter")))
    world.engine.release()
    await world.settle()
    assert world.picture == painted(painted(PHOTO, "blue"), "brighter")
    assert [reply.text for reply in world.adapter.sent] == ["Did: blue", "Did: brighter"]


async def test_words_changed_while_the_model_reads_them_are_read_once_more(world: World) -> None:
    await world.say("", photo(png()))
    reading, go_on = asyncio.Event(), asyncio.Event()
    run = world.engine.run

    async def slowly(job: Any, *more: Any) -> Outcome:
        if isinstance(job, DialogueJob) and not reading.is_set():
            reading.set()
            await go_on.wait()
        return await run(job, *more)

    world.engine.run = slowly  # type: ignore[method-assign]
    event = world.message("bleu")
    await world.director.handle(event)
    async with asyncio.timeout(PATIENCE):
        await reading.wait()
    await world.director.handle(MessageEdited(replace(event, event_id="e", text="blue")))
    go_on.set()
    await world.settle()
    assert world.picture == painted(PHOTO, "blue")
    assert [job.instruction for job in world.engine.edits] == ["blue"]


async def test_a_wish_that_is_done_stays_done_and_the_person_reads_how_to_go_on_once(world: World) -> None:
    event = await world.say("blue", photo(png()))
    await change(world, event, "green")
    await change(world, event, "greener")
    assert [reply.text for reply in world.adapter.sent] == ["Did: blue", replies.DONE_ALREADY]
    assert world.last.reply_to == event.ref
    await world.say("brighter")
    assert world.picture == painted(painted(PHOTO, "blue"), "brighter")
    (last,) = world.engine.dialogues[-1:]
    assert [turn.text for turn in last.turns] == ["blue", "Did: blue", "brighter"], "no part of the talk"


async def test_a_question_can_be_answered_by_changing_the_wish(world: World) -> None:
    event = await world.say("ask", photo(png()))
    assert world.last.text == "Which one?"
    await change(world, event, "blue")
    assert world.picture == painted(PHOTO, "blue")


async def test_after_the_talk_went_on_an_old_wish_is_not_begun_anew(world: World) -> None:
    event = await world.say("ask", photo(png()))
    await world.say("blue")
    await change(world, event, "green")
    assert world.last.text == replies.DONE_ALREADY
    assert len(await world.table("versions")) == 2


async def test_an_undo_is_not_done_twice(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.say("brighter")
    event = await world.say("undo")
    await change(world, event, "undo please")
    assert world.last.text == replies.DONE_ALREADY


async def test_a_change_that_nobody_sees_is_left_alone(world: World) -> None:
    for text, pictures in (("blue", [photo(png())]), ("mach bitte das Bild heller", []), ("", [])):
        event = await world.say(text, *pictures)
        answers = len(world.adapter.sent)
        await change(world, event, text)
        assert len(world.adapter.sent) == answers, text


async def test_words_that_could_not_be_read_can_be_put_right(world: World) -> None:
    await world.say("", photo(png()))
    event = await world.say("mach bitte das Bild heller")
    assert "English" in world.last.text
    await change(world, event, "blue")
    assert world.picture == painted(PHOTO, "blue")
    await change(world, event, "mach bitte das Bild heller")
    assert "English" in world.last.text


async def test_a_mention_that_is_added_later_makes_a_wish_of_a_message(world: World) -> None:
    chatter = world.message("blue", photo(png()), addressed=False)
    await world.director.handle(chatter)
    await change(world, chatter, "brighter", addressed=False)
    assert world.adapter.sent == []
    await change(world, chatter, "blue", addressed=True)
    assert world.picture == painted(PHOTO, "blue")


async def test_nobody_changes_somebody_elses_wish(world: World) -> None:
    event = await world.say("ask", photo(png()))
    answers = len(world.adapter.sent)
    await change(world, event, "green", author=BOB)
    assert len(world.adapter.sent) == answers
    assert event.ref.conversation == HERE


async def test_a_refused_wish_that_is_changed_is_let_in_when_there_is_room(tmp_path: Any) -> None:
    world = World(tmp_path, waiting_per_user=1)
    await world.start()
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png())))
    await world.until_editing()
    refused = world.message("brihgter")
    await world.director.handle(refused)
    await world.replied()
    assert "in the queue already" in world.last.text
    await world.director.handle(MessageEdited(replace(refused, event_id="e", text="brighter")))
    await world.replied()
    assert "in the queue already" in world.last.text
    world.engine.release()
    await world.settle()
    await change(world, refused, "much brighter")
    assert world.picture == painted(painted(PHOTO, "blue"), "much brighter")
    await world.stop()
