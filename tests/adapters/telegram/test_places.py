"""Never does an answer go astray: it stays in its topic, its comments, its chat, and rings nobody else."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from adapters.telegram import adapter
from bot.events import Delivered, MessageIn, Reply, StatusUpdate
from tests.adapters.telegram.support import desk, png
from tests.adapters.telegram.whole import Room, room
from tests.fakes.telegram_api import Posted
from tests.fakes.telegram_world import JSON

CHANNEL: JSON = {"id": -1_007_000, "type": "channel", "title": "Ann's pictures"}


def files_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def forwarded(r: Room, picture: bytes) -> Posted:
    """A channel's picture as Telegram puts it into the discussion group, for comments."""
    telegram = r.telegram.person("Telegram")
    extra = {"sender_chat": CHANNEL, "is_automatic_forward": True}
    return r.telegram.post(r.chat, telegram, "Our holiday", photo=picture, extra=extra)


async def test_a_comment_under_a_channels_picture_edits_that_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.chat = r.telegram.group(admins=[r.telegram.me.id])
        post = forwarded(r, png("green"))
        other = forwarded(r, png("white"))
        comment = r.say("@paint_bot make it night", reply_to=post.message_id)
        done = await r.reads("Did: make it night")
        assert (done.kind, done.reply_to) == ("photo", comment), "its answer stands among the comments"
        assert done.topic is None
        r.say("@paint_bot make it day", reply_to=other.message_id)
        await r.reads("Did: make it day")
        first, second = r.engine.edits
        assert first.image != second.image
        assert len(r.shown()) == 2, "nothing is said to the channel's posts themselves"


async def test_who_comments_as_a_channel_is_answered_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.chat = r.telegram.group(admins=[r.telegram.me.id])
        post = forwarded(r, png("green"))
        r.say("@paint_bot make it night", reply_to=post.message_id, extra={"sender_chat": CHANNEL})
        assert (await r.reads("Did: make it night")).kind == "photo"


async def test_all_that_happens_in_a_topic_stays_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.chat = r.telegram.group(admins=[r.telegram.me.id])
        topic, other = r.telegram.topic(r.chat), r.telegram.topic(r.chat)
        r.say("@paint_bot make it night", photo=png(), topic=topic)
        done = await r.reads("Did: make it night")
        r.say("@paint_bot make it winter", topic=other)
        await r.sees(lambda shown: shown[-1].topic == other)
        r.say("/help@paint_bot", topic=topic)
        await r.reads("Send me a picture")
        r.telegram.react(r.chat, r.ann, done.message_id, ["👎"])
        await r.reads("Back to the picture")
        (button,) = [data for _, data in r.shown()[-1].buttons if data.startswith("redo")]
        r.telegram.press(r.chat, r.ann, r.shown()[-1].message_id, button)
        await r.sees(lambda shown: len(shown) == 5)
        assert [message.topic for message in r.shown()] == [topic, other, topic, topic, topic]


async def test_a_closed_topic_is_the_end_of_that_reply_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.chat = r.telegram.group(admins=[r.telegram.me.id])
        topic = r.telegram.topic(r.chat)
        r.engine.hold()
        r.say("@paint_bot make it night", photo=png(), topic=topic)
        await r.engine.started.wait()
        r.telegram.chats[r.chat].topics.clear()  # deleted
        for message in list(r.telegram.messages.values()):
            if message.topic == topic:
                r.telegram.delete(r.chat, message.id)
        r.engine.release()
        r.say("@paint_bot make it day", photo=png())
        assert (await r.reads("Did: make it day")).topic is None
        await r.rests()
        assert len(r.shown()) == 1


async def test_links_get_no_preview_and_names_of_any_script_come_as_they_are() -> None:
    async with desk() as d:
        text = "‮שלום 🐆👩‍🎨 عليكم https://example.org/picture.png /undo #night"
        status = await d.adapter.show_status(StatusUpdate("job-1", d.where(), text))
        reply = Reply("c", d.where(), text, status=status)
        assert isinstance(await d.adapter.send(reply), Delivered)
        (message,) = d.telegram.shown(d.chat)
        assert message.text == text
        said = [fields for method, fields in d.telegram.calls if method in {"sendMessage", "editMessageText"}]
        assert len(said) >= 1
        assert all(json.loads(fields["link_preview_options"])["is_disabled"] for fields in said)
        assert not any("parse_mode" in fields for _, fields in d.telegram.calls)


async def test_a_name_of_another_script_is_the_authors_name() -> None:
    async with desk() as d:
        noa = d.telegram.person("נועה 🐆", "noa_paints")
        group = d.telegram.group("שלום ‮")
        d.telegram.post(group, noa, "@paint_bot make it night", photo=png())
        assert (await d.next(MessageIn)).author.display == "נועה 🐆"


async def test_the_token_is_in_no_file_that_the_bot_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.say("make it night", photo=png())
        await r.reads("Did: make it night")
        r.telegram.push("message", {"message_id": "poison"})
        r.telegram.expired |= set(r.telegram.files)
        r.say("make it winter", photo=png("green"))
        r.telegram.expired |= set(r.telegram.files)
        await r.reads("couldn't get that picture")
        secret = r.telegram.token.split(":")[1].encode()
        kept = await asyncio.to_thread(files_in, tmp_path)
        assert any(name.endswith(".db") for name in kept)
        assert not [name for name, data in kept.items() if secret in data]


async def test_a_part_that_breaks_is_begun_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(adapter, "BREATH_SECONDS", 0.01)
    failures, begun = iter([ValueError("a bug"), RuntimeError("another")]), asyncio.Event()

    async def run() -> None:
        for failure in failures:
            raise failure
        begun.set()
        await asyncio.sleep(3600)

    task = asyncio.create_task(adapter.kept_up("handling", run))
    async with asyncio.timeout(10):
        await begun.wait()
    task.cancel()
    assert caplog.text.count("handling broke down") == 2
