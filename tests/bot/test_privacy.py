"""What is deleted is gone from disk and database, and nothing of anybody else's goes with it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import replies
from bot.conversation import NO_PICTURE
from bot.events import Acknowledged, ConversationRef, MessageRef
from bot.store import StoredJournal, StoredTranscript
from tests.bot.world import ANN, BOB, HERE, MOD, World, cleaned, photo, png
from tests.fakes.adapter import MemoryAdapter
from tests.fakes.engine import painted

THERE = ConversationRef("web", "another room")
EMPTY = {
    "conversations",
    "ledger",
    "_sqlite_migrations",
    "turns",
    "outbox",
    "message_refs",
    "sqlite_sequence",
}
"""Tables that hold something afterwards: see `test_all_of_it_is_gone`."""


@pytest.fixture
async def world(tmp_path: Path, at_once: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr("bot.store.images.NEW_SECONDS", 0.0)
    world = World(tmp_path)
    await world.start()
    yield world
    await world.stop()


def files(world: World) -> set[bytes]:
    return {file.read_bytes() for file in world.store.files.root.glob("*/*")}


async def swept(world: World) -> None:
    await world.settle()
    await world.director.swept()


async def ask(world: World, **values: object) -> str:
    """/privacy delete; the target of the button under the question."""
    await world.command("privacy", "delete", **values)  # type: ignore[arg-type]
    (button,) = world.last.actions
    assert (button.name, button.label) == ("delete", replies.DELETE_IT_ALL)
    return button.target


async def test_it_is_told_what_is_kept_and_how_to_delete_it(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.command("privacy")
    assert world.last.text == replies.PRIVACY
    await ask(world)
    assert "(3 messages and 2 pictures)" in world.last.text
    assert len(await world.table("versions")) == 2


async def test_all_of_it_is_gone(world: World) -> None:
    await world.say("make the secret sauce blue", photo(png()), photo(png("green")))
    await world.say("all")
    await world.command("history")
    await world.command("rate", "4")
    await world.command("undo")
    await world.command("share", "on")
    await world.command("settings", "stars off")
    await world.press("delete", await ask(world))
    await swept(world)
    assert world.last.text == replies.DELETED
    left = {name for name in await _tables(world) if await world.table(name)}
    assert left <= EMPTY
    assert [row["text"] for row in await world.table("turns")] == [replies.DELETED]
    (row,) = await world.table("conversations")
    assert (row["owner"], row["head"], row["shared_as"], row["album"]) == ("", None, None, None)
    assert {row["conversation"] for row in await world.table("ledger")} == {None}
    assert files(world) == set()
    for file in world.data_dir.glob("dialogpaint.db*"):
        assert b"secret sauce" not in file.read_bytes()


async def test_what_others_have_stays_to_the_last_byte(world: World) -> None:
    await world.say("blue", photo(png()), at=THERE, author=BOB)
    await world.say("blue", photo(png()))  # the very same pictures
    await world.say("green")
    there = await StoredTranscript(world.store).messages(THERE)
    await world.press("delete", await ask(world))
    await swept(world)
    assert await StoredTranscript(world.store).messages(THERE) == there
    blue = painted(cleaned(png()), "blue")
    assert files(world) == {cleaned(png()), blue}
    await world.say("darker", at=THERE, author=BOB)
    assert world.picture == painted(blue, "darker")


async def test_it_begins_anew_afterwards(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.press("delete", await ask(world))
    await world.command("compare", user=BOB)
    assert world.last.text == NO_PICTURE
    await world.say("sepia", photo(png()), author=BOB)
    assert world.picture == painted(cleaned(png()), "sepia")
    assert [row["owner"] for row in await world.table("conversations")] == [BOB.user_id]


async def test_a_question_of_an_earlier_time_deletes_nothing_new(world: World) -> None:
    await world.say("blue", photo(png()))
    target = await ask(world)
    event = world.pressed("delete", target)
    await world.director.handle(event)
    await world.say("green", photo(png()))
    assert await world.press("delete", target) == Acknowledged(replies.DELETED_ALREADY)
    await world.director.handle(event)  # the same press, delivered again
    assert len(await world.table("versions")) == 2


@pytest.mark.parametrize("argument", ["delete", "delete yes"])
async def test_only_the_owner_and_moderators_may(world: World, argument: str) -> None:
    await world.say("blue", photo(png()))
    await world.command("privacy", argument, user=BOB)
    assert world.last.text == replies.ONLY_OWNER_DELETES
    target = await ask(world)
    assert await world.press("delete", target, user=BOB) == Acknowledged(replies.ONLY_OWNER_DELETES)
    assert len(await world.table("versions")) == 2
    assert await world.press("delete", target, user=MOD) is None
    assert await world.table("versions") == []


async def test_without_buttons_it_is_said_in_words(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.command("privacy", "delete yes")
    assert world.last.text == replies.DELETED
    assert await world.table("versions") == []


async def test_what_is_worked_on_is_stopped_and_leaves_nothing(world: World) -> None:
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png())))
    await world.until_editing()
    await world.director.handle(world.message("green"))
    (job,) = world.engine.running
    await world.command("privacy", "delete yes")
    world.engine.release()
    await swept(world)
    assert world.engine.cancelled == {job}
    assert world.adapter.cleared != []
    assert [reply.text for reply in world.adapter.sent] == [replies.DELETED]
    assert await world.table("jobs") == [] and files(world) == set()


async def test_files_that_are_brand_new_follow_when_nobody_uses_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.images.NEW_SECONDS", 60.0)
    await world.say("", photo(png()))
    await world.command("privacy", "delete yes")
    await world.settle()
    assert files(world) == {cleaned(png())}
    await world.say("", photo(png()), at=THERE)  # the same picture, while its file waits to be removed
    monkeypatch.setattr("bot.store.images.NEW_SECONDS", 0.0)
    assert not await world.store.remove_doomed()
    assert files(world) == {cleaned(png())}
    assert await world.table("doomed_images") == []


async def test_files_are_removed_at_the_next_start_at_the_latest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.images.NEW_SECONDS", 60.0)
    await world.say("", photo(png()))
    await world.command("privacy", "delete yes")
    await world.die()
    monkeypatch.setattr("bot.store.images.NEW_SECONDS", 0.0)
    second = World(world.data_dir)
    await second.start()
    await second.director.swept()
    assert files(second) == set()
    await second.stop()


async def test_what_telegram_sent_is_blanked_in_the_journal(world: World) -> None:
    telegram = MemoryAdapter("telegram")
    world.adapters["telegram"] = telegram
    journal = StoredJournal(world.store)
    rows = [
        (1, json.dumps({"message": {"chat": {"id": -77}, "text": "a secret wish"}})),
        (2, json.dumps({"callback_query": {"message": {"chat": {"id": -77}, "caption": "a secret"}}})),
        (3, json.dumps({"message": {"chat": {"id": -78}, "text": "somebody else's"}})),
        (4, "not JSON at all"),
        (5, json.dumps({"message": {"chat": {"id": -77}, "text": "not handled yet"}})),
    ]
    await journal.append(rows)
    for number, state in ((1, "done"), (2, "done"), (3, "done"), (4, "poison")):
        await journal.close(number, state)
    chat = ConversationRef("telegram", "-77", None, "-77")
    ann = type(ANN)("telegram", "ann")
    await world.say("blue", photo(png()), at=chat, author=ann)
    await world.command("privacy", "delete yes", user=ann, at=chat)
    assert telegram.sent[-1].text == replies.DELETED
    payloads = [row["payload"] for row in await world.table("telegram_updates")]
    assert payloads == ["{}", "{}", rows[2][1], rows[3][1], rows[4][1]]


async def test_another_chats_conversation_is_out_of_reach(world: World) -> None:
    await world.say("blue", photo(png()), at=THERE)
    await world.command("privacy", "delete", at=THERE)
    target = world.last.actions[0].target
    assert await world.press("delete", target) is None  # pressed here, under whatever message
    assert await world.press("delete", "made up") is None
    assert len(await world.table("versions")) == 2
    assert MessageRef(HERE, "0") != MessageRef(THERE, "0")


async def _tables(world: World) -> list[str]:
    return await world.store.run(lambda db: [name for name in db.table_names() if name != "intakes"])
