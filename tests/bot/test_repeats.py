"""Once more, stronger or subtler never goes on from the edit itself, and never paints the same one twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import replies
from bot.conversation import NO_PICTURE
from bot.events import STARS, ConversationRef, RepeatName, Reply
from bot.settings import Strength
from bot.store import StoredTranscript
from engine.jobs import Edited, QueueFull
from tests.bot.world import BOB, HERE, World, cleaned, photo, png
from tests.fakes.engine import SIZE, diffused, painted

PHOTO = cleaned(png())


async def painted_once(world: World) -> Reply:
    """An upload and a diffusion edit of it; the reply with its buttons."""
    await world.say("paint a cheetah", photo(png()))
    return world.last


def target(reply: Reply, name: RepeatName) -> str:
    (found,) = [action.target for action in reply.actions if action.name == name]
    return found


async def press(world: World, name: RepeatName, reply: Reply, **values: object) -> None:
    await world.press(name, target(reply, name), **values)  # type: ignore[arg-type]
    await world.settle()


async def test_the_buttons_are_offered_under_a_painted_edit(world: World) -> None:
    edit = await painted_once(world)
    assert [action.name for action in edit.actions] == ["undo", "again", "stronger", "subtler", "compare"]
    assert len({action.target for action in edit.actions}) == 1


async def test_again_is_another_seed_on_the_picture_before(world: World) -> None:
    edit = await painted_once(world)
    first = world.engine.edits[-1]
    await press(world, "again", edit)
    job = world.engine.edits[-1]
    assert (job.image, job.instruction) == (PHOTO, "paint a cheetah")
    assert job.seed != first.seed
    assert world.picture == diffused(PHOTO, "paint a cheetah", job.seed, 7.5, 1.5)
    assert (world.last.text, world.last.decision) == (replies.AGAIN, "edit")
    first_version, second = (await world.table("versions"))[1:]
    assert first_version["parent"] == second["parent"]
    assert world.engine.dialogues[1:] == []


async def test_the_dialogue_model_hears_the_wish_once(world: World) -> None:
    await press(world, "stronger", await painted_once(world))
    await world.say("brighter")
    said = [turn.text for turn in world.engine.dialogues[-1].turns]
    assert said[0] == "paint a cheetah"
    assert said[-1] == "brighter"
    assert len(said) == 3
    assert replies.STRONGER not in said


@pytest.mark.parametrize("name", ["again", "stronger", "subtler"])
async def test_undo_of_another_try_goes_to_the_try_before_and_redo_comes_back(
    world: World, name: RepeatName
) -> None:
    edit = await painted_once(world)
    first = world.picture
    await press(world, name, edit)
    second = world.picture
    await world.react(world.ref(world.last), added="↩️")
    assert world.picture == first != second
    await world.command("redo")
    assert world.picture == second
    await world.say("undo two")
    assert world.picture == PHOTO
    await world.command("redo")
    assert world.picture == second
    await world.say("brighter")
    assert world.picture == painted(second, "brighter")
    assert world.engine.dialogues[-1].applied == ("paint a cheetah",)


@pytest.mark.parametrize(
    ("name", "scales", "text"),
    [("stronger", (9.375, 1.2), replies.STRONGER), ("subtler", (6.0, 1.875), replies.SUBTLER)],
)
async def test_the_same_seed_with_other_scales(
    world: World, name: RepeatName, scales: tuple[float, float], text: str
) -> None:
    edit = await painted_once(world)
    seed = world.engine.edits[-1].seed
    await press(world, name, edit)
    assert world.picture == diffused(PHOTO, "paint a cheetah", seed, *scales)
    assert world.last.text == text
    (newest,) = (await world.table("versions"))[2:]
    assert (newest["text_guidance"], newest["image_guidance"]) == scales


async def test_pressing_twice_goes_further_on_the_new_picture_or_the_old(world: World) -> None:
    edit = await painted_once(world)
    await press(world, "stronger", edit)
    await press(world, "stronger", world.last)
    assert world.engine.edits[-1].text_guidance == pytest.approx(11.7188)
    await press(world, "stronger", edit)
    assert world.engine.edits[-1].text_guidance == pytest.approx(14.6485)


async def test_pressing_twice_before_the_first_is_done_goes_further(world: World) -> None:
    edit = await painted_once(world)
    world.engine.hold()
    for _ in range(2):
        await world.press("stronger", target(edit, "stronger"))
    world.engine.release()
    await world.settle()
    assert [job.text_guidance for job in world.engine.edits[1:]] == [9.375, 11.7188]


async def test_subtler_after_stronger_is_the_picture_it_was(world: World) -> None:
    edit = await painted_once(world)
    before = world.picture
    await press(world, "stronger", edit)
    await press(world, "subtler", world.last)
    assert world.picture == before


async def test_again_keeps_the_strength(world: World) -> None:
    edit = await painted_once(world)
    await press(world, "stronger", edit)
    await press(world, "again", world.last)
    job = world.engine.edits[-1]
    assert (job.text_guidance, job.image_guidance) == (9.375, 1.2)


@pytest.mark.parametrize(
    ("name", "sentence"), [("stronger", replies.STRONGEST), ("subtler", replies.SUBTLEST)]
)
async def test_at_the_bound_a_sentence_instead_of_a_job(
    world: World, name: RepeatName, sentence: str
) -> None:
    await painted_once(world)
    for _ in range(20):
        await world.command(name)
        if world.last.text == sentence:
            break
    assert world.last.text == sentence
    bounds, last = Strength(), world.engine.edits[-1]
    assert last.text_guidance == bounds.text_guidance[name == "stronger"]
    assert last.image_guidance == bounds.image_guidance[name == "subtler"]
    done = len(world.engine.edits)
    await world.command(name)
    assert len(world.engine.edits) == done


async def test_ratio_and_bounds_are_the_admins(tmp_path: Path, at_once: None) -> None:
    world = World(tmp_path)
    world.settings = world.settings.model_copy(
        update={"strength": Strength(ratio=2.0, text_guidance=(1.0, 10.0))}
    )
    await world.start()
    await painted_once(world)
    await world.command("stronger")
    job = world.engine.edits[-1]
    assert (job.text_guidance, job.image_guidance) == (10.0, 0.8)
    await world.stop()


async def test_undo_goes_to_where_the_person_was_even_on_another_branch(world: World) -> None:
    edit = await painted_once(world)
    await world.say("brighter")
    there = world.picture
    await press(world, "again", edit)
    await world.say("undo")
    assert world.picture == there
    await world.say("undo")
    assert world.picture == diffused(PHOTO, "paint a cheetah", world.engine.edits[0].seed, 7.5, 1.5)


async def test_commands_act_on_the_current_picture(world: World) -> None:
    await painted_once(world)
    await world.say("paint a hat")
    first = diffused(PHOTO, "paint a cheetah", world.engine.edits[0].seed, 7.5, 1.5)
    await world.command("again")
    assert (world.engine.edits[-1].image, world.engine.edits[-1].instruction) == (first, "paint a hat")
    await world.say("undo two")
    await world.command("subtler")
    assert world.engine.edits[-1].instruction == "paint a cheetah"


async def test_a_button_acts_on_its_own_picture_even_an_older_or_undone_one(world: World) -> None:
    edit = await painted_once(world)
    await world.say("brighter")
    await world.say("undo two")
    await press(world, "again", edit)
    assert world.engine.edits[-1].image == PHOTO
    assert world.picture == diffused(PHOTO, "paint a cheetah", world.engine.edits[-1].seed, 7.5, 1.5)


async def test_an_exact_edit_is_not_offered_and_a_command_says_why(world: World) -> None:
    await world.say("brighter", photo(png()))
    assert [action.name for action in world.last.actions] == ["undo", "compare"]
    for name in ("again", "stronger", "subtler"):
        await world.command(name)
        assert (world.last.text, world.last.image) == (replies.EXACT_EDIT, None)
    assert len(world.engine.edits) == 1


async def test_an_upload_or_no_picture_is_said_in_a_sentence(world: World) -> None:
    await world.command("again")
    assert world.last.text == NO_PICTURE
    await world.say("", photo(png()))
    await world.command("stronger")
    assert world.last.text == replies.NOT_EDITED
    assert world.engine.edits == []


async def test_weights_without_scales_offer_only_another_try(world: World) -> None:
    image = painted(PHOTO, "x")
    world.engine.outcomes.append(Edited(image, "image/png", *SIZE, "diffusion", 1, 0.0))
    await world.say("paint a cheetah", photo(png()))
    assert [action.name for action in world.last.actions] == ["undo", "again", "compare"]
    await world.command("stronger")
    assert world.last.text == replies.NO_STRENGTH
    await world.command("again")
    assert (world.engine.edits[-1].text_guidance, world.last.text) == (None, replies.AGAIN)


async def test_whoever_may_wish_may_ask_for_it(world: World) -> None:
    edit = await painted_once(world)
    await press(world, "again", edit, user=BOB)
    assert world.last.text == replies.AGAIN
    assert [row["requester"] for row in (await world.table("versions"))[1:]] == ["ann", "bob"]
    assert world.engine.edits[-1].user == "web:bob"
    assert world.engine.edits[-1].group == world.engine.edits[0].group


async def test_it_answers_the_picture_it_began_from_and_is_no_words_in_the_transcript(world: World) -> None:
    edit = await painted_once(world)
    await press(world, "again", edit)
    assert world.last.reply_to is not None
    shown = await StoredTranscript(world.store).messages(HERE)
    assert [turn["speaker"] for turn in shown] == ["user", "bot", "bot"]
    offered = [action["name"] for action in shown[-1]["actions"] if action["name"] not in STARS]
    assert offered == ["undo", "again", "stronger", "subtler", "compare"]
    assert shown[0]["actions"] == []


async def test_it_takes_its_place_among_the_wishes(world: World) -> None:
    edit = await painted_once(world)
    world.engine.hold()
    await world.director.handle(world.message("paint a hat"))
    await world.press("again", target(edit, "again"))
    await world.director.handle(world.message("brighter"))
    world.engine.release()
    await world.settle()
    assert [job.instruction for job in world.engine.edits[1:]] == [
        "paint a hat",
        "paint a cheetah",
        "brighter",
    ]
    second = diffused(PHOTO, "paint a cheetah", world.engine.edits[2].seed, 7.5, 1.5)
    assert world.picture == painted(second, "brighter")


async def test_it_can_be_cancelled(world: World) -> None:
    edit = await painted_once(world)
    world.engine.hold()
    await world.press("again", target(edit, "again"))
    await world.until_editing()
    await world.press("cancel", world.engine.edits[-1].id)
    await world.settle()
    assert world.last.text == replies.CANCELLED
    assert len(await world.table("versions")) == 2


async def test_a_full_queue_is_said(world: World) -> None:
    edit = await painted_once(world)
    world.engine.outcomes.append(QueueFull("Too many wait; please try again in a minute."))
    await press(world, "again", edit)
    assert (world.last.decision, world.last.text) == ("error", "Too many wait; please try again in a minute.")


async def test_a_press_that_comes_twice_is_one_edit(world: World) -> None:
    edit = await painted_once(world)
    world.numbers = iter([77, 77])  # type: ignore[assignment]
    for _ in range(2):
        await press(world, "again", edit)
    assert len(world.engine.edits) == 2


async def test_a_button_of_another_chat_paints_nothing(world: World) -> None:
    await world.say("paint a cheetah", photo(png()), at=ConversationRef("web", "other"))
    await press(world, "again", world.last)
    assert len(world.engine.edits) == 1


async def test_its_strength_outlives_a_crash(tmp_path: Path, at_once: None) -> None:
    first = World(tmp_path)
    await first.start()
    edit = await painted_once(first)
    seed = first.engine.edits[-1].seed
    first.engine.hold()
    await first.press("stronger", target(edit, "stronger"))
    await first.until_editing()
    await first.die()
    second = World(tmp_path)
    second.adapter, second.adapters, second.numbers = first.adapter, first.adapters, first.numbers
    await second.start()
    await second.settle()
    assert second.picture == diffused(PHOTO, "paint a cheetah", seed, 9.375, 1.2)
    assert [reply.text for reply in second.adapter.sent[1:]] == [replies.STRONGER]
    await second.stop()
