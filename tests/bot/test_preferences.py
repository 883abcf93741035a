"""What is set for a conversation holds there, what moderators set holds in their server, and nowhere else."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from bot import preferences, replies
from bot.events import STARS, Acknowledged, ConversationMoved, ConversationRef, Reply
from tests.bot.world import ANN, BOB, HERE, MOD, World, photo, png

SERVER = "guild"
THREADS = [ConversationRef("web", "channel", str(number), SERVER) for number in range(3)]
ELSEWHERE = ConversationRef("web", "elsewhere", None, "another guild")


def offered(reply: Reply) -> dict[str, str]:
    """What the buttons say, by what they set."""
    return {action.target: action.label for action in reply.actions if action.name == "set"}


async def test_how_things_stand_and_a_button_for_each_change(world: World) -> None:
    await world.command("settings")
    lines = world.last.text.splitlines()
    assert lines[0] == replies.SETTINGS_HERE
    assert lines[1] == "• I ask when a wish is vague."
    assert offered(world.last) == {
        "questions=off": "Ask no questions",
        "stars=off": "Ask for no stars",
        "previews=off": "Show no previews",
        "undo=anyone": "Anybody may undo",
    }


@pytest.mark.parametrize("way", ["command", "button"])
async def test_without_questions_the_likeliest_is_done(world: World, way: str) -> None:
    await world.say("", photo(png()))
    await world.command("settings", "" if way == "button" else "questions off")
    if way == "button":
        await world.press("set", "questions=off")
    assert world.last.text.startswith(f"{replies.SET} {replies.SETTINGS_HERE}")
    assert "questions=on" in offered(world.last)
    await world.say("ask about something")
    assert (world.engine.dialogues[-1].may_ask, world.last.decision) == (False, "edit")
    await world.command("settings", "questions default")
    await world.say("ask about something")
    assert world.last.decision == "ask"


async def test_without_previews_the_status_says_how_far_it_is(world: World) -> None:
    for setting, previews in (("off", {None}), ("on", {None, b"preview"})):
        await world.command("settings", f"previews {setting}")
        world.adapter.statuses.clear()
        world.engine.hold()
        world.adapter.shown.clear()
        await world.director.handle(world.message("blue", photo(png())))
        await world.until_editing()
        world.engine.release()
        await world.settle()
        assert {update.preview for update in world.adapter.statuses} <= previews
        assert any(update.progress for update in world.adapter.statuses)


async def test_stars_are_shown_or_not(world: World) -> None:
    def stars(reply: Reply) -> bool:
        return any(action.name in STARS for action in reply.actions)

    await world.say("blue", photo(png()))
    await world.command("settings", "stars off")
    await world.say("green")
    assert not stars(world.last)
    await world.command("settings", "stars on")
    await world.say("sepia")
    assert stars(world.last)


async def test_anybody_may_undo_where_that_is_set(world: World) -> None:
    await world.say("blue", photo(png()))
    undo = world.last.actions[0].target
    await world.command("settings", "undo anyone")
    await world.press("undo", undo, user=BOB)
    assert world.last.text == replies.BACK_ONE


@pytest.mark.parametrize(
    "argument",
    ["questions", "questions maybe", "colour blue", "undo on", "server", "server stars off", "on off on"],
)
async def test_what_can_not_be_set_is_a_sentence(world: World, argument: str) -> None:
    await world.command("settings", argument, user=MOD)
    assert world.last.text == (replies.NO_GROUP if "server" in argument else replies.HOW_TO_SET)


async def test_only_the_owner_and_moderators_set_things(world: World) -> None:
    await world.say("blue", photo(png()), at=THREADS[0])
    await world.command("settings", "questions off", user=BOB, at=THREADS[0])
    assert world.last.text == replies.ONLY_OWNER_SETS
    await world.command("settings", "server questions off", at=THREADS[0])
    assert world.last.text == replies.ONLY_MODERATORS
    await world.command("settings", user=BOB, at=THREADS[0])  # looking is free
    assert world.last.text.startswith(replies.SETTINGS_HERE)
    await world.command("settings", "questions off", user=MOD, at=THREADS[0])
    assert world.last.text.startswith(replies.SET)
    assert await world.table("group_settings") == []


async def test_who_may_not_press_is_told_alone(world: World) -> None:
    await world.command("settings")
    said = len(world.adapter.sent)
    assert await world.press("set", "questions=off", user=BOB) == Acknowledged(replies.ONLY_OWNER_SETS)
    assert len(world.adapter.sent) == said


async def test_a_server_sets_what_its_conversations_do_not_say(world: World) -> None:
    await world.command("settings", "questions on", at=THREADS[0])
    await world.command("settings", "server questions off", user=MOD, at=THREADS[1])
    assert world.last.text.startswith(f"{replies.SET} {replies.SETTINGS_OF_GROUP}")
    assert "server.questions=on" in offered(world.last)
    for place, asks in (
        (THREADS[0], True),
        (THREADS[1], False),
        (THREADS[2], False),
        (ELSEWHERE, True),
        (HERE, True),
    ):
        await world.say("ask about it", photo(png()), at=place)
        assert (world.last.decision == "ask") is asks, place


async def test_a_group_that_moves_keeps_what_was_set(world: World) -> None:
    old = ConversationRef("web", "-1", None, "-1")
    new = ConversationRef("web", "-100", None, "-100")
    await world.command("settings", "server undo anyone", user=MOD, at=old)
    await world.director.handle(ConversationMoved("moved", old, new))
    await world.say("blue", photo(png()), at=new)
    await world.command("undo", user=BOB, at=new)
    assert world.last.text == replies.BACK_ONE
    assert [row["group_id"] for row in await world.table("group_settings")] == ["-100"]


async def test_settings_outlive_a_restart(tmp_path: Path, at_once: None) -> None:
    numbers = count(1)
    for expected in ("questions=off", "questions=on"):
        world = World(tmp_path)
        world.numbers = numbers
        await world.start()
        await world.command("settings")
        assert expected in offered(world.last)
        await world.command("settings", "questions off", at=HERE)
        await world.stop()


def test_every_setting_has_its_words_and_every_button_its_command() -> None:
    for name in preferences.NAMES:
        for value in preferences.VALUES[name]:
            assert replies.SETTINGS[name, value] and replies.SETTINGS_OFFERED[name, value]
            for prefix, server in (("", False), ("server.", True)):
                target = f"{prefix}{name}={value}"
                assert len(target) <= 32
                change = preferences.read(preferences.as_argument(target).split())
                assert change == preferences.Change(server, name, value)


async def test_the_owner_is_who_began_it(world: World) -> None:
    await world.command("settings", "stars off", user=ANN)
    assert world.last.text.startswith(replies.SET)
