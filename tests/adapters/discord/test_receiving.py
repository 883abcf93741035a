"""What people send is never taken twice or for somebody else's, and a bad file never stops the bot."""

from __future__ import annotations

from typing import Any

import pytest

from bot.events import (
    Action,
    AttachmentGone,
    ButtonPressed,
    ConversationGone,
    ConversationRef,
    Delivered,
    InboundEvent,
    MessageIn,
    Reply,
)
from tests.adapters.discord.live import connected, in_channel
from tests.adapters.discord.scripted import picture, png, until

_UNDO = (Action("undo", "version-2"),)


async def test_the_wish_is_free_of_mentions() -> None:
    async with connected() as (wire, bot, _):
        await wire.post(f"make {wire.mention} it like <@{wire.world.ann}>'s **photo**")
        await wire.post(f"<@&{wire.world.bot_role}> people pick the bot's role by mistake")
        await wire.post(f"<@{wire.world.ann}> how are you?")
        await wire.post(f"{wire.mention}, brighter: {wire.mention} please")
        await wire.post(f"{wire.mention} like <a:party:12> and \u202eturned\u202c")
        await wire.post("the last", mention=True)
        await bot.take(5)
        assert bot.texts == [
            "make it like @Ann's **photo**",
            "people pick the bot's role by mistake",
            "brighter: please",
            "like :party: and turned",
            "the last",
        ]


async def test_the_server_is_told_and_no_thread_opened_where_the_bot_is_paused() -> None:
    async with connected() as (wire, bot, _):
        place = in_channel(wire)
        bot.quiet.add(place)
        await wire.post("brighter", [("dog.png", png())], mention=True)
        (event,) = await bot.take(1)
        assert isinstance(event, MessageIn)
        assert event.ref.conversation == place
        assert event.ref.conversation.group_id == str(wire.world.guild_id)
        bot.quiet.clear()
        message = await wire.post("brighter", [("dog.png", png())], mention=True)
        opened = (await bot.take(2))[1]
        assert isinstance(opened, MessageIn)
        assert opened.ref.conversation.thread_id == message["id"]
        assert opened.ref.conversation.group_id == str(wire.world.guild_id)


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
        assert bot.texts == ["hello"]


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


async def test_a_press_is_acknowledged_before_the_bot_has_done_anything() -> None:
    async with connected() as (wire, bot, adapter):
        await adapter.send(Reply("k", in_channel(wire), "Done.", actions=_UNDO))
        acknowledged: list[bool] = []

        async def slow(event: InboundEvent) -> None:
            acknowledged.append(event.event_id in wire.rest.acknowledged)

        bot.answer = slow
        await wire.press(int(wire.bot_messages()[0]["id"]), "dialogpaint:undo:version-2")
        await wire.slash("undo")
        await bot.take(2)
        assert acknowledged == [True, True]


@pytest.mark.parametrize("how", [{"status": 404, "code": 10062}, {"reset": True}])
async def test_a_press_that_cannot_be_acknowledged_counts(how: dict[str, Any]) -> None:
    async with connected() as (wire, bot, adapter):
        await adapter.send(Reply("k", in_channel(wire), "Done.", actions=_UNDO))
        wire.fail("POST", "/callback$", **how)
        await wire.press(int(wire.bot_messages()[0]["id"]), "dialogpaint:undo:version-2")
        (event,) = await bot.take(1)
        assert isinstance(event, ButtonPressed)


async def test_a_command_where_the_bot_may_not_write_is_answered_to_the_person_alone() -> None:
    async with connected() as (wire, bot, _):
        wire.world.permissions &= ~0x800  # send messages
        await wire.slash("undo")
        await until(lambda: bool(wire.calls("POST", "/callback$")))
        (answer,) = wire.calls("POST", "/callback$")
        assert "I lack the permission Send Messages there" in answer.json["data"]["content"]
        assert answer.json["data"]["flags"] == 64
        assert bot.events == []


async def test_a_direct_chat_is_served_and_caught_up_with() -> None:
    async with connected() as (wire, bot, adapter):
        chat = wire.world.direct(wire.world.ann)
        await wire.post("make it night", [("dog.png", png())], channel=chat)
        (event,) = await bot.take(1)
        place = ConversationRef("discord", str(chat))
        assert event.ref.conversation == place
        sent = await adapter.send(Reply("k", place, "Made it night.", image=picture(), reply_to=event.ref))
        assert isinstance(sent, Delivered)
        await wire.react(int(sent.refs[0].message_id), "↩")
        await bot.take(2)
        wire.gateway.accepts_resume = False
        await wire.gateway.drop()
        await wire.post("and blue", channel=chat)
        await wire.gateway.wait_for_session(identified=2)
        await bot.take(3)
        assert bot.texts == ["make it night", "and blue"]


async def test_a_reply_inside_the_thread_to_its_first_message_names_the_photo() -> None:
    async with connected() as (wire, bot, _):
        photo = await wire.post("brighter", [("dog.png", png())], mention=True)
        (first,) = await bot.take(1)
        thread = int(photo["id"])
        starter = wire.world.say(thread, wire.world.ann, "", type=21)
        await wire.post("no, darker", channel=thread, reply_to=int(starter["id"]))
        event = (await bot.take(2))[1]
        assert isinstance(event, MessageIn)
        assert event.reply_to == first.ref


async def test_what_is_deleted_or_left_is_gone() -> None:
    async with connected() as (wire, bot, _):
        world = wire.world
        guild, channel, thread = str(world.guild_id), str(world.general), world.snowflake()
        unseen = {"id": str(thread), "guild_id": guild, "parent_id": channel, "type": 11}
        await wire.gateway.emit("THREAD_DELETE", unseen)
        another = world.channel("another")
        await wire.gateway.emit("CHANNEL_CREATE", world.channels[another])
        await wire.gateway.emit("CHANNEL_DELETE", world.channels[another])
        await bot.take(2)
        await wire.gateway.emit("GUILD_DELETE", {"id": guild, "unavailable": True})  # an outage
        await wire.gateway.emit("GUILD_CREATE", world.guild() | {"channels": [world.channels[world.general]]})
        await wire.gateway.emit("GUILD_DELETE", {"id": guild})
        events = await bot.take(3)
        assert all(isinstance(event, ConversationGone) for event in events)
        assert [event.ref for event in events if isinstance(event, ConversationGone)] == [
            ConversationRef("discord", channel, str(thread)),
            ConversationRef("discord", str(another)),
            ConversationRef("discord", channel),
        ]
        assert len({event.event_id for event in events}) == 3
