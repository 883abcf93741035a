"""A wish never gets a picture that is not its own, and going back never gives other bytes than before."""

from __future__ import annotations

import asyncio

import pytest

from bot import replies
from bot.conversation import FIRST_PICTURE
from bot.events import Acknowledged, ReactionChanged, Receipt, Reply
from tests.bot.world import ANN, BOB, HERE, MOD, World, cleaned, photo, png
from tests.fakes.engine import painted

PHOTO = cleaned(png())


async def test_picture_and_vague_wish_a_question_an_answer_an_edit(world: World) -> None:
    await world.say("ask about the animal", photo(png()))
    assert (world.last.decision, world.last.text) == ("ask", "Which one?")
    await world.say("a cheetah")
    assert world.last.decision == "edit"
    assert world.last.text == "Did: a cheetah"
    assert world.picture == painted(PHOTO, "a cheetah")
    assert [action.name for action in world.last.actions] == ["undo", "compare"]
    turns = world.engine.dialogues[-1].turns
    assert [(turn.speaker, turn.text) for turn in turns] == [
        ("user", "ask about the animal"),
        ("bot", "Which one?"),
        ("user", "a cheetah"),
    ]


async def test_each_edit_goes_on_from_the_one_before(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.say("brighter")
    assert world.picture == painted(painted(PHOTO, "blue"), "brighter")
    assert world.engine.dialogues[-1].applied == ("blue",)


async def test_undo_in_words_gives_back_the_very_bytes(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.say("brighter")
    await world.say("undo that")
    assert world.picture == painted(PHOTO, "blue")
    assert world.last.text == replies.BACK_ONE
    await world.say("undo that")
    assert world.picture == PHOTO


async def test_go_back_two_and_start_over_and_redo(world: World) -> None:
    for wish in ("one", "two", "three"):
        await world.say(wish, *([photo(png())] if wish == "one" else []))
    three = world.picture
    await world.say("undo two of them")
    assert world.picture == painted(PHOTO, "one")
    await world.command("redo")
    assert world.picture == three
    await world.say("reset please")
    assert world.picture == PHOTO
    await world.press("redo", world.last.actions[0].target)
    assert world.picture == three


async def test_undo_by_reaction_on_an_older_edit_and_back_by_taking_it_away(world: World) -> None:
    await world.say("blue", photo(png()))
    older = world.ref(world.last)
    await world.say("brighter")
    newest = world.picture
    await world.react(older, added="↩")
    assert world.picture == PHOTO
    assert world.last.text == replies.back(2)
    await world.react(older, removed="↩️")
    assert world.picture == newest


async def test_a_reaction_before_the_platform_s_answer_counts(world: World) -> None:
    send, hands = world.adapter.send, []

    async def seen_at_once(reply: Reply) -> Receipt:
        receipt = await send(reply)
        if reply.decision == "edit":
            reaction = ReactionChanged("quick", world.ref(reply), ANN, ("↩️",), ())
            hands.append(asyncio.create_task(world.director.handle(reaction)))
            await asyncio.sleep(0.2)
        return receipt

    world.adapter.send = seen_at_once
    await world.say("blue", photo(png()))
    await asyncio.gather(*hands)
    await world.settle()
    assert len(hands) == 1
    assert world.picture == PHOTO


async def test_undo_twice_says_so_and_changes_nothing(world: World) -> None:
    await world.say("blue", photo(png()))
    edit = world.ref(world.last)
    await world.react(edit, added="↩️")
    await world.react(edit, added="↩️", user=MOD)
    assert "undone already" in world.last.text
    assert world.last.image is None
    await world.say("green")
    assert world.picture == painted(PHOTO, "green")


async def test_redo_after_a_new_edit_says_that_it_can_not(world: World) -> None:
    await world.say("blue", photo(png()))
    edit = world.ref(world.last)
    await world.react(edit, added="↩️")
    await world.say("green")
    await world.react(edit, removed="↩️")
    assert "can't be redone" in world.last.text


async def test_other_reactions_and_reactions_elsewhere_do_nothing(world: World) -> None:
    await world.say("blue", photo(png()))
    said = len(world.adapter.sent)
    await world.react(world.ref(world.last), added="👍")
    await world.react(world.ref(world.last), removed="↩️")
    assert len(world.adapter.sent) == said


async def test_reply_to_an_older_picture_grows_a_branch(world: World) -> None:
    await world.say("blue", photo(png()))
    older = world.ref(world.last)
    await world.say("brighter")
    await world.say("sepia", reply_to=older, author=BOB)
    assert world.picture == painted(painted(PHOTO, "blue"), "sepia")
    assert world.engine.dialogues[-1].applied == ("blue",)
    await world.say("more")
    assert world.engine.dialogues[-1].applied == ("blue", "sepia")


async def test_reply_to_the_own_upload_edits_the_upload(world: World) -> None:
    upload = await world.say("blue", photo(png()))
    await world.say("green", reply_to=upload.ref)
    assert world.picture == painted(PHOTO, "green")


async def test_a_new_picture_begins_anew_and_the_old_one_is_kept(world: World) -> None:
    await world.say("blue", photo(png()))
    old = world.ref(world.last)
    await world.say("blue", photo(png("green")))
    assert world.picture == painted(cleaned(png("green")), "blue")
    await world.say("brighter", reply_to=old)
    assert world.picture == painted(painted(PHOTO, "blue"), "brighter")


async def test_picture_without_a_wish_is_asked_about(world: World) -> None:
    await world.say("", photo(png()))
    assert (world.last.decision, world.last.text) == ("ask", replies.WHAT_TO_CHANGE)
    await world.say("blue")
    assert world.picture == painted(PHOTO, "blue")


async def test_a_wish_without_a_picture_waits_for_it(world: World) -> None:
    await world.say("make it blue")
    assert world.last.text == replies.SEND_PICTURE
    await world.say("", photo(png()))
    assert world.picture == painted(PHOTO, "make it blue")


async def test_chat_without_a_picture_is_answered(world: World) -> None:
    await world.say("chat with me")
    assert world.last.text == "How nice!"


async def test_anybodys_picture_can_be_edited_by_replying_to_it(world: World) -> None:
    stranger = world.message().ref
    await world.say("blue", reply_to=stranger, replied_attachments=(photo(png("green")),))
    assert world.picture == painted(cleaned(png("green")), "blue")
    await world.say("sepia", reply_to=stranger, replied_attachments=(photo(png("green")),))
    assert world.picture == painted(cleaned(png("green")), "sepia")
    assert len([v for v in await world.table("versions") if v["parent"] is None]) == 1


async def test_after_enough_questions_the_most_likely_thing_is_done(world: World) -> None:
    await world.say("ask one", photo(png()))
    await world.say("ask two")
    await world.say("ask three")
    assert [job.may_ask for job in world.engine.dialogues] == [True, True, False]
    assert world.last.decision == "edit"
    await world.say("ask anew")
    assert world.engine.dialogues[-1].may_ask


async def test_a_wish_about_another_picture_may_be_asked_about_anew(world: World) -> None:
    await world.say("blue", photo(png()))
    older = world.ref(world.last)
    await world.say("green")
    await world.say("ask one")
    await world.say("ask two")
    await world.say("ask about the older one", reply_to=older)
    await world.say("an answer")
    assert [job.may_ask for job in world.engine.dialogues] == [True] * 6


async def test_the_same_event_twice_is_one_job(world: World) -> None:
    event = world.message("blue", photo(png()))
    for _ in range(2):
        await world.director.handle(event)
    await world.settle()
    await world.director.handle(event)
    await world.settle()
    assert len(world.engine.edits) == 1
    assert len(world.adapter.sent) == 1


async def test_talk_among_others_is_left_alone(world: World) -> None:
    await world.say("not for the bot", addressed=False)
    assert world.adapter.sent == []
    assert [row["outcome"] for row in await world.table("ledger")] == ["ignored"]
    await world.say("blue", photo(png()))
    await world.say("brighter", addressed=False)
    assert world.last.decision == "edit"


@pytest.mark.parametrize(
    ("user", "moved"), [(ANN, True), (BOB, False), (MOD, True)], ids=["requester", "another", "moderator"]
)
async def test_who_may_undo_by_reaction(world: World, user: object, moved: bool) -> None:
    await world.say("blue", photo(png()))
    await world.react(world.ref(world.last), user=user, added="↩️")  # type: ignore[arg-type]
    assert (world.last.decision == "undo") is moved
    assert world.last.text == (replies.BACK_ONE if moved else replies.ONLY_REQUESTER_REACTED)


async def test_who_may_not_undo_is_told_once_however_often_they_react(world: World) -> None:
    await world.say("blue", photo(png()))
    edit = world.ref(world.last)
    for number in range(3):
        await world.react(edit, user=BOB, added="↩️")
        await world.react(edit, user=BOB, removed="↩️")
        assert len(world.adapter.sent) == 2, number
    assert world.last.reply_to == edit
    await world.react(edit, user=type(BOB)("web", "eve"), added="↩️")
    assert len(world.adapter.sent) == 3


async def test_another_person_is_told_alone_why_a_button_does_nothing(world: World) -> None:
    await world.say("blue", photo(png()))
    press = world.pressed("undo", world.last.actions[0].target, user=BOB)
    for _ in range(2):  # delivered twice
        assert await world.director.handle(press) == Acknowledged(replies.ONLY_REQUESTER)
    await world.settle()
    assert len(world.adapter.sent) == 1
    await world.command("reset", user=BOB)
    assert world.last.text == replies.ONLY_REQUESTER
    await world.say("undo", author=BOB)
    assert world.last.text == replies.ONLY_REQUESTER


async def test_the_owner_may_undo_what_others_asked_for(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.say("brighter", author=BOB)
    await world.react(world.ref(world.last), user=ANN, added="↩️")
    assert world.picture == painted(PHOTO, "blue")


async def test_a_button_of_another_chat_does_nothing(world: World) -> None:
    elsewhere = type(HERE)("web", "other")
    await world.say("blue", photo(png()), at=elsewhere)
    said = len(world.adapter.sent)
    await world.press("undo", world.last.actions[0].target)
    await world.press("undo", "made up")
    await world.press("undo", world.engine.edits[0].id)
    await world.press("cancel", world.last.actions[0].target)
    assert len(world.adapter.sent) == said


async def test_what_could_not_be_undone_is_forgotten_with_the_wish(world: World) -> None:
    await world.say("brighter", photo(png()))
    await world.say("undo")
    await world.say("undo it")
    assert world.last.text == FIRST_PICTURE
    await world.say("warmer")
    said = [turn.text for turn in world.engine.dialogues[-1].turns]
    assert "undo it" not in said and FIRST_PICTURE not in said
    assert said[0] == "brighter" and said[-1] == "warmer"
