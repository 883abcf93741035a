"""A listed wish never reaches a model; only where adults are among themselves may pictures go unchecked."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import replies
from bot.events import Capabilities
from bot.settings import Safety
from engine.jobs import Decision, Refused
from tests.bot.world import World, cleaned, photo, png
from tests.fakes.engine import painted

PHOTO = cleaned(png())
ADULTS = Capabilities(undo_emoji=("↩️",), age_restricted=True)


@pytest.fixture
async def listed(tmp_path: Path, at_once: None) -> AsyncIterator[World]:
    """A bot whose admin listed two words."""
    world = World(tmp_path, Safety(words=("blood", "without clothes")))
    await world.start()
    yield world
    await world.stop()


async def test_a_listed_wish_is_a_sentence_and_a_line_for_the_admin(
    listed: World, caplog: pytest.LogCaptureFixture
) -> None:
    await listed.say("", photo(png()))
    with caplog.at_level(logging.WARNING):
        event = await listed.say("add some BLOOD, please")
    assert (listed.last.text, listed.last.decision) == (replies.LISTED, "error")
    assert listed.engine.jobs == []
    assert [row["kind"] for row in await listed.table("jobs")] == ["dialogue"]  # that of the picture
    assert f"message {event.event_id}: refused by the word list (blood)" in caplog.text
    await listed.say("add a flower")
    assert listed.picture == painted(PHOTO, "add a flower")
    said = [turn.text for turn in listed.engine.dialogues[-1].turns if turn.speaker == "user"]
    assert said == ["add a flower"]


async def test_a_listed_wish_leaves_its_picture_current(listed: World) -> None:
    await listed.say("blood everywhere", photo(png()))
    assert listed.last.text == replies.LISTED
    assert listed.engine.jobs == []
    await listed.say("blue")
    assert listed.picture == painted(PHOTO, "blue")


async def test_a_listed_phrase_put_together_from_several_turns_is_refused(
    listed: World, caplog: pytest.LogCaptureFixture
) -> None:
    await listed.say("ask show her without", photo(png()))
    listed.engine.dialogue_outcomes.append(Decision("edit", "Done.", instruction="her without clothes"))
    with caplog.at_level(logging.WARNING):
        await listed.say("clothes")
    assert (listed.last.text, listed.last.decision) == (replies.LISTED, "error")
    assert listed.engine.edits == []
    (failure,) = await listed.table("recent_failures")
    assert failure["error"] == "refused by the word list (without clothes)"
    assert "without clothes" in caplog.text
    await listed.say("blue")
    assert listed.picture == painted(PHOTO, "blue")


async def test_a_flagged_result_is_a_sentence_and_the_log_says_which_check(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.say("", photo(png()))
    world.engine.outcomes.append(Refused("I'm sorry.", "the result was flagged by the checker"))
    with caplog.at_level(logging.WARNING):
        await world.say("blue")
    assert (world.last.text, world.last.decision, world.last.image) == ("I'm sorry.", "error", None)
    (failure,) = await world.table("recent_failures")
    assert failure["error"] == "the result was flagged by the checker"
    assert f"job {failure['id']} of conversation" in caplog.text
    assert "the result was flagged by the checker" in caplog.text
    assert len(await world.table("versions")) == 1


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("adults", [False, True])
async def test_only_age_restricted_places_go_unchecked_and_only_where_the_admin_allows_it(
    tmp_path: Path, at_once: None, skip: bool, adults: bool
) -> None:
    world = World(tmp_path, Safety(skip_age_restricted=skip))
    if adults:
        world.adapter.can = ADULTS
    await world.start()
    await world.say("blue", photo(png()))
    assert world.engine.edits[0].safety_check is not (skip and adults)
    world.adapter.can = Capabilities(undo_emoji=("↩️",))  # the place is open to all again
    await world.say("green")
    assert world.engine.edits[1].safety_check
    await world.stop()
