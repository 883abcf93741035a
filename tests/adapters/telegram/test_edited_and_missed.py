"""Never is a changed caption passed over, nor a wish of long ago worked on as if it were new."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot import replies
from bot.events import CommandInvoked, MessageEdited, MessageIn, MessageMissed, ReactionChanged, UserRef
from tests.adapters.telegram.support import desk, png
from tests.adapters.telegram.whole import Room, life, room
from tests.fakes.engine import painted
from tests.fakes.telegram_api import FakeTelegram

LONG_AGO = {"date": int(time.time()) - 25 * 3600}


async def test_a_changed_caption_is_told_with_its_message_and_picture() -> None:
    async with desk() as d:
        posted = d.telegram.post(d.chat, d.ann, "make it nihgt", photo=png())
        await d.next(MessageIn)
        changed = d.telegram.edit(d.chat, posted.message_id, "make it night")
        now = (await d.next(MessageEdited)).now
        assert (now.text, now.ref) == ("make it night", d.ref(posted.message_id))
        assert now.event_id == str(changed.update_id)
        assert [await attachment.open() for attachment in now.attachments] == [png()]


async def test_in_a_group_a_mention_that_is_added_later_counts() -> None:
    async with desk() as d:
        group = d.telegram.group(privacy=False)
        posted = d.telegram.post(group, d.ann, "make it night", photo=png())
        changed = d.telegram.edit(group, posted.message_id, "make it nightly")
        await d.settled(posted, changed)
        assert d.nothing_more()
        d.telegram.edit(group, posted.message_id, "@paint_bot make it night")
        assert (await d.next(MessageEdited)).now.text == "make it night"


async def test_a_changed_command_is_none() -> None:
    async with desk() as d:
        posted = d.telegram.post(d.chat, d.ann, "/undo")
        await d.next(CommandInvoked)
        changed = d.telegram.edit(d.chat, posted.message_id, "/undo please")
        await d.settled(changed)
        assert d.nothing_more()


async def test_a_caption_that_is_added_while_an_album_is_gathered_comes_after_it() -> None:
    async with desk(album_seconds=30.0) as d:
        pieces = d.telegram.album(d.chat, d.ann, [png("red"), png("green")])
        d.telegram.edit(d.chat, pieces[0].message_id, "make it night")
        assert len((await d.next(MessageIn)).attachments) == 2
        assert (await d.next(MessageEdited)).now.text == "make it night"


async def test_the_changed_caption_of_any_piece_is_that_of_the_album() -> None:
    async with desk() as d:
        pieces = d.telegram.album(d.chat, d.ann, [png("red"), png("green")], "make it nihgt", at=1)
        assert (await d.next(MessageIn)).ref == d.ref(pieces[0].message_id)
        d.telegram.edit(d.chat, pieces[1].message_id, "make it night")
        now = (await d.next(MessageEdited)).now
        assert (now.text, now.ref) == ("make it night", d.ref(pieces[0].message_id))


async def test_what_is_older_than_the_setting_is_told_as_missed() -> None:
    async with desk(answer_missed_hours=24.0) as d:
        group = d.telegram.group(privacy=False)
        posts = [
            d.telegram.post(d.chat, d.ann, "make it night", photo=png(), extra=LONG_AGO),
            d.telegram.post(d.chat, d.ann, "/undo", extra=LONG_AGO),
            d.telegram.post(group, d.ann, "@paint_bot make it night", extra=LONG_AGO),
            d.telegram.post(group, d.ann, "chatter", extra=LONG_AGO),
        ]
        missed = [await d.next(MessageMissed) for _ in range(3)]
        assert [event.event_id for event in missed] == [str(post.update_id) for post in posts[:3]]
        assert missed[0].ref == d.ref(posts[0].message_id)
        assert missed[0].author == UserRef("telegram", str(d.ann.id), "Ann")
        await d.settled(*posts)
        assert d.nothing_more()
    async with desk(answer_missed_hours=0.0) as d:
        d.telegram.post(d.chat, d.ann, "make it night")
        assert (await d.next(MessageIn)).text == "make it night", "what comes now was not missed"
    async with desk(answer_missed_hours=26.0) as d:
        d.telegram.post(d.chat, d.ann, "make it night", photo=png(), extra=LONG_AGO)
        assert (await d.next(MessageIn)).text == "make it night"


async def test_a_reaction_of_long_ago_undoes_nothing() -> None:
    async with desk(answer_missed_hours=0.001) as d:
        reacted = d.telegram.react(d.chat, d.ann, 5, ["👎"], date=LONG_AGO["date"])
        await d.settled(reacted)
        assert d.nothing_more()
        d.telegram.react(d.chat, d.ann, 5, ["👎"])
        assert (await d.next(ReactionChanged)).added == ("👎",)


async def test_what_came_while_the_bot_was_down_is_answered_if_it_is_young(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeTelegram() as telegram:
        r = Room(telegram, tmp_path, monkeypatch)
        async with life(r):
            r.say("hello")
            await r.hears(1)
        for _ in range(3):
            r.say("make it blue", photo=png(), extra=LONG_AGO)
        r.say("make it night", photo=png())
        async with life(r):
            said = await r.hears(3)
        assert said[1:] == [replies.MISSED, "Did: make it night"]


async def test_a_wish_is_put_right_in_the_chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with room(tmp_path, monkeypatch) as r:
        posted = r.say("", photo=png())
        await r.reads("What shall I change")
        r.telegram.edit(r.chat, posted, "make it night")
        await r.reads("Did: make it night")
        r.telegram.edit(r.chat, posted, "make it day")
        answer = await r.reads(replies.DONE_ALREADY)
        assert answer.reply_to == posted
        r.engine.hold()
        wish = r.say("make it blu")
        await r.sees(lambda shown: shown[-1].buttons and shown[-1].buttons[0][1].startswith("cancel"))
        r.telegram.edit(r.chat, wish, "make it blue")
        await r.reads(replies.WISH_CHANGED)
        r.engine.release()
        done = await r.reads("Did: make it blue")
        assert done.file == painted(r.engine.edits[-1].image, "make it blue")
        assert [text for text in r.texts() if text.startswith("Did")] == [
            "Did: make it night",
            "Did: make it blue",
        ]
