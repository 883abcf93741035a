"""Nobody is nagged for stars, and no rating is lost, counted twice or taken from somebody elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import replies
from bot.events import STARS, Acknowledged, ButtonName, ConversationRef, Reply
from bot.settings import Ratings
from bot.store import StoredTranscript
from bot.store.sql import write
from tests.bot.world import ANN, BOB, HERE, World, photo, png

ELSEWHERE = ConversationRef("web", "elsewhere")


@pytest.fixture
async def asking(tmp_path: Path, at_once: None):
    world = World(tmp_path)
    world.settings = world.settings.model_copy(update={"ratings": Ratings(ask="always")})
    await world.start()
    yield world
    await world.stop()


def stars(reply: Reply) -> list[ButtonName]:
    return [action.name for action in reply.actions if action.name in STARS]


def version(reply: Reply) -> str:
    return reply.actions[0].target


async def given(world: World) -> list[tuple[str, int | None]]:
    return [(row["user_id"], row["stars"]) for row in await world.table("ratings")]


# ---------------------------------------------------------------- asking


async def test_seldom_is_the_second_picture_and_then_not_for_a_week(world: World) -> None:
    shown: list[list[ButtonName]] = []
    for wish in ("one", "two", "three", "four"):
        await world.say(wish, *([photo(png())] if wish == "one" else []))
        shown.append(stars(world.last))
    assert shown == [[], list(STARS), [], []]
    await world.say("one", photo(png()), at=ELSEWHERE)
    await world.say("two", at=ELSEWHERE)
    assert stars(world.last) == []
    week_ago = "UPDATE ratings SET created = strftime('%Y-%m-%d %H:%M:%f', 'now', '-7 days', '-1 second')"
    await world.store.run(lambda db: write(db, week_ago))
    await world.say("three", at=ELSEWHERE)
    assert stars(world.last) == list(STARS)


async def test_each_person_is_asked_on_their_own_account(world: World) -> None:
    await world.say("one", photo(png()))
    await world.say("two", author=BOB)
    assert stars(world.last) == []
    await world.say("three", author=BOB)
    assert stars(world.last) == list(STARS)
    await world.say("four")
    assert stars(world.last) == list(STARS)


async def test_the_one_who_is_not_content_is_asked_too(world: World) -> None:
    await world.say("one", photo(png()))
    await world.command("undo")
    assert stars(world.last) == []
    await world.say("two")
    assert stars(world.last) == list(STARS)


async def test_who_rated_unasked_is_not_asked(world: World) -> None:
    await world.say("one", photo(png()))
    await world.command("rate", "5")
    await world.say("two")
    assert stars(world.last) == []


async def test_never_and_always_are_what_they_say(tmp_path: Path, asking: World) -> None:
    await asking.say("one", photo(png()))
    assert stars(asking.last) == list(STARS)
    await asking.command("undo")
    await asking.command("redo")
    assert stars(asking.last) == []  # a picture shown again is not a new one
    never = World(tmp_path / "never")
    never.settings = never.settings.model_copy(update={"ratings": Ratings(ask="never")})
    await never.start()
    for wish in ("one", "two", "three"):
        await never.say(wish, *([photo(png())] if wish == "one" else []))
        assert stars(never.last) == []
    assert await never.table("ratings") == []
    await never.stop()


# ---------------------------------------------------------------- rating


async def test_a_press_is_stored_acknowledged_and_takes_the_stars_away(asking: World) -> None:
    await asking.say("paint a cheetah", photo(png()))
    edit, said = asking.last, len(asking.adapter.sent)
    others = tuple(action for action in edit.actions if action.name not in STARS)
    assert await asking.press("star4", version(edit)) == Acknowledged(replies.rated(4), others)
    assert await given(asking) == [("ann", 4)]
    assert len(asking.adapter.sent) == said
    *_, shown = await StoredTranscript(asking.store).messages(HERE)
    assert [action["name"] for action in shown["actions"]] == [action.name for action in others]


async def test_the_later_rating_replaces_the_earlier_even_after_a_restart(asking: World) -> None:
    await asking.say("one", photo(png()))
    target = version(asking.last)
    await asking.press("star2", target)
    await asking.press("star5", target, BOB)
    await asking.stop()
    await asking.start()
    acknowledged = await asking.press("star3", target)
    assert acknowledged is not None and acknowledged.text == replies.rated(3)
    assert await given(asking) == [("ann", 3), ("bob", 5)]


async def test_a_press_delivered_again_is_answered_alike_and_counts_once(asking: World) -> None:
    await asking.say("one", photo(png()))
    event = asking.pressed("star2", version(asking.last))
    first = await asking.director.handle(event)
    await asking.press("star5", version(asking.last))
    again = await asking.director.handle(event)
    assert first is not None and again is not None
    assert (first.text, again.text) == (replies.rated(2), replies.rated(5))
    assert await given(asking) == [("ann", 5)]


@pytest.mark.parametrize("made_up", [False, True], ids=["another chat", "made up"])
async def test_a_button_of_elsewhere_rates_nothing(asking: World, made_up: bool) -> None:
    await asking.say("one", photo(png()), at=ELSEWHERE)
    target = "0123456789abcdef" if made_up else version(asking.last)
    assert await asking.press("star1", target) is None
    assert [stars for _, stars in await given(asking)] == [None]


async def test_the_command_rates_the_newest_picture_even_an_undone_one(world: World) -> None:
    await world.command("rate", "4")
    assert world.last.text == replies.NOTHING_TO_RATE
    await world.say("one", photo(png()))
    await world.say("two", author=BOB)
    newest = version(world.last)
    await world.command("undo", user=BOB)
    for argument in ("", "6", "0", "five", "4.5"):
        await world.command("rate", argument)
        assert world.last.text == replies.HOW_TO_RATE
    await world.command("rate", "1")
    assert world.last.text == replies.rated(1)
    rated = [(row["version"], row["user_id"], row["stars"]) for row in await world.table("ratings")]
    assert rated == [(newest, ANN.user_id, 1)]


async def test_rating_is_no_part_of_what_the_model_hears(asking: World) -> None:
    await asking.say("one", photo(png()))
    await asking.press("star4", version(asking.last))
    await asking.command("rate", "5")
    await asking.say("two")
    heard = [turn.text for turn in asking.engine.dialogues[-1].turns]
    assert heard == ["one", "Did: one", "two"]


async def test_the_weights_are_noted_with_what_they_painted(world: World) -> None:
    await world.say("paint a cheetah", photo(png()))
    await world.say("brighter")
    noted = [(row["editor"], row["weights"]) for row in await world.table("versions")]
    assert noted == [(None, None), ("diffusion", "starter"), ("exact", None)]
