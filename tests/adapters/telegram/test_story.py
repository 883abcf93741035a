"""Never does a wish get lost between Telegram and the bot, whatever form the picture and the words take."""

from __future__ import annotations

import pytest

from bot.events import (
    Action,
    AttachmentGone,
    ButtonPressed,
    CommandInvoked,
    Delivered,
    MessageIn,
    ReactionChanged,
    Reply,
    StatusUpdate,
    UserRef,
)
from tests.adapters.telegram.support import desk, picture, png, until


async def test_the_story_from_photo_to_undo() -> None:
    async with desk() as ann_and_bot:
        telegram, chat, ann = ann_and_bot.telegram, ann_and_bot.chat, ann_and_bot.ann
        adapter, where = ann_and_bot.adapter, ann_and_bot.where()
        user = UserRef("telegram", str(ann.id), "Ann")

        photo = png()
        posted = telegram.post(chat, ann, "can you change the animal?", photo=photo)
        wish = await ann_and_bot.next(MessageIn)
        assert (wish.text, wish.author) == ("can you change the animal?", user)
        assert wish.ref == ann_and_bot.ref(posted.message_id)
        assert await wish.attachments[0].open() == photo

        status = await adapter.show_status(StatusUpdate("job-1", where, "Reading …", reply_to=wish.ref))
        question = Reply("q-1", where, "Which animal should the dog become?", status=status, decision="ask")
        assert isinstance(await adapter.send(question), Delivered)
        (message,) = telegram.shown(chat)
        assert (message.text, message.kind) == ("Which animal should the dog become?", "text")
        assert message.reply_to == posted.message_id

        telegram.post(chat, ann, "a cheetah")
        assert (await ann_and_bot.next(MessageIn)).text == "a cheetah"

        cancel = (Action("cancel", "job-2"),)
        status = await adapter.show_status(StatusUpdate("job-2", where, "You're next.", actions=cancel))
        assert status is not None
        running = StatusUpdate("job-2", where, "Painting …", status, None, png("grey"), 0.5, cancel)
        assert await adapter.show_status(running) == status
        assert telegram.shown(chat)[-1].kind == "photo"

        edited = picture("yellow")
        undo = (Action("undo", "version-1"),)
        done = Reply("e-1", where, "Changed the dog into a cheetah.", edited, None, undo, status, "edit")
        assert isinstance(await adapter.send(done), Delivered)
        shown = telegram.shown(chat)[-1]
        assert (shown.text, shown.file) == ("Changed the dog into a cheetah.", edited.data)
        assert [data for _, data in shown.buttons] == ["undo:version-1"]
        assert len(telegram.shown(chat)) == 2, "the question and the picture, nothing else"

        telegram.react(chat, ann, shown.message_id, ["👎"])
        reaction = await ann_and_bot.next(ReactionChanged)
        assert (reaction.added, reaction.ref) == (("👎",), ann_and_bot.ref(shown.message_id))

        telegram.press(chat, ann, shown.message_id, "undo:version-1")
        pressed = await ann_and_bot.next(ButtonPressed)
        assert (pressed.name, pressed.target, pressed.user) == ("undo", "version-1", user)
        await until(lambda: telegram.answered)

        telegram.post(chat, ann, "/undo")
        assert (await ann_and_bot.next(CommandInvoked)).name == "undo"
        assert ann_and_bot.nothing_more()


async def test_a_command_in_a_caption_is_a_command() -> None:
    async with desk() as d:
        d.telegram.post(d.chat, d.ann, "/help", photo=png())
        assert (await d.next(CommandInvoked)).name == "help"
        d.telegram.post(d.chat, d.ann, "/start")
        assert (await d.next(CommandInvoked)).name == "help"
        d.telegram.post(d.chat, d.ann, "please /undo is not a command here")
        assert (await d.next(MessageIn)).text == "please /undo is not a command here"


async def test_a_document_keeps_its_name_and_type() -> None:
    async with desk() as d:
        posted = d.telegram.post(d.chat, d.ann, "brighter", document=png(), name="beach.png")
        wish = await d.next(MessageIn)
        assert wish.ref == d.ref(posted.message_id)
        (attachment,) = wish.attachments
        assert (attachment.kind, attachment.name, attachment.size) == ("document", "beach.png", len(png()))
        assert await attachment.open() == png()


async def test_the_largest_size_of_a_photo_is_taken() -> None:
    async with desk() as d:
        d.telegram.post(d.chat, d.ann, photo=png("red", (400, 200)))
        (attachment,) = (await d.next(MessageIn)).attachments
        assert (attachment.kind, attachment.width, attachment.height) == ("photo", 400, 200)


@pytest.mark.parametrize(("animated", "video"), [(False, False), (True, False), (False, True)])
async def test_a_sticker_is_a_picture_unless_it_moves(animated: bool, video: bool) -> None:
    async with desk() as d:
        sticker = d.telegram.file(b"webp", width=512, height=512, type="regular")
        sticker |= {"is_animated": animated, "is_video": video}
        d.telegram.post(d.chat, d.ann, media={"sticker": sticker})
        (attachment,) = (await d.next(MessageIn)).attachments
        assert (attachment.kind, attachment.animated) == ("sticker", animated or video)


async def test_an_animation_comes_marked_as_one() -> None:
    async with desk() as d:
        gif = d.telegram.file(b"mp4", width=10, height=10, duration=2, mime_type="video/mp4")
        d.telegram.post(d.chat, d.ann, "make it night", media={"animation": gif, "document": gif})
        wish = await d.next(MessageIn)
        assert [attachment.animated for attachment in wish.attachments] == [True]
        assert wish.text == "make it night"


async def test_a_voice_message_is_no_wish_but_gets_an_answer() -> None:
    async with desk() as d:
        d.telegram.post(d.chat, d.ann, media={"voice": d.telegram.file(b"ogg", duration=3)})
        wish = await d.next(MessageIn)
        assert (wish.text, wish.attachments) == ("", ())


async def test_service_messages_are_not_for_the_bot() -> None:
    async with desk() as d:
        pinned = d.telegram.post(d.chat, d.ann, extra={"new_chat_title": "Holidays"})
        await d.settled(pinned)
        assert d.nothing_more()


async def test_a_reply_to_an_older_photo_brings_that_photo() -> None:
    async with desk() as d:
        old = d.telegram.post(d.chat, d.ann, photo=png("green"))
        await d.next(MessageIn)
        d.telegram.post(d.chat, d.ann, "make this one black and white", reply_to=old.message_id)
        wish = await d.next(MessageIn)
        assert wish.reply_to == d.ref(old.message_id)
        assert wish.attachments == ()
        assert [await attachment.open() for attachment in wish.replied_attachments] == [png("green")]


async def test_a_photo_answered_across_chats_comes_along() -> None:
    async with desk() as d:
        origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Bob"}
        external = {"origin": origin, "photo": d.telegram.photo_sizes(png("green"))}
        d.telegram.post(d.chat, d.ann, "make it night", extra={"external_reply": external})
        wish = await d.next(MessageIn)
        assert wish.reply_to is None
        assert [await attachment.open() for attachment in wish.replied_attachments] == [png("green")]


async def test_a_file_over_the_limit_tells_its_size_and_is_gone_when_opened() -> None:
    async with desk() as d:
        huge = d.telegram.file(bytes(21 << 20), file_name="huge.png", mime_type="image/png")
        d.telegram.post(d.chat, d.ann, media={"document": huge})
        (attachment,) = (await d.next(MessageIn)).attachments
        assert attachment.size == 21 << 20
        with pytest.raises(AttachmentGone):
            await attachment.open()


async def test_an_expired_file_is_gone_and_its_link_stays_secret() -> None:
    async with desk() as d:
        d.telegram.post(d.chat, d.ann, photo=png())
        (attachment,) = (await d.next(MessageIn)).attachments
        d.telegram.expired |= set(d.telegram.files)
        with pytest.raises(AttachmentGone) as caught:
            await attachment.open()
        assert d.telegram.token not in str(caught.value)
        assert caught.value.__cause__ is None


async def test_reactions_of_anonymous_administrators_and_custom_emoji_are_left_alone() -> None:
    async with desk() as d:
        group = d.telegram.group(admins=[d.telegram.me.id])
        reacted = d.telegram.react(group, d.ann, 5, ["👎"], anonymous=True)
        await d.settled(reacted)
        assert d.nothing_more()


async def test_a_reaction_changed_from_one_to_another_tells_both() -> None:
    async with desk() as d:
        d.telegram.react(d.chat, d.ann, 5, ["👎", "❤️"], ["👍", "❤️"])
        change = await d.next(ReactionChanged)
        assert (change.added, change.removed) == (("👎",), ("👍",))
