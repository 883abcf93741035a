"""Looking at pictures never changes one, never counts as one, and is posted once however often it comes."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from bot import replies, views, wishes
from bot.conversation import CURRENT_ALREADY, NO_PICTURE
from bot.events import Acknowledged, Action, ButtonName, ConversationRef, Reply
from bot.store import StoredTranscript
from tests.bot.world import ANN, BOB, HERE, MOD, World, cleaned, photo, png
from tests.fakes.engine import painted

PHOTO = cleaned(png())


async def story(world: World) -> Reply:
    """An upload, two edits, and a branch from the first of them: 1 ─ 2 ─ 3, 2 ─ 4. Returns the last reply."""
    await world.say("paint a cheetah", photo(png()))
    first = world.ref(world.last)
    await world.say("brighter")
    await world.say("darker", reply_to=first)
    return world.last


def target(reply: Reply, name: ButtonName) -> str:
    (found,) = [action.target for action in reply.actions if action.name == name]
    return found


def choices(reply: Reply) -> list[Action]:
    return [action for action in reply.actions if action.name == "select"]


def opened(reply: Reply) -> Image.Image:
    assert reply.image is not None
    return Image.open(io.BytesIO(reply.image.data))


async def choose(world: World, sheet: Reply, number: int, **values: object) -> None:
    (choice,) = [action for action in choices(sheet) if action.number == number]
    await world.press("select", choice.target, **values)  # type: ignore[arg-type]


# ---------------------------------------------------------------- before and after


async def test_before_and_after_stand_in_one_picture_which_is_no_version(world: World) -> None:
    edit = await story(world)
    versions = await world.table("versions")
    await world.press("compare", target(edit, "compare"))
    assert (world.last.text, world.last.decision) == (replies.before_and_after("darker"), "view")
    both = opened(world.last)
    assert both.height == 256 and both.width == 2 * round(256 * 40 / 30) + 8
    assert await world.table("versions") == versions
    assert world.last.actions == ()


async def test_each_button_compares_its_own_picture_with_the_one_it_was_made_from(world: World) -> None:
    await world.say("red to red", photo(png("red")))
    first = world.last
    await world.say("paint a cheetah")
    await world.press("compare", target(first, "compare"))
    both = opened(world.last)
    before, after = both.getpixel((20, 200)), both.getpixel((both.width - 20, 200))
    assert before[0] > 240 and before[2] < 20  # type: ignore[index]
    middle = Image.open(io.BytesIO(first.image.data)).convert("RGB").getpixel((20, 15))  # type: ignore[union-attr]
    assert max(abs(a - b) for a, b in zip(after, middle, strict=True)) < 12  # type: ignore[arg-type]


async def test_the_command_and_the_words_compare_the_current_picture(world: World) -> None:
    await story(world)
    heard = len(world.engine.dialogues)
    await world.command("compare")
    command = world.last
    await world.say("Show me before and after, please")
    assert world.last.text == command.text == replies.before_and_after("darker")
    assert world.last.image == command.image
    assert len(world.engine.dialogues) == heard
    assert world.last.reply_to is not None


async def test_words_under_an_older_picture_compare_that_one(world: World) -> None:
    await world.say("paint a cheetah", photo(png()))
    older = world.ref(world.last)
    await world.say("brighter")
    await world.say("compare", reply_to=older)
    assert world.last.text == replies.before_and_after("paint a cheetah")


async def test_where_there_is_nothing_to_compare_a_sentence(world: World) -> None:
    for name in ("compare", "history"):
        await world.command(name)
        assert (world.last.text, world.last.image) == (NO_PICTURE, None)
    await world.say("", photo(png()))
    await world.command("compare")
    assert (world.last.text, world.last.image) == (replies.NOT_EDITED, None)


async def test_a_reply_to_it_goes_on_from_the_version_not_from_the_two(world: World) -> None:
    edit = await story(world)
    made = edit.image
    await world.command("compare")
    shown = world.ref(world.last)
    await world.say("undo")
    await world.say("paint a hat", reply_to=shown)
    assert made is not None
    assert world.engine.edits[-1].image == made.data


async def test_a_question_stays_open_over_a_look(world: World) -> None:
    await world.say("paint a cheetah", photo(png()))
    await world.say("ask me")
    assert world.last.decision == "ask"
    await world.say("compare")
    await world.say("history")
    await world.say("paint a hat")
    heard = [turn.text for turn in world.engine.dialogues[-1].turns]
    assert "ask me" in heard
    assert not {"compare", "history", replies.before_and_after("paint a cheetah")} & set(heard)


async def test_a_press_delivered_twice_is_posted_once_even_at_the_same_time(world: World) -> None:
    edit = await story(world)
    event = world.pressed("compare", target(edit, "compare"))
    said = len(world.adapter.sent)
    await asyncio.gather(world.director.handle(event), world.director.handle(event))
    await world.director.handle(event)
    await world.replied()
    assert len(world.adapter.sent) == said + 1


async def test_a_button_works_after_a_restart(tmp_path: Path, at_once: None) -> None:
    first = World(tmp_path)
    await first.start()
    edit = await story(first)
    await first.stop()
    second = World(tmp_path)
    second.adapter, second.adapters, second.numbers = first.adapter, first.adapters, first.numbers
    await second.start()
    await second.press("compare", target(edit, "compare"))
    assert second.last.text == replies.before_and_after("darker")
    await second.stop()


async def test_a_button_of_another_chat_shows_nothing(world: World) -> None:
    await world.say("paint a cheetah", photo(png()), at=ConversationRef("web", "other"))
    said = len(world.adapter.sent)
    await world.press("compare", target(world.last, "compare"))
    assert len(world.adapter.sent) == said
    assert (await world.table("ledger"))[-1]["outcome"] == "ignored"


async def test_a_picture_whose_file_is_gone_is_a_sentence(world: World) -> None:
    edit = await story(world)
    for file in world.store.files.root.glob("*/*"):
        file.unlink()
    await world.press("compare", target(edit, "compare"))
    assert (world.last.text, world.last.image) == (replies.NOT_DRAWN, None)


async def test_the_web_chat_shows_it_as_no_version(world: World) -> None:
    await story(world)
    await world.command("compare")
    transcript = StoredTranscript(world.store)
    *_, shown = await transcript.messages(HERE)
    assert (shown["decision"], shown["version"], shown["state"]) == ("view", None, None)
    assert await transcript.image(HERE, shown["image"]["sha256"]) is not None


# ---------------------------------------------------------------- the history


async def test_the_sheet_numbers_all_versions_and_names_their_wishes(world: World) -> None:
    await story(world)
    await world.command("history")
    sheet = world.last
    assert (sheet.text, sheet.decision) == (replies.history(4, 4), "view")
    assert [(choice.number, choice.label) for choice in choices(sheet)] == [
        (1, views.AS_SENT),
        (2, "paint a cheetah"),
        (3, "brighter"),
        (4, "darker"),
    ]
    await world.say("show me the history")
    assert world.last.actions == sheet.actions


async def test_a_version_done_once_more_says_how(world: World) -> None:
    await world.say("paint a cheetah", photo(png()))
    await world.command("again")
    await world.command("stronger")
    await world.command("history")
    labels = [choice.label for choice in choices(world.last)]
    assert labels[2:] == ["paint a cheetah (again)", "paint a cheetah (stronger)"]


async def test_of_many_versions_the_newest_25(world: World) -> None:
    await world.say("wish 2", photo(png()))
    for number in range(3, 28):
        await world.say(f"wish {number}")
    await world.command("history")
    assert world.last.text == replies.history(25, 27)
    assert [choice.number for choice in choices(world.last)] == list(range(3, 28))


async def test_a_single_picture_offers_no_choice(world: World) -> None:
    await world.say("", photo(png()))
    await world.command("history")
    assert world.last.actions == ()
    assert world.last.image is not None


async def test_a_choice_moves_the_head_says_so_with_the_picture_and_can_be_taken_back(world: World) -> None:
    await story(world)
    newest = world.picture
    await world.command("history")
    sheet = world.last
    await choose(world, sheet, 3)
    first = world.engine.edits[0]
    third = painted(world.engine.edits[1].image, "brighter")
    assert (world.last.text, world.picture) == (replies.chosen(3), third)
    assert first.image == PHOTO
    await world.say("undo")
    assert world.picture == world.engine.edits[1].image
    await world.command("redo")
    await world.command("redo")
    assert world.picture == newest
    await choose(world, sheet, 1)
    assert world.picture == PHOTO
    await world.say("paint a hat")
    assert world.engine.edits[-1].image == PHOTO


async def test_the_choice_of_the_current_picture_is_said(world: World) -> None:
    await story(world)
    await world.command("history")
    await choose(world, world.last, 4)
    assert world.last.text == CURRENT_ALREADY


async def test_whoever_may_not_undo_may_not_choose(world: World) -> None:
    await story(world)
    await world.command("history", user=BOB)
    sheet = world.last
    (first, *_) = choices(sheet)
    assert await world.press("select", first.target, user=BOB) == Acknowledged(replies.ONLY_REQUESTER)
    await world.command("history", "1", user=BOB)
    assert world.last.text == replies.ONLY_REQUESTER
    for user, number in ((MOD, 1), (ANN, 2)):
        await choose(world, sheet, number, user=user)
        assert world.last.text == replies.chosen(number)


async def test_a_choice_delivered_twice_moves_once(world: World) -> None:
    await story(world)
    await world.command("history")
    event = world.pressed("select", choices(world.last)[0].target)
    said = len(world.adapter.sent)
    for _ in range(2):
        await world.director.handle(event)
    await world.replied()
    assert len(world.adapter.sent) == said + 1
    assert [row["kind"] for row in await world.table("undos")] == ["jump"]


async def test_an_edit_under_way_of_the_picture_that_is_left_is_stopped(world: World) -> None:
    await story(world)
    await world.command("history")
    sheet = world.last
    world.engine.hold()
    await world.director.handle(world.message("paint a hat"))
    await world.until_editing()
    await choose(world, sheet, 3)
    await world.settle()
    assert world.last.text == replies.joined(replies.STOPPED_EDIT, replies.chosen(3))
    assert len(await world.table("versions")) == 4


@pytest.mark.parametrize(
    ("wish", "meant"),
    [
        ("Compare!", "compare"),
        ("compare it with the one before", "compare"),
        ("Can you show me the before and after, please?", "compare"),
        ("before/after", "compare"),
        ("show what you changed", "compare"),
        ("history", "history"),
        ("show me all versions", "history"),
        ("list all my edits", "history"),
        ("compare it to a dog", None),
        ("make it look like a history book", None),
        ("before and after that make it night", None),
        ("show all the stars", None),
    ],
)
def test_what_asks_for_a_look(wish: str, meant: str | None) -> None:
    assert wishes.view(wish) == meant


async def test_all_pictures_can_be_chosen_by_number_and_none_of_elsewhere(world: World) -> None:
    await story(world)
    await world.command("history")
    offered = await views.choices(world.store, HERE)
    assert offered == tuple(choices(world.last))
    elsewhere = ConversationRef("web", "elsewhere")
    assert await views.choices(world.store, elsewhere) == ()
