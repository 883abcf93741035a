"""Wherever Discord lets people talk, a wish finds its conversation, and never opens a thread too many."""

from __future__ import annotations

import pytest

from bot.events import ConversationRef, Delivered, MessageIn, Rejected, Reply
from bot.replies import help_text
from tests.adapters.discord.live import connected, in_channel, started
from tests.adapters.discord.scripted import ScriptedBot, picture, png
from tests.fakes.discord_wire import DiscordWire

FORUM, NEWS, VOICE = 15, 5, 2


async def another_channel(wire: DiscordWire, kind: int, **more: object) -> int:
    channel = wire.world.channel("another")
    wire.world.channels[channel].update(type=kind, **more)
    await wire.gateway.emit("CHANNEL_CREATE", wire.world.channels[channel])
    return channel


async def test_a_forum_post_is_the_conversation() -> None:
    async with connected() as (wire, bot, adapter):
        forum = await another_channel(wire, FORUM, available_tags=[], nsfw=True)
        post = wire.world.snowflake()
        payload = wire.world.thread(forum, post, "my dog", wire.world.ann)
        await wire.gateway.emit("THREAD_CREATE", payload | {"newly_created": True})
        await wire.post("brighter", [("dog.png", png())], channel=post, mention=True)
        await wire.post("and darker", channel=post)
        events = await bot.take(2)
        place = ConversationRef("discord", str(forum), str(post))
        assert [event.ref.conversation for event in events] == [place, place]  # type: ignore[union-attr]
        assert wire.calls("POST", "/threads$") == []
        able = await adapter.capabilities(place)
        assert able.age_restricted
        assert isinstance(await adapter.send(Reply("k", place, "Done.", image=picture())), Delivered)
        assert len(wire.bot_messages(post)) == 1


async def test_somebody_else_s_thread_is_a_conversation_once_the_bot_is_mentioned() -> None:
    async with connected() as (wire, bot, _):
        thread = wire.world.snowflake()
        payload = wire.world.thread(wire.world.general, thread, "holidays", wire.world.ann)
        await wire.gateway.emit("THREAD_CREATE", payload | {"newly_created": True})
        await wire.post("look at this", [("dog.png", png())], channel=thread)
        await wire.post("brighter", [("dog.png", png())], channel=thread, mention=True)
        await wire.post("and darker", channel=thread)
        await bot.take(2)
        assert bot.texts == ["brighter", "and darker"]
        assert {event.ref.conversation.thread_id for event in bot.events} == {str(thread)}  # type: ignore[union-attr]
        assert wire.calls("POST", "/threads$") == []


async def test_a_thread_that_was_archived_at_the_start_goes_on() -> None:
    async with DiscordWire() as wire:
        thread = wire.world.snowflake()
        payload = wire.world.thread(wire.world.general, thread, "change the animal", wire.world.bot)
        payload["thread_metadata"]["archived"] = True
        bot = ScriptedBot()
        async with started(wire, bot) as adapter:
            await wire.post("and darker", channel=thread)
            (event,) = await bot.take(1)
            place = ConversationRef("discord", str(wire.world.general), str(thread))
            assert isinstance(event, MessageIn)
            assert event.ref.conversation == place
            assert isinstance(await adapter.send(Reply("k", place, "Done.")), Delivered)


async def test_a_thread_locked_while_the_bot_painted_takes_no_answer_and_the_log_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with connected() as (wire, bot, adapter):
        photo = await wire.post("brighter", [("dog.png", png())], mention=True)
        (event,) = await bot.take(1)
        wire.world.channels[int(photo["id"])]["thread_metadata"].update(archived=True, locked=True)
        assert isinstance(event, MessageIn)
        assert isinstance(await adapter.send(Reply("k", event.ref.conversation, "Done.")), Rejected)
        assert "Thread is archived" in caplog.text


@pytest.mark.parametrize(("kind", "threaded"), [(NEWS, True), (VOICE, False)])
async def test_other_channels_are_answered_as_they_can_be(kind: int, threaded: bool) -> None:
    async with connected() as (wire, bot, _):
        wire.world.permissions |= 1 << 20  # connect
        channel = await another_channel(wire, kind, bitrate=64000, user_limit=0, rtc_region=None)
        await wire.gateway.emit(
            "GUILD_ROLE_UPDATE",
            {"guild_id": str(wire.world.guild_id), "role": wire.world.guild()["roles"][0]},
        )
        wish = await wire.post("brighter", [("dog.png", png())], channel=channel, mention=True)
        (event,) = await bot.take(1)
        thread = wish["id"] if threaded else None
        assert event.ref.conversation == ConversationRef("discord", str(channel), thread)  # type: ignore[union-attr]


async def test_without_threads_everything_stays_in_the_channel() -> None:
    async with connected(threads=False) as (wire, bot, _):
        await wire.post("brighter", [("dog.png", png())], mention=True)
        (event,) = await bot.take(1)
        assert event.ref.conversation == in_channel(wire)  # type: ignore[union-attr]
        assert wire.calls("POST", "/threads$") == []


@pytest.mark.parametrize("message_content", [True, False])
async def test_help_names_the_ways_that_work_there(message_content: bool) -> None:
    async with connected(message_content=message_content) as (wire, _, adapter):
        channel, direct = in_channel(wire), ConversationRef("discord", str(wire.world.direct(wire.world.ann)))
        thread = ConversationRef("discord", channel.space_id, str(wire.world.snowflake()))
        told = [help_text(await adapter.capabilities(place)) for place in (channel, thread, direct)]
        assert all("/edit" in text and "Edit this image" in text for text in told)
        assert [("ention me" in text) for text in told] == [True, True, False]
        assert ("In this thread I read along" in told[1]) is message_content
        assert ["can't read other messages" in text for text in told[:2]] == [not message_content] * 2
