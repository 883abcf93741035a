"""The adapter on SimCord's stage: one server with people in it, in virtual time and without sockets."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import simcord

from adapters.discord import DiscordAdapter
from bot.events import ConversationRef, MessageIn
from tests.adapters.discord.scripted import ScriptedBot


def adapter_for(bot: ScriptedBot, **options: Any) -> DiscordAdapter:
    return DiscordAdapter("token", bot.handler, bot, bot.choices, undo_emoji=("↩️",), **options)


class World:
    """One guild with a channel and Ann in it."""

    def __init__(self, env: simcord.Env, bot: ScriptedBot, adapter: DiscordAdapter) -> None:
        self.env, self.bot, self.adapter = env, bot, adapter
        self.guild = env.create_guild()
        self.channel = self.guild.create_text_channel("general")
        self.ann = self.guild.add_member(env.create_user("ann", global_name="Ann"))
        assert adapter.client.user is not None
        self.me = adapter.client.user.mention

    @property
    def thread(self) -> simcord.ChannelHandle:
        (thread,) = self.channel.threads
        return thread

    @property
    def in_channel(self) -> ConversationRef:
        return ConversationRef("discord", str(self.channel.id))

    def messages(self) -> list[MessageIn]:
        return [event for event in self.bot.events if isinstance(event, MessageIn)]


@contextlib.asynccontextmanager
async def running(bot: ScriptedBot | None = None, *, shards: int = 1, **options: Any) -> AsyncIterator[World]:
    bot = bot or ScriptedBot()
    adapter = adapter_for(bot, **options)
    env = simcord.Env(adapter.client, shard_count=shards)
    await env.start()
    try:
        yield World(env, bot, adapter)
    finally:
        await env.shutdown()
        env.raise_errors()
