"""Whatever the wire does, nothing is handled twice, posted twice or lost, and the bot does not end."""

from __future__ import annotations

import io
import logging
import random
from dataclasses import replace

import pytest
from PIL import Image

from adapters.discord import outbound
from bot.events import (
    Action,
    AttachmentGone,
    ConversationRef,
    Delivered,
    MessageIn,
    MessageRef,
    NotSent,
    Picture,
    Rejected,
    Reply,
    StatusUpdate,
    Unknown,
)
from tests.adapters.discord.live import adapter_on, connected
from tests.adapters.discord.scripted import ScriptedBot, picture, png, until
from tests.fakes.discord_wire import DiscordWire

MESSAGES = r"/messages$"


def in_channel(wire: DiscordWire) -> ConversationRef:
    return ConversationRef("discord", str(wire.world.general))


def texts(bot: ScriptedBot) -> list[str]:
    return [event.text for event in bot.events if isinstance(event, MessageIn)]


# ---------------------------------------------------------------- the session


async def test_a_resume_brings_what_was_missed_once() -> None:
    async with connected() as (wire, bot, _):
        first = await wire.post("brighter", [("dog.png", png())], mention=True)
        await bot.take(1)
        wire.gateway.replay_extra = 3  # events that arrived before the break come again
        await wire.gateway.drop()
        await wire.post("and darker", channel=int(first["id"]))
        await wire.gateway.wait_for_session(resumed=1)
        await wire.post("thanks", channel=int(first["id"]))
        await bot.take(3)
        assert texts(bot) == ["brighter", "and darker", "thanks"]
        assert {event.ref.conversation.thread_id for event in bot.events} == {first["id"]}
        assert len(wire.calls("POST", "/threads$")) == 1
        assert wire.gateway.identified == 1


async def test_reactions_replayed_by_a_resume_are_the_same_event() -> None:
    async with connected() as (wire, bot, adapter):
        await wire.post("hello", mention=True)
        await bot.take(1)
        sent = await adapter.send(Reply("k", in_channel(wire), "Done."))
        assert isinstance(sent, Delivered)
        message = int(sent.refs[0].message_id)
        await wire.react(message, "↩️")
        await bot.take(2)
        wire.gateway.replay_extra = 1
        await wire.gateway.drop()
        await wire.gateway.wait_for_session(resumed=1)
        await wire.react(message, "↩️", added=False)
        await wire.react(message, "↩️")
        events = await bot.take(4)
        assert [bool(getattr(event, "added", None)) for event in events[1:]] == [True, False, True]
        assert bot.doubles == [events[1].event_id]


async def test_what_a_lost_session_missed_is_read_back() -> None:
    async with connected() as (wire, bot, _):
        first = await wire.post("brighter", [("dog.png", png())], mention=True)
        await bot.take(1)
        wire.gateway.accepts_resume = False  # op 9: identify anew, what was missed is lost
        await wire.gateway.drop()
        await wire.post("and darker", channel=int(first["id"]))
        missed = await wire.post("another one", [("cat.png", png("blue"))], mention=True)
        await wire.gateway.wait_for_session(identified=2)
        await bot.take(3)
        assert sorted(texts(bot)) == ["and darker", "another one", "brighter"]
        place = next(event.ref.conversation for event in bot.events if event.event_id == missed["id"])
        assert place.thread_id == missed["id"]


async def test_a_wish_whose_thread_was_opened_before_the_crash_keeps_its_conversation() -> None:
    async with connected() as (wire, bot, _):
        wire.world.thread(wire.world.general, 1, "older", wire.world.bot)
        photo = wire.world.say(
            wire.world.general,
            wire.world.ann,
            f"{wire.mention} brighter",
            attachments=[wire.world.attachment("dog.png", png())],
        )
        thread = int(photo["id"])
        wire.world.thread(wire.world.general, thread, "brighter", wire.world.bot)  # opened, then the crash
        await wire.gateway.emit("MESSAGE_CREATE", wire.world.gateway_message(photo, message_content=True))
        (event,) = await bot.take(1)
        assert event.ref.conversation.thread_id == photo["id"]


async def test_a_malformed_payload_does_not_end_the_bot(caplog: pytest.LogCaptureFixture) -> None:
    async with connected() as (wire, bot, adapter):
        before = adapter.client
        await wire.gateway.emit("MESSAGE_CREATE", {"id": "1", "channel_id": str(wire.world.general)})
        await wire.gateway.wait_for_session(identified=2)
        await wire.post("still there?", mention=True)
        await bot.take(1)
        assert adapter.client is not before
        assert before.is_closed()
        lines = [r.getMessage() for r in caplog.records if "the client stopped" in r.getMessage()]
        assert len(lines) == 1
        assert "KeyError" in lines[0]


async def test_the_token_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with connected() as (wire, bot, adapter):
        await wire.post("hello", mention=True)
        await bot.take(1)
        wire.fail("POST", MESSAGES, status=403, code=50013)
        await adapter.send(Reply("k", in_channel(wire), "Hello."))
        await wire.gateway.emit("MESSAGE_CREATE", {"id": "1"})
        await wire.gateway.wait_for_session(identified=2)
        assert "the client stopped" in caplog.text
        assert wire.token not in caplog.text


# ---------------------------------------------------------------- sending


async def test_a_time_out_after_delivery_leaves_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected() as (wire, _, adapter):
        reply = Reply("job-7", in_channel(wire), "Made it night.", image=picture(), actions=_UNDO)
        wire.fail("POST", MESSAGES, silent=True, delivered=True)
        monkeypatch.setattr(outbound, "SEND_SECONDS", 0.5)
        assert isinstance(await adapter.send(reply), Unknown)
        (posted,) = wire.bot_messages()
        there = Delivered((MessageRef(reply.conversation, posted["id"]),))
        assert await adapter.find(reply) == there
        monkeypatch.setattr(outbound, "SEND_SECONDS", 30.0)
        assert await adapter.send(reply) == there
        assert wire.bot_messages() == [posted]


async def test_another_reply_with_the_same_words_is_not_taken_for_this_one() -> None:
    async with connected() as (wire, _, adapter):
        asked = await wire.post("make it nice", mention=True)
        ref = MessageRef(in_channel(wire), asked["id"])
        earlier = Reply("job-1", in_channel(wire), "Which colour?", actions=_UNDO)
        await adapter.send(earlier)
        for other in (
            replace(earlier, key="job-2", reply_to=ref),
            replace(earlier, key="job-2", actions=(Action("undo", "version-9"),)),
            replace(earlier, key="job-2", text="Which colour"),
            replace(earlier, key="job-2", image=picture()),
        ):
            assert isinstance(await adapter.find(other), NotSent)
        assert isinstance(await adapter.find(earlier), Delivered)


async def test_a_broken_connection_is_unknown_and_a_second_try_posts_once() -> None:
    async with connected() as (wire, _, adapter):
        reply = Reply("job-7", in_channel(wire), "Made it night.", image=picture())
        wire.fail("POST", MESSAGES, reset=True, delivered=True)
        assert isinstance(await adapter.send(reply), Unknown)
        assert isinstance(await adapter.send(reply), Delivered)
        assert len(wire.bot_messages()) == 1
        assert wire.file(wire.bot_messages()[0]["attachments"][0]) == picture().data


async def test_a_rate_limit_is_waited_out() -> None:
    async with connected() as (wire, _, adapter):
        wire.fail("POST", MESSAGES, status=429, headers={"Via": "1.1 google"}, retry_after=0.05)
        sent = await adapter.send(Reply("job-7", in_channel(wire), "Hello.", image=picture()))
        assert isinstance(sent, Delivered)
        nonces = [call.json["nonce"] for call in wire.calls("POST", MESSAGES)]
        assert nonces == ["job-7", "job-7"]


async def test_a_long_rate_limit_and_a_ban_come_back_with_their_time() -> None:
    async with connected() as (wire, _, adapter):
        reply = Reply("job-7", in_channel(wire), "Hello.")
        wire.fail("POST", MESSAGES, status=429, headers={"Via": "1.1 google"}, retry_after=900.0)
        limited = await adapter.send(reply)
        assert isinstance(limited, NotSent)
        assert limited.retry_after == 900.0
        wire.fail("POST", MESSAGES, status=429, headers={"Retry-After": "77"})
        banned = await adapter.send(reply)
        assert isinstance(banned, NotSent)
        assert banned.retry_after == 77.0


async def test_a_server_error_is_tried_again_later() -> None:
    async with connected() as (wire, _, adapter):
        reply = Reply("job-7", in_channel(wire), "Hello.")
        wire.fail("POST", MESSAGES, status=500)  # discord.py tries once more after a second
        assert isinstance(await adapter.send(reply), Delivered)
        wire.fail("POST", MESSAGES, status=503)  # it does not with this one
        failed = await adapter.send(replace(reply, key="job-8"))
        assert isinstance(failed, NotSent)
        assert failed.retry_after


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (404, 10003), (400, 50083)])
async def test_a_refusal_is_final(status: int, code: int) -> None:
    async with connected() as (wire, _, adapter):
        wire.fail("POST", MESSAGES, status=status, code=code, message="No")
        assert isinstance(await adapter.send(Reply("k", in_channel(wire), "Hello.")), Rejected)
        assert len(wire.calls("POST", MESSAGES)) == 1


async def test_too_large_for_the_server_goes_as_a_smaller_jpeg() -> None:
    async with connected() as (wire, _, adapter):
        noise = Image.frombytes("RGB", (400, 300), random.Random(1).randbytes(400 * 300 * 3))
        buffer = io.BytesIO()
        noise.save(buffer, "PNG")
        large = Picture(buffer.getvalue(), "image/png", 400, 300, "edited.png")
        wire.world.upload_limit = 200_000
        reply = Reply("job-7", in_channel(wire), "Made it night.", image=large)
        sent = await adapter.send(reply)
        assert isinstance(sent, Delivered)
        (posted,) = wire.bot_messages()
        assert posted["content"].startswith("Made it night.\n-# Sent as a smaller JPEG")
        data = wire.file(posted["attachments"][0])
        assert len(data) < 200_000
        with Image.open(io.BytesIO(data)) as image:
            assert (image.format, posted["attachments"][0]["filename"]) == ("JPEG", "edited.jpg")
        assert await adapter.find(reply) == sent


async def test_a_long_text_is_cut_at_the_limit() -> None:
    async with connected() as (wire, _, adapter):
        sent = await adapter.send(Reply("k", in_channel(wire), "*_" * 1500, actions=_UNDO))
        assert isinstance(sent, Delivered)
        content = wire.bot_messages()[0]["content"]
        assert 1900 < len(content) <= 2000
        assert "…\n-# React with ↩️ to undo." in content


async def test_the_status_of_a_vanished_message_is_not_shown_and_clears_quietly() -> None:
    async with connected() as (wire, _, adapter):
        gone = MessageRef(in_channel(wire), "1")
        update = StatusUpdate("job-1", in_channel(wire), "Painting …", message=gone)
        assert await adapter.show_status(update) is None
        await adapter.clear_status(gone)
        wire.fail("POST", MESSAGES, reset=True)
        assert await adapter.show_status(replace(update, message=None)) is None


async def test_a_status_made_twice_is_one_message_and_shows_the_preview() -> None:
    async with connected() as (wire, _, adapter):
        update = StatusUpdate("job-1", in_channel(wire), "Painting …", preview=png(), progress=0.4)
        first = await adapter.show_status(update)
        assert first is not None
        assert await adapter.show_status(update) == first  # the crash came before its id was stored
        (posted,) = wire.bot_messages()
        assert wire.file(posted["attachments"][0]) == png()
        assert "▰▰▰▰▱▱▱▱▱▱" in posted["content"]


async def test_updates_that_come_too_fast_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected() as (wire, _, adapter):
        update = StatusUpdate("job-1", in_channel(wire), "You are number 2.")
        shown = await adapter.show_status(update)
        for progress in range(10):
            await adapter.show_status(replace(update, message=shown, text=f"Step {progress}"))
        assert wire.calls("PATCH", "/messages/") == []
        monkeypatch.setattr(outbound, "STATUS_EVERY", 0.0)
        await adapter.show_status(replace(update, message=shown, text="Step 10"))
        assert [message["content"] for message in wire.bot_messages()] == ["Step 10"]


# ---------------------------------------------------------------- what people send


async def test_files_that_cannot_be_had_say_so() -> None:
    async with connected() as (wire, bot, _):
        files = [("gone.png", png()), ("slow.png", png()), ("flaky.png", png())]
        message = await wire.post("brighter", files, mention=True)
        del wire.world.files[message["attachments"][0]["url"].removeprefix(wire.world.base)]
        wire.fail("GET", "slow.png", silent=True)
        wire.fail("GET", "flaky.png", reset=True)
        (event,) = await bot.take(1)
        assert isinstance(event, MessageIn)
        with pytest.raises(AttachmentGone):
            await event.attachments[0].open()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("adapters.discord.attachments.FETCH_SECONDS", 0.3)
            with pytest.raises(AttachmentGone, match="in time"):
                await event.attachments[1].open()
        assert await event.attachments[2].open() == png()


async def test_a_file_over_the_limit_is_not_downloaded() -> None:
    async with connected(max_download=10) as (wire, bot, _):
        await wire.post("brighter", [("big.png", png())], mention=True)
        (event,) = await bot.take(1)
        assert isinstance(event, MessageIn)
        with pytest.raises(AttachmentGone, match="limit"):
            await event.attachments[0].open()
        assert wire.calls("GET", "big.png") == []


async def test_gifs_and_stickers_are_told_as_animated() -> None:
    async with connected() as (wire, bot, _):
        stickers = [
            {"id": "5", "name": "wave", "format_type": 2},
            {"id": "6", "name": "cat", "format_type": 1},
        ]
        await wire.post("make it blue", [("party.gif", b"GIF89a")], mention=True, sticker_items=stickers)
        (event,) = await bot.take(1)
        assert isinstance(event, MessageIn)
        kinds = [(one.kind, one.animated) for one in event.attachments]
        assert kinds == [("photo", True), ("sticker", True), ("sticker", False)]


async def test_a_message_deleted_before_its_thread_could_be_opened_is_let_go() -> None:
    async with connected() as (wire, bot, _):
        wire.fail("POST", "/threads$", status=404, code=10008)
        await wire.post("brighter", [("dog.png", png())], mention=True)
        await wire.post("hello", mention=True)
        await bot.take(1)
        assert texts(bot) == ["hello"]


async def test_a_refused_thread_is_tried_in_the_channel(caplog: pytest.LogCaptureFixture) -> None:
    async with connected() as (wire, bot, _):
        wire.fail("POST", "/threads$", status=403, code=50013, message="Missing Permissions")
        await wire.post("brighter", [("dog.png", png())], mention=True)
        (event,) = await bot.take(1)
        assert event.ref.conversation == in_channel(wire)
        assert "no thread can be opened in #general" in caplog.text


async def test_a_thread_whose_answer_was_lost_is_found_again() -> None:
    async with connected() as (wire, bot, _):
        wire.fail("POST", "/threads$", reset=True, delivered=True)
        message = await wire.post("brighter", [("dog.png", png())], mention=True)
        (event,) = await bot.take(1)
        assert event.ref.conversation.thread_id == message["id"]


# ---------------------------------------------------------------- start and stop


async def test_a_handler_that_fails_costs_one_event(caplog: pytest.LogCaptureFixture) -> None:
    async with connected() as (wire, bot, _):

        async def fail(_: object) -> None:
            raise RuntimeError("the store is gone")

        bot.answer = fail
        await wire.post("one", mention=True)
        await until(lambda: "could not be handled" in caplog.text)
        bot.answer = None
        await wire.post("two", mention=True)
        await bot.take(2)
        assert texts(bot) == ["one", "two"]


async def test_before_the_start_and_after_the_stop_nothing_is_sent() -> None:
    async with DiscordWire() as wire:
        adapter = adapter_on(wire, ScriptedBot())
        reply = Reply("k", in_channel(wire), "Hello.")
        assert isinstance(await adapter.send(reply), NotSent)
        await adapter.start()
        await adapter.stop()
        assert isinstance(await adapter.send(reply), NotSent)
        assert isinstance(await adapter.find(reply), Unknown)
        assert wire.bot_messages() == []


_UNDO = (Action("undo", "version-2"),)
