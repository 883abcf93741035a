"""A broken or lost session never loses a message, handles one twice, or ends the bot."""

from __future__ import annotations

import logging

import pytest

from adapters.discord import outbound
from bot.events import (
    Delivered,
    NotSent,
    Reply,
    Unknown,
)
from tests.adapters.discord.live import adapter_on, connected, in_channel
from tests.adapters.discord.scripted import ScriptedBot, png, until
from tests.fakes.discord_wire import DiscordWire

MESSAGES = r"/messages$"


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
        assert bot.texts == ["brighter", "and darker", "thanks"]
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
        assert sorted(bot.texts) == ["and darker", "another one", "brighter"]
        place = next(event.ref.conversation for event in bot.events if event.event_id == missed["id"])
        assert place.thread_id == missed["id"]


async def test_one_channel_that_cannot_be_read_does_not_hide_the_others() -> None:
    async with connected() as (wire, bot, _):
        photos = [await wire.post(wish, [("dog.png", png())], mention=True) for wish in ("blue", "red")]
        await bot.take(2)
        wire.gateway.accepts_resume = False
        wire.fail("GET", f"/{photos[1]['id']}/messages$", reset=True, times=2)  # aiohttp tries twice
        await wire.gateway.drop()
        for photo in photos:
            await wire.post(f"more of photo {photo['id']}", channel=int(photo["id"]))
        await wire.gateway.wait_for_session(identified=2)
        await bot.take(3)
        assert bot.texts[2:] == [f"more of photo {photos[0]['id']}"]


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
        assert not logging.getLogger("discord.gateway").isEnabledFor(logging.DEBUG), (
            "it prints what people say"
        )
        caplog.set_level(logging.DEBUG, "discord")
        await wire.post("hello", mention=True)
        await bot.take(1)
        wire.fail("POST", MESSAGES, status=403, code=50013)
        await adapter.send(Reply("k", in_channel(wire), "Hello."))
        await wire.gateway.emit("MESSAGE_CREATE", {"id": "1"})
        await wire.gateway.wait_for_session(identified=2)
        assert "the client stopped" in caplog.text
        assert wire.token not in caplog.text


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
        assert bot.texts == ["one", "two"]


async def test_before_the_start_and_after_the_stop_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async with DiscordWire() as wire:
        adapter = adapter_on(wire, ScriptedBot())
        reply = Reply("k", in_channel(wire), "Hello.")
        assert isinstance(await adapter.send(reply), NotSent)
        await adapter.start()
        await adapter.stop()
        assert isinstance(await adapter.send(reply), NotSent)
        monkeypatch.setattr(outbound, "LOOK_AGAIN", 0.01)
        monkeypatch.setattr(outbound, "FIND_SECONDS", 0.05)
        assert isinstance(await adapter.find(reply), Unknown)
        assert wire.bot_messages() == []
