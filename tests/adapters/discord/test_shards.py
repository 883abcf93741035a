"""Servers that come over different connections never mix, and each is caught up with once."""

from __future__ import annotations

from bot.events import MessageIn
from tests.adapters.discord.scripted import until
from tests.adapters.discord.stage import adapter_for, running


async def test_each_server_is_served_and_caught_up_with_whatever_its_shard() -> None:
    async with running(shards=2) as world:
        guilds = [world.env.create_guild(shard_id=shard) for shard in (0, 1)]
        channels = [guild.create_text_channel("general") for guild in guilds]
        people = [guild.add_member(world.env.create_user(f"p{n}")) for n, guild in enumerate(guilds)]
        for person, channel in zip(people, channels, strict=True):
            await person.send(channel, f"{world.me} hello")
        assert [event.ref.conversation.space_id for event in world.messages()] == [
            str(channel.id) for channel in channels
        ]
        backend = world.env.backend
        feed = list(backend.subscribers)
        backend.subscribers.clear()
        for person, channel in zip(people, channels, strict=True):
            backend.create_message(channel.id, person.id, f"{world.me} missed")
        backend.subscribers.extend(feed)
        world.adapter = adapter_for(world.bot)
        before = len(world.env.http_requests)
        await world.env.restart_bot(world.adapter.client)
        await until(lambda: len(world.messages()) == 4)
        missed = [event for event in world.bot.events[2:] if isinstance(event, MessageIn)]
        assert {(event.text, event.ref.conversation.space_id) for event in missed} == {
            ("missed", str(channel.id)) for channel in channels
        }
        reads = [
            request.path
            for request in world.env.http_requests[before:]
            if request.method == "GET" and request.path.endswith("/messages")
        ]
        assert sorted(reads) == sorted(f"/channels/{channel.id}/messages" for channel in channels)
