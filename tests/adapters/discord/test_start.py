"""A bot that can't work never starts silently: the admin is told what to do."""

from __future__ import annotations

import pytest

from bot.ports import AdapterError
from tests.adapters.discord.live import adapter_on, connected
from tests.adapters.discord.scripted import ScriptedBot, until
from tests.fakes.discord_wire import DiscordWire


async def test_a_wrong_token_is_told() -> None:
    async with DiscordWire() as wire:
        adapter = adapter_on(wire, ScriptedBot())
        wire.world.token = "another"
        with pytest.raises(AdapterError, match="DISCORD_TOKEN") as caught:
            await adapter.start()
        assert wire.token not in str(caught.value)
        await adapter.stop()


async def test_a_missing_intent_is_told_with_both_ways_out() -> None:
    async with DiscordWire() as wire:
        wire.gateway.approves_message_content = False
        adapter = adapter_on(wire, ScriptedBot())
        with pytest.raises(AdapterError, match="Message Content Intent") as caught:
            await adapter.start()
        assert "discord.message_content=false" in str(caught.value)
        await adapter.stop()


async def test_the_way_out_works_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    bot = ScriptedBot()
    async with DiscordWire() as wire:
        wire.gateway.approves_message_content = False
        adapter = adapter_on(wire, bot, message_content=False)
        await adapter.start()
        assert "works by mention, in direct chats, by command and by menu" in caplog.text
        assert wire.gateway.session and wire.gateway.session.intents == 13825
        await wire.post("hello", mention=True)
        await bot.take(1)
        await adapter.stop()


async def test_the_intents_are_the_ones_that_are_used() -> None:
    async with connected() as (wire, _, _):
        assert wire.gateway.session and wire.gateway.session.intents == 46593


async def test_a_discord_that_is_down_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    async with DiscordWire() as wire:
        wire.fail("GET", "/users/@me", status=503)
        adapter = adapter_on(wire, ScriptedBot())
        await adapter.start()
        assert "starting it again in 1 s" in caplog.text
        await adapter.stop()


async def test_a_token_taken_back_later_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with connected() as (wire, _, adapter):
        wire.world.token = "another"
        wire.gateway.accepts_resume = False
        await wire.gateway.drop()
        await until(lambda: "Discord is off" in caplog.text)
        assert "DISCORD_TOKEN" in caplog.text
        assert adapter.client.is_closed()
