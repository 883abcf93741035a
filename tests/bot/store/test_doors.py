"""An adapter never sees a picture of another conversation, and no update is handled twice or lost."""

from __future__ import annotations

from pathlib import Path

from bot.events import ConversationRef
from bot.store import Store, StoredDirectory, StoredJournal, StoredTranscript
from tests.bot.world import HERE, World, cleaned, photo, png
from tests.fakes.engine import painted

PHOTO = cleaned(png())
ELSEWHERE = ConversationRef("web", "elsewhere")


async def test_journal_rows_stay_open_until_they_are_closed(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    journal = StoredJournal(store)
    await journal.append([(7, "seven"), (5, "five"), (6, "six")])
    await journal.append([(5, "changed")])
    assert await journal.open_rows() == [(5, "five"), (6, "six"), (7, "seven")]
    await journal.close(5, "done")
    await journal.close(6, "poison")
    await journal.append([(5, "again")])
    assert await journal.open_rows() == [(7, "seven")]
    await journal.append([(20_000, "much later")])
    assert await journal.open_rows() == [(7, "seven"), (20_000, "much later")]
    await store.close()


async def test_directory_knows_where_the_bot_takes_part(world: World) -> None:
    directory = StoredDirectory(world.store)
    assert not await directory.knows(HERE)
    assert await directory.last_event(HERE) is None
    first = await world.say("chat")
    assert await directory.knows(HERE)
    assert await directory.last_event(HERE) == first.ref.message_id
    await world.say("chat", at=ELSEWHERE)
    assert await directory.conversations("web") == [ELSEWHERE, HERE]
    last = await world.say("   ", addressed=False)
    assert await directory.last_event(HERE) == last.ref.message_id
    assert await directory.conversations("discord") == []


async def test_transcript_shows_turns_pictures_and_what_is_undone(world: World) -> None:
    transcript = StoredTranscript(world.store)
    assert await transcript.messages(HERE) == []
    said = await world.say("blue", photo(png()))
    await world.say("undo")
    upload, blue, wish, undone = await transcript.messages(HERE)
    assert [turn["speaker"] for turn in (upload, blue, wish, undone)] == ["user", "bot", "user", "bot"]
    assert (upload["state"], blue["state"], wish["state"], undone["state"]) == (
        "head",
        "undone",
        None,
        "head",
    )
    assert (upload["image"]["width"], upload["image"]["height"]) == (40, 30)
    assert (upload["id"], blue["id"]) == (said.ref.message_id, world.adapter.sent[0].key)
    assert upload["image"]["sha256"] == undone["image"]["sha256"]
    assert (wish["image"], wish["version"], wish["decision"]) == (None, None, None)
    assert blue["decision"] == "edit"
    assert 1.7e9 < upload["at"] <= blue["at"] < 1e11
    await world.command("redo")
    assert [turn["state"] for turn in await transcript.messages(HERE)] == [
        "kept",
        "head",
        None,
        "kept",
        "head",
    ]


async def test_transcript_gives_pictures_of_its_own_conversation_only(world: World) -> None:
    transcript = StoredTranscript(world.store)
    await world.say("blue", photo(png()))
    (_, blue) = await transcript.messages(HERE)
    sha256 = blue["image"]["sha256"]
    assert await transcript.image(HERE, sha256) == (painted(PHOTO, "blue"), "image/png")
    await world.say("chat", at=ELSEWHERE)
    assert await transcript.image(ELSEWHERE, sha256) is None
    assert await transcript.image(HERE, "0" * 64) is None


async def test_transcript_names_the_jobs_under_way(world: World) -> None:
    transcript = StoredTranscript(world.store)
    assert await transcript.busy(HERE) == []
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png())))
    await world.until_editing()
    assert await transcript.busy(HERE) == list(world.engine.running)
    world.engine.release()
    await world.settle()
    assert await transcript.busy(HERE) == []
