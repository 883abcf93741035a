"""Where the bot can't answer nobody waits in vain: it is told by name what is lacking, and where."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord

from adapters.discord import DiscordAdapter
from bot.events import Delivered, Rejected, Reply
from tests.adapters.discord.live import connected, in_channel
from tests.adapters.discord.scripted import picture, png, until
from tests.adapters.discord.stage import World, running
from tests.fakes.discord_wire import DiscordWire

SEND, ATTACH, HISTORY = 1 << 11, 1 << 15, 1 << 16


def quiet_channel(world: World, **permissions: bool) -> simcord.ChannelHandle:
    """A channel where the bot alone lacks something."""
    overwrites: dict[Any, discord.PermissionOverwrite] = {
        world.guild.me: discord.PermissionOverwrite(**permissions)
    }
    return world.guild.create_text_channel("quiet", overwrites=overwrites)


async def forbid(wire: DiscordWire, adapter: DiscordAdapter, permission: int) -> None:
    """An admin takes a permission from everybody; returns when the bot knows."""
    wire.world.permissions &= ~permission
    role = wire.world.guild()["roles"][0]
    await wire.gateway.emit("GUILD_ROLE_UPDATE", {"guild_id": str(wire.world.guild_id), "role": role})
    guild = adapter.client.get_guild(wire.world.guild_id)
    assert guild is not None
    await until(lambda: not guild.default_role.permissions.value & permission)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "can't answer" in record.getMessage()]


async def test_without_attach_files_the_channel_is_told_once_and_no_work_is_begun(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    quiet = quiet_channel(world, attach_files=False)
    for wish in ("brighter", "darker"):
        await world.ann.send(quiet, f"{world.me} {wish}", attachments=[("dog.png", png())])
    told = [message.content for message in quiet.history() if message.author.bot]
    assert told == [
        f"I can't answer in <#{quiet.id}>, as I lack the permission Attach Files there. Please tell an admin."
    ]
    assert world.bot.events == []
    (line,) = lines(caplog)
    assert "#quiet" in line and "Attach Files" in line


async def test_without_send_messages_the_person_is_told_in_a_direct_message(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    quiet = quiet_channel(world, send_messages=False)
    for _ in range(2):
        await world.ann.send(quiet, f"{world.me} hello")
    told = [message.content for message in world.ann.user.dm_channel.history()]
    why = "I lack the permission Send Messages there"
    assert told == [f"I can't answer in <#{quiet.id}>, as {why}. Please tell an admin."]
    assert world.bot.events == []
    assert len(lines(caplog)) == 1


async def test_threads_are_enough_where_the_bot_may_write_in_those_alone(world: World) -> None:
    quiet = quiet_channel(world, send_messages=False)
    wish = await world.ann.send(quiet, f"{world.me} brighter", attachments=[("dog.png", png())])
    (event,) = world.messages()
    assert event.ref.conversation.thread_id == str(wish.id)


async def test_who_talks_to_others_in_a_conversation_is_not_told() -> None:
    async with connected() as (wire, bot, adapter):
        thread = wire.world.snowflake()
        await wire.gateway.emit(
            "THREAD_CREATE", wire.world.thread(wire.world.general, thread, "holidays", wire.world.ann)
        )
        await wire.post("hello", channel=thread, mention=True)
        await bot.take(1)
        await forbid(wire, adapter, ATTACH)
        await wire.post("nice weather", channel=thread)
        await wire.post("hello again", channel=thread, mention=True)
        await until(lambda: len(wire.bot_messages(thread)) == 1)
        assert "Attach Files" in wire.bot_messages(thread)[0]["content"]
        assert bot.texts == ["hello"]


async def test_what_is_said_to_others_there_is_left_alone(world: World) -> None:
    quiet = quiet_channel(world, send_messages=False)
    await world.ann.send(quiet, "hello everybody", attachments=[("dog.png", png())])
    assert world.ann.user.dm_channel.history() == []


async def test_a_locked_thread_is_named_to_the_moderator_who_asks_there(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with connected() as (wire, bot, _):
        world = wire.world
        mod, thread = world.user("Mo", moderator=True), world.snowflake()
        payload = world.thread(world.general, thread, "change the animal", world.bot)
        payload["thread_metadata"]["locked"] = True
        await wire.gateway.emit("THREAD_UPDATE", payload)
        await wire.post("and darker", channel=thread, author=mod, mention=True)
        await until(lambda: bool(wire.calls("POST", "/messages$")))
        (call,) = wire.calls("POST", "/messages$")
        assert call.path == f"/channels/{world.direct(mod)}/messages"
        assert call.json["content"] == f"<#{thread}> is locked, so I can't answer there."
        assert bot.events == []
        assert "the thread is locked" in lines(caplog)[0]


async def test_who_takes_no_direct_messages_costs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with connected() as (wire, bot, adapter):
        await forbid(wire, adapter, SEND)
        wire.fail("POST", "/users/@me/channels$", status=403, code=50007, message="Cannot send messages")
        await wire.post("hello", mention=True)
        chat = wire.world.direct(wire.world.ann)
        await wire.post("hello here", channel=chat)
        await bot.take(1)
        assert bot.texts == ["hello here"]
        assert len(lines(caplog)) == 1


async def test_files_forbidden_while_the_wish_was_painted_leave_the_words_and_say_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with connected() as (wire, _, adapter):
        reply = Reply("job-7", in_channel(wire), "Made it night.", image=picture())
        await forbid(wire, adapter, ATTACH)
        sent = await adapter.send(reply)
        assert isinstance(sent, Delivered)
        (posted,) = wire.bot_messages()
        assert posted["attachments"] == []
        assert posted["content"].startswith("Made it night.\n-# I lack the permission Attach Files here")
        assert await adapter.find(reply) == sent
        assert "#general of Painters: it lacks the permission Attach Files" in caplog.text


async def test_without_the_history_nothing_is_cited() -> None:
    async with connected() as (wire, bot, adapter):
        await forbid(wire, adapter, HISTORY)
        await wire.post("hello", mention=True)
        (event,) = await bot.take(1)
        await adapter.send(Reply("k", in_channel(wire), "Hello.", reply_to=event.ref))  # type: ignore[union-attr]
        (call,) = wire.calls("POST", r"/messages$")
        assert "message_reference" not in call.json


async def test_a_refusal_names_to_the_admin_what_is_lacking(caplog: pytest.LogCaptureFixture) -> None:
    async with connected() as (wire, _, adapter):
        await forbid(wire, adapter, SEND)
        wire.rest.forbidden.add(wire.world.general)
        for number in range(2):
            assert isinstance(await adapter.send(Reply(f"k{number}", in_channel(wire), "Hi.")), Rejected)
        assert len(lines(caplog)) == 1
        assert "Send Messages" in lines(caplog)[0]


async def test_a_command_in_a_closed_channel_names_what_is_lacking_to_the_person_alone() -> None:
    async with running() as world:
        quiet = quiet_channel(world, send_messages=False)
        result = await world.ann.slash(quiet, "edit", image=("dog.png", png()), wish="night")
        assert result.ephemeral and result.response is not None
        assert "Send Messages" in result.response.content
        assert world.bot.events == []


async def test_the_menu_needs_no_more_than_the_thread_that_it_opens(world: World) -> None:
    quiet = quiet_channel(world, send_messages=False)
    theirs = await world.ann.send(quiet, "my cat", attachments=[("cat.png", png())])
    shown = await world.ann.context_menu(quiet, "Edit this image", theirs)
    assert shown.modal is not None
    field = shown.modal["components"][0]["component"]["custom_id"]
    await world.ann.submit_modal(shown, {field: "make it winter"})
    (event,) = world.messages()
    assert event.ref.conversation.thread_id == str(theirs.id)
