"""Never does the bot speak up in a group, or take somebody's chatter for a wish, unless it is addressed."""

from __future__ import annotations

import pytest

from bot.events import (
    Action,
    ButtonPressed,
    CommandInvoked,
    ConversationGone,
    ConversationMoved,
    Delivered,
    MessageIn,
    NotSent,
    ReactionChanged,
    Reply,
    UserRef,
)
from tests.adapters.telegram.support import Desk, desk, picture, png


def everything_group(d: Desk, **more: object) -> int:
    """A group where Telegram hides nothing from the bot."""
    return d.telegram.group(privacy=False, **more)  # pyright: ignore[reportArgumentType]


async def test_chatter_is_left_alone_even_where_the_bot_hears_it() -> None:
    async with desk() as d:
        group = everything_group(d)
        d.directory.known.add(d.where(group))
        posts = [
            d.telegram.post(group, d.ann, "make it brighter"),
            d.telegram.post(group, d.ann, "look at my dog", photo=png()),
            d.telegram.post(group, d.ann, "@paint_bot_two make it night", photo=png()),
            *d.telegram.album(group, d.ann, [png(), png()], "our holiday"),
        ]
        await d.settled(*posts)
        assert d.nothing_more()


async def test_a_group_is_told_with_its_messages_and_a_private_chat_has_none() -> None:
    async with desk() as d:
        group = d.telegram.group()
        for chat, expected in ((group, str(group)), (d.chat, None)):
            d.telegram.post(chat, d.ann, "/stats@paint_bot")
            event = await d.next(CommandInvoked)
            assert (event.name, event.ref.conversation.group_id) == ("stats", expected)


@pytest.mark.parametrize(
    ("caption", "wish"),
    [
        ("@paint_bot make it night", "make it night"),
        ("@Paint_Bot, make it night", "make it night"),
        ("🐆 make it night @paint_bot", "🐆 make it night"),
        ("🐆 could you @paint_bot make it night", "🐆 could you make it night"),
        ("@paint_bot", ""),
        ("@paint_bot as @ann_paints said", "as @ann_paints said"),
    ],
)
async def test_a_mention_in_the_caption_is_taken_out_of_the_wish(caption: str, wish: str) -> None:
    async with desk() as d:
        group = d.telegram.group()
        posted = d.telegram.post(group, d.ann, caption, photo=png())
        event = await d.next(MessageIn)
        assert (event.text, event.ref) == (wish, d.ref(posted.message_id, group))
        assert len(event.attachments) == 1
        assert event.author == UserRef("telegram", str(d.ann.id), "Ann")


async def test_a_mention_under_anybodys_picture_brings_the_picture() -> None:
    async with desk() as d:
        group = d.telegram.group()
        bob = d.telegram.person("Bob")
        photo = d.telegram.post(group, bob, photo=png("green"))
        assert photo.update_id is None, "privacy mode hides Bob's photo"
        d.telegram.post(group, d.ann, "@paint_bot make it night", reply_to=photo.message_id)
        wish = await d.next(MessageIn)
        assert wish.reply_to == d.ref(photo.message_id, group)
        assert [await attachment.open() for attachment in wish.replied_attachments] == [png("green")]
        assert wish.ref.conversation == d.where(group), "a chain of replies is no topic"


async def test_an_answer_to_the_bot_needs_no_mention() -> None:
    async with desk() as d:
        group = d.telegram.group()
        asked = await d.adapter.send(Reply("q", d.where(group), "Which animal?", decision="ask"))
        assert isinstance(asked, Delivered)
        question = int(asked.refs[0].message_id)
        d.telegram.post(group, d.ann, "a cheetah", reply_to=question)
        wish = await d.next(MessageIn)
        assert (wish.text, wish.reply_to) == ("a cheetah", d.ref(question, group))


async def test_commands_count_when_they_name_the_bot_or_it_takes_part() -> None:
    async with desk() as d:
        group = everything_group(d)
        posts = [
            d.telegram.post(group, d.ann, "/undo"),
            d.telegram.post(group, d.ann, "/undo@other_bot"),
        ]
        await d.settled(*posts)
        assert d.nothing_more()
        d.telegram.post(group, d.ann, "/undo@paint_bot")
        assert (await d.next(CommandInvoked)).name == "undo"
        d.directory.known.add(d.where(group))
        d.telegram.post(group, d.ann, "/reset")
        assert (await d.next(CommandInvoked)).name == "reset"


async def test_each_topic_is_a_conversation_of_its_own() -> None:
    async with desk() as d:
        group = d.telegram.group()
        topic = d.telegram.topic(group)
        d.telegram.post(group, d.ann, "@paint_bot make it night", photo=png(), topic=topic)
        wish = await d.next(MessageIn)
        assert wish.ref.conversation == d.where(group, topic)
        assert wish.reply_to is None, "the head of the topic is not answered"
        undo = (Action("undo", "v1"),)
        sent = await d.adapter.send(Reply("e", wish.ref.conversation, "Done.", picture(), wish.ref, undo))
        assert isinstance(sent, Delivered)
        (shown,) = d.telegram.shown(group)
        assert (shown.topic, shown.reply_to) == (topic, int(wish.ref.message_id))
        d.telegram.press(group, d.ann, shown.message_id, "undo:v1")
        assert (await d.next(ButtonPressed)).ref == sent.refs[0]


async def test_in_a_forum_a_plain_message_does_not_answer_the_bot() -> None:
    """Each message of a topic that the bot opened "replies" to the message at its head."""
    async with desk() as d:
        group = everything_group(d)
        topic = d.telegram.topic(group)
        posted = d.telegram.post(group, d.ann, "what a nice topic", topic=topic)
        await d.settled(posted)
        assert d.nothing_more()


async def test_reactions_need_the_bot_to_be_an_administrator_and_the_capabilities_say_so() -> None:
    async with desk() as d:
        plain, led = d.telegram.group(), d.telegram.group(admins=[d.telegram.me.id])
        assert not (await d.adapter.capabilities(d.where(plain))).receives_reactions
        assert (await d.adapter.capabilities(d.where(led))).receives_reactions
        assert (await d.adapter.capabilities(d.where())).receives_reactions


async def test_who_manages_the_group_is_asked_once() -> None:
    async with desk() as d:
        eve = d.telegram.person("Eve")
        group = d.telegram.group(admins=[d.telegram.me.id, eve.id])
        for emoji in ("👎", "🔥", "👎"):
            d.telegram.react(group, eve, 5, [emoji])
        first, other, again = [await d.next(ReactionChanged) for _ in range(3)]
        assert (first.user.moderator, other.user.moderator, again.user.moderator) == (True, False, True)
        d.telegram.react(group, d.ann, 5, ["👎"])
        assert not (await d.next(ReactionChanged)).user.moderator
        assert d.used("getChatMember") == 2, (
            "once for Eve, once for Ann, never for an emoji that means nothing"
        )


async def test_an_anonymous_administrator_is_known_by_the_group() -> None:
    async with desk() as d:
        group = d.telegram.group()
        sender = {"sender_chat": d.telegram.chats[group].json()}
        d.telegram.post(group, d.telegram.person("Group", None), "@paint_bot make it night", extra=sender)
        wish = await d.next(MessageIn)
        assert wish.author == UserRef("telegram", str(group), "Painters", moderator=True)


async def test_who_writes_as_a_channel_is_that_channel() -> None:
    async with desk() as d:
        group = d.telegram.group()
        channel = {"id": -1007, "type": "channel", "title": "Ann's pictures"}
        sender = {"sender_chat": channel, "from": d.telegram.person("Channel").json() | {"is_bot": True}}
        d.telegram.post(group, d.ann, "@paint_bot make it night", extra=sender)
        wish = await d.next(MessageIn)
        assert wish.author == UserRef("telegram", "-1007", "Ann's pictures")
        forwarded = d.telegram.post(
            group, d.ann, "@paint_bot hello", extra=sender | {"is_automatic_forward": True}
        )
        await d.settled(forwarded)
        assert d.nothing_more()


async def test_a_group_that_moves_is_told_once_whoever_tells_it() -> None:
    async with desk() as d:
        group = d.telegram.group()
        new, _ = d.telegram.migrate(group, d.ann)
        told = await d.next(ConversationMoved)
        assert (told.old, told.new) == (d.where(group), d.where(new))
        receipt = await d.adapter.send(Reply("late", d.where(group), "Done."))
        assert isinstance(receipt, NotSent)
        assert (await d.next(ConversationMoved)) == told, "the same event id: the ledger takes it once"
        assert isinstance(await d.adapter.send(Reply("late", d.where(new), "Done.")), Delivered)
        assert [message.text for message in d.telegram.shown(new)] == ["Done."]


async def test_a_chat_that_puts_the_bot_out_is_gone() -> None:
    async with desk() as d:
        group = d.telegram.group()
        d.telegram.my_status(group, {"status": "member"})
        d.telegram.lose(group, "kicked")
        assert (await d.next(ConversationGone)).ref == d.where(group)
        d.telegram.my_status(group, {"status": "left"})
        assert (await d.next(ConversationGone)).ref == d.where(group)
        d.telegram.lose(d.chat, "blocked")
        assert (await d.next(ConversationGone)).ref == d.where()
        await d.settled()
        assert d.nothing_more()
