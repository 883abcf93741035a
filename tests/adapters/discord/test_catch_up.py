"""What was said while the bot was off is never lost silently: the young is answered, the old marked."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import discord
import pytest

from adapters.discord import catch_up
from adapters.discord.catch_up import TOO_LATE
from bot.events import ConversationRef
from tests.adapters.discord.live import in_channel, started
from tests.adapters.discord.scripted import ScriptedBot, until
from tests.fakes.discord_wire import DiscordWire


@contextlib.asynccontextmanager
async def away_for(hours: float) -> AsyncIterator[tuple[DiscordWire, ScriptedBot]]:
    """A bot that last handled something in #general so long ago; what is put there now, it missed."""
    bot = ScriptedBot()
    async with DiscordWire() as wire:
        then = discord.utils.time_snowflake(discord.utils.utcnow() - timedelta(hours=hours))
        bot.took_part(in_channel(wire), str(then))
        yield wire, bot


def marked(wire: DiscordWire) -> list[str]:
    """The texts under which the bot put its mark."""
    return [
        message["content"]
        for message in wire.world.history(wire.world.general)
        if any(one["emoji"]["name"] == TOO_LATE for one in message.get("reactions", []))
    ]


async def test_the_young_are_answered_and_the_old_are_marked_once() -> None:
    async with away_for(hours=100) as (wire, bot):
        await wire.missed(f"{wire.mention} in the evening", hours_ago=50)
        await wire.missed("nice weather", hours_ago=49)
        await wire.missed(f"{wire.mention} in the morning", hours_ago=2)
        async with started(wire, bot, answer_missed_hours=24):
            await bot.take(1)
            await until(lambda: marked(wire) != [])
        assert bot.texts == ["in the morning"]
        assert marked(wire) == [f"{wire.mention} in the evening"]
        assert len(wire.calls("PUT", "/reactions/")) == 1


async def test_what_is_marked_is_not_marked_again_at_the_next_start() -> None:
    async with away_for(hours=100) as (wire, bot):
        for count, hours in enumerate((50, 60), start=1):  # newest first: the second comes after the first
            await wire.missed(f"{wire.mention} {hours} hours ago", hours_ago=hours)
            async with started(wire, bot):
                await until(lambda count=count: len(marked(wire)) == count)
        assert len(wire.calls("PUT", "/reactions/")) == 2


async def test_how_old_is_a_setting() -> None:
    async with away_for(hours=100) as (wire, bot):
        await wire.missed(f"{wire.mention} in the evening", hours_ago=50)
        async with started(wire, bot, answer_missed_hours=72):
            await bot.take(1)
        assert bot.texts == ["in the evening"]
        assert marked(wire) == []


async def test_a_mark_that_is_refused_does_not_hide_the_young() -> None:
    async with away_for(hours=100) as (wire, bot):
        await wire.missed(f"{wire.mention} in the evening", hours_ago=50)
        await wire.missed(f"{wire.mention} in the morning", hours_ago=2)
        wire.fail("PUT", "/reactions/", status=403, code=50013)
        async with started(wire, bot):
            await bot.take(1)
            await until(lambda: bool(wire.calls("PUT", "/reactions/")))
        assert bot.texts == ["in the morning"]


async def test_what_is_read_back_is_bounded_and_the_newest_are_marked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catch_up, "MESSAGES", 3)
    monkeypatch.setattr(catch_up, "MARKS", 2)
    async with away_for(hours=1000) as (wire, bot):
        for number in range(5):
            await wire.missed(f"{wire.mention} old {number}", hours_ago=500 - number)
            await wire.missed(f"{wire.mention} young {number}", hours_ago=10 - number)
        async with started(wire, bot):
            await until(lambda: len(marked(wire)) == 2)
            await bot.take(3)
        assert bot.texts == ["young 0", "young 1", "young 2"]
        assert marked(wire) == [f"{wire.mention} old 3", f"{wire.mention} old 4"]


async def test_threads_and_forum_posts_that_began_meanwhile_are_read_too() -> None:
    async with away_for(hours=100) as (wire, bot):
        forum = wire.world.channel("help")
        wire.world.channels[forum].update(type=15, available_tags=[])
        then = discord.utils.time_snowflake(discord.utils.utcnow() - timedelta(hours=100))
        bot.took_part(ConversationRef("discord", str(forum), str(then - 1)), str(then))
        for parent in (forum, wire.world.general):
            thread = wire.world.snowflake()
            wire.world.thread(parent, thread, "my dog", wire.world.ann)
            await wire.missed("just talk", hours_ago=2, channel=thread)
            await wire.missed(f"{wire.mention} in {parent}", hours_ago=1, channel=thread)
        async with started(wire, bot):
            await bot.take(2)
        assert set(bot.texts) == {f"in {parent}" for parent in (forum, wire.world.general)}
