"""From the original is all that was asked for, in order, each round with its own seed, and in one edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import replies
from bot.conversation import NO_PICTURE
from bot.events import Reply
from bot.settings import Safety
from bot.wishes import from_original
from engine.jobs import Round
from tests.bot.world import World, cleaned, photo, png
from tests.fakes.engine import diffused, painted

PHOTO = cleaned(png())
WORDS = "redo everything from the original"


async def three_rounds(world: World) -> Reply:
    """A painted edit, an exact one and a painted one."""
    await world.say("paint a cheetah", photo(png()))
    await world.say("brighter")
    await world.say("paint a hat")
    return world.last


def names(reply: Reply) -> list[str]:
    return [action.name for action in reply.actions if not action.name.startswith("star")]


async def press(world: World, reply: Reply) -> None:
    (target,) = [action.target for action in reply.actions if action.name == "original"]
    await world.press("original", target)
    await world.settle()


async def test_all_rounds_in_one_edit_of_the_upload(world: World) -> None:
    newest = await three_rounds(world)
    before = world.picture
    first, second, third = world.engine.edits
    await press(world, newest)
    *_, job = world.engine.edits
    assert len(world.engine.edits) == 4
    assert (job.image, job.instruction, job.seed) == (PHOTO, "paint a hat", third.seed)
    assert job.earlier == (
        Round("paint a cheetah", first.seed, 7.5, 1.5),
        Round("brighter", second.seed, None, None),
    )
    assert (job.text_guidance, job.image_guidance) == (7.5, 1.5)
    assert world.picture == before  # the fake decodes nothing, so what is not encoded between is the same
    assert (world.last.text, world.last.decision) == (replies.FROM_ORIGINAL, "edit")
    versions = await world.table("versions")
    assert versions[-1]["parent"] == versions[0]["id"]


async def test_it_is_offered_from_the_second_round_on_and_not_on_itself(world: World) -> None:
    await world.say("paint a cheetah", photo(png()))
    assert "original" not in names(world.last)
    await world.say("brighter")
    assert names(world.last) == ["undo", "compare", "original"]
    await world.command("original")
    assert "original" not in names(world.last)
    await world.say("paint a hat")
    assert "original" in names(world.last)


async def test_the_row_under_a_painted_picture_and_under_an_exact_edit(world: World) -> None:
    row = ["undo", "again", "stronger", "subtler", "compare"]
    await world.say("paint a cheetah", photo(png()))
    assert names(world.last) == row, "all edits anew would be the very same one"
    await world.say("paint a hat")
    assert names(world.last) == [*row, "original"]
    await world.say("brighter")
    assert names(world.last) == ["undo", "compare", "original"], "an exact edit has no strength"


async def test_undo_goes_back_to_where_the_person_was_and_redo_comes_back(world: World) -> None:
    await press(world, await three_rounds(world))
    remade = (await world.table("conversations"))[0]["head"]
    await world.say("undo")
    versions = await world.table("versions")
    assert (await world.table("conversations"))[0]["head"] == versions[3]["id"] != remade
    await world.command("redo")
    assert (await world.table("conversations"))[0]["head"] == remade
    await world.say("undo two")
    assert (await world.table("conversations"))[0]["head"] == versions[2]["id"]


async def test_the_dialogue_model_is_told_all_instructions_after_it(world: World) -> None:
    await press(world, await three_rounds(world))
    await world.say("darker")
    assert world.engine.dialogues[-1].applied == ("paint a cheetah", "brighter", "paint a hat")


async def test_what_was_made_from_the_original_counts_with_all_its_rounds(world: World) -> None:
    await press(world, await three_rounds(world))
    await world.say("darker")
    before = world.picture
    await world.command("original")
    job = world.engine.edits[-1]
    assert [each.instruction for each in job.earlier] == ["paint a cheetah", "brighter", "paint a hat"]
    assert (job.image, job.instruction, world.picture) == (PHOTO, "darker", before)


async def test_again_and_stronger_of_it_keep_the_earlier_rounds(world: World) -> None:
    await press(world, await three_rounds(world))
    made, seed = world.engine.edits[-1], world.engine.edits[-1].seed
    await world.command("again")
    other = world.engine.edits[-1]
    assert (other.image, other.earlier) == (PHOTO, made.earlier)
    assert other.seed != seed
    await world.say("undo")
    await world.command("stronger")
    stronger = world.engine.edits[-1]
    assert (stronger.earlier, stronger.seed, stronger.text_guidance) == (made.earlier, seed, 9.375)
    await world.say("darker")
    assert world.engine.dialogues[-1].applied == ("paint a cheetah", "brighter", "paint a hat")


async def test_a_strength_that_was_chosen_stays(world: World) -> None:
    await world.say("paint a cheetah", photo(png()))
    await world.command("stronger")
    await world.say("brighter")
    await world.command("original")
    (earlier,) = world.engine.edits[-1].earlier
    assert (earlier.text_guidance, earlier.image_guidance) == (9.375, 1.2)
    strong = diffused(PHOTO, "paint a cheetah", earlier.seed, 9.375, 1.2)
    assert world.picture == painted(strong, "brighter")


async def test_in_words_no_model_is_asked(world: World) -> None:
    await three_rounds(world)
    heard = len(world.engine.dialogues)
    await world.say(f"{WORDS.capitalize()}!")
    assert (world.last.text, len(world.engine.edits)) == (replies.FROM_ORIGINAL, 4)
    assert len(world.engine.dialogues) == heard
    await world.say("darker")
    assert world.engine.dialogues[-1].applied == ("paint a cheetah", "brighter", "paint a hat")


async def test_in_words_as_a_reply_it_is_about_that_picture(world: World) -> None:
    await world.say("paint a cheetah", photo(png()))
    await world.say("brighter")
    second = world.ref(world.last)
    await world.say("paint a hat")
    await world.say(WORDS, reply_to=second)
    job = world.engine.edits[-1]
    assert (job.instruction, [each.instruction for each in job.earlier]) == ("brighter", ["paint a cheetah"])


async def test_where_there_is_nothing_to_do_over_a_sentence_says_so(world: World) -> None:
    for ask in (lambda: world.command("original"), lambda: world.say(WORDS)):
        await ask()
        assert world.last.text == NO_PICTURE
    await world.say("", photo(png()))
    await world.say(WORDS)
    assert world.last.text == replies.NOT_EDITED
    await world.say("brighter")
    await world.command("original")
    assert world.last.text == replies.FROM_ORIGINAL_ALREADY
    assert len(world.engine.edits) == 1


@pytest.mark.parametrize(
    "words",
    [
        WORDS,
        "please redo everything from the original photo",
        "apply all of that to the original again",
        "Can you do it all again from the original picture?",
        "redo all the edits on the original",
        "apply everything to the picture I sent, please",
        "redo my edits from the upload",
    ],
)
def test_the_words_that_mean_it(words: str) -> None:
    assert from_original(words)


@pytest.mark.parametrize(
    "words",
    [
        "start from the original again",
        "back to the original",
        "make everything blue",
        "apply it all to my face",
        "make all of it like the original drawing of my son",
        "redo everything from the original and make it night",
        "undo everything",
    ],
)
def test_other_words_are_left_to_the_dialogue_model(words: str) -> None:
    assert not from_original(words)


async def test_it_outlives_a_crash(tmp_path: Path, at_once: None) -> None:
    first = World(tmp_path)
    await first.start()
    newest = await three_rounds(first)
    before = first.picture
    first.engine.hold()
    await first.press("original", newest.actions[-1].target)
    await first.until_editing()
    await first.die()
    second = World(tmp_path)
    second.adapter, second.adapters, second.numbers = first.adapter, first.adapters, first.numbers
    await second.start()
    await second.settle()
    assert (second.last.text, second.picture) == (replies.FROM_ORIGINAL, before)
    await second.stop()


async def test_words_that_were_listed_since_stop_whatever_repeats_an_edit(
    tmp_path: Path, at_once: None
) -> None:
    first = World(tmp_path)
    await first.start()
    await three_rounds(first)
    await first.stop()
    second = World(tmp_path, Safety(words=("cheetah", "hat")))
    second.adapter, second.adapters, second.numbers = first.adapter, first.adapters, first.numbers
    await second.start()
    for name in ("again", "stronger", "subtler", "original"):
        await second.command(name)  # type: ignore[arg-type]
        assert (second.last.text, second.last.decision) == (replies.LISTED, "error")
    await second.say("undo")  # the exact edit is the head; a listed word is in its past
    await second.command("original")
    assert second.last.text == replies.LISTED
    assert second.engine.edits == []
    await second.say("darker")
    assert len(second.engine.edits) == 1
    await second.stop()
