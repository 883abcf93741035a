"""Never is an album taken for several wishes, nor one picture of it lost in a crash."""

from __future__ import annotations

from bot.events import CommandInvoked, MessageIn
from tests.adapters.telegram.support import desk, png

COLOURS = ("red", "green", "blue")


async def test_an_album_is_one_wish_with_its_pictures_in_order() -> None:
    async with desk() as d:
        posts = d.telegram.album(d.chat, d.ann, [png(c) for c in COLOURS], "make it night", at=1)
        wish = await d.next(MessageIn)
        assert (wish.text, wish.ref) == ("make it night", d.ref(posts[0].message_id))
        assert [await attachment.open() for attachment in wish.attachments] == [png(c) for c in COLOURS]
        assert [file.message_id for file in wish.attachments] == [str(post.message_id) for post in posts]
        await d.settled(*posts)
        assert d.nothing_more()


async def test_edit_is_a_wish_in_the_caption_of_a_photo_or_an_album() -> None:
    async with desk() as d:
        d.telegram.post(d.chat, d.ann, "/edit Make it night", photo=png())
        wish = await d.next(MessageIn)
        assert (wish.text, len(wish.attachments)) == ("Make it night", 1)
        group = d.telegram.group(privacy=False)
        d.telegram.album(group, d.ann, [png(c) for c in COLOURS], "/edit@paint_bot make it night")
        wish = await d.next(MessageIn)
        assert (wish.text, len(wish.attachments)) == ("make it night", 3)
        d.telegram.post(d.chat, d.ann, "/edit")
        assert (await d.next(MessageIn)).text == ""


async def test_an_album_in_a_group_counts_when_any_caption_names_the_bot() -> None:
    async with desk() as d:
        group = d.telegram.group(privacy=False)
        d.telegram.album(group, d.ann, [png(c) for c in COLOURS], "@paint_bot make it night", at=2)
        wish = await d.next(MessageIn)
        assert (wish.text, len(wish.attachments)) == ("make it night", 3)


async def test_what_is_written_after_an_album_comes_after_it() -> None:
    async with desk(album_seconds=30.0) as d:
        d.telegram.album(d.chat, d.ann, [png(c) for c in COLOURS])
        d.telegram.post(d.chat, d.ann, "/undo")
        assert len((await d.next(MessageIn)).attachments) == 3
        await d.next(CommandInvoked)


async def test_somebody_elses_words_do_not_cut_an_album_in_two() -> None:
    async with desk() as d:
        group = d.telegram.group(privacy=False)
        bob = d.telegram.person("Bob")
        extra = {"media_group_id": "77"}
        d.telegram.post(group, d.ann, "@paint_bot make it night", photo=png(), extra=extra)
        d.telegram.post(group, bob, "@paint_bot hello")
        d.telegram.post(group, d.ann, photo=png(), extra=extra)
        assert (await d.next(MessageIn)).text == "hello"
        assert len((await d.next(MessageIn)).attachments) == 2


async def test_an_album_that_waits_when_the_bot_dies_comes_whole_at_the_next_start() -> None:
    async with desk(album_seconds=30.0) as d:
        posts = d.telegram.album(d.chat, d.ann, [png(c) for c in COLOURS], "make it night")
        await d.telegram.confirmed(posts[-1].update_id)
        await d.adapter.stop()
        assert d.nothing_more()
        assert {d.journal.states[post.update_id or 0] for post in posts} == {"open"}
        d.adapter = d.new_adapter(album_seconds=0.3)
        await d.adapter.start()
        wish = await d.next(MessageIn)
        assert len(wish.attachments) == 3
        await d.settled(*posts)


async def test_a_late_piece_is_the_same_event_as_its_album() -> None:
    async with desk() as d:
        extra = {"media_group_id": "77"}
        first = d.telegram.post(d.chat, d.ann, "make it night", photo=png(), extra=extra)
        wish = await d.next(MessageIn)
        await d.settled(first)
        d.telegram.post(d.chat, d.ann, photo=png(), extra=extra)
        assert (await d.next(MessageIn)).event_id == wish.event_id, "the ledger takes it for a repeat"
