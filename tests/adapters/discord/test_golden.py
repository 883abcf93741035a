"""What Discord sends, as its documentation has it, becomes the bot's events field by field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.adapters import golden
from tests.adapters.discord.live import connected
from tests.adapters.discord.scripted import until
from tests.fakes.discord_wire import DiscordWire
from tests.fakes.discord_world import World

FOLDER = Path(__file__).parent / "golden"

GUILD, BOT, ANN, GENERAL = 1289561370524352512, 1289561001234567890, 1289560000000000001, 1289561370524352600
THREAD, FORUM, POST, DIRECT = (
    1289570000000000010,
    1289561370524352700,
    1289571000000000020,
    1289572000000000030,
)
"""The server, people and places of the payloads."""


class GoldenWorld(World):
    def __post_init__(self) -> None:
        self._first = iter((GUILD, BOT, ANN, GENERAL))
        super().__post_init__()
        self.thread(GENERAL, THREAD, "can you change the animal?", BOT)
        self.channels[FORUM] = {**self.channels[GENERAL], "id": str(FORUM), "type": 15, "name": "ideas"}
        self.thread(FORUM, POST, "winter", ANN)
        self.channels[DIRECT] = {"id": str(DIRECT), "type": 1, "recipients": [self.users[ANN]]}

    def snowflake(self) -> int:
        return next(self._first, 0) or super().snowflake()


@pytest.mark.parametrize("name", golden.names(FOLDER))
async def test_a_payload_becomes_these_events(name: str) -> None:
    wanted = golden.expected(FOLDER, name)
    assert await outcome(name, len(wanted)) == wanted


async def outcome(name: str, count: int) -> list[Any]:
    """The events of a case, of which there will be `count`."""
    async with connected(wire=DiscordWire(GoldenWorld)) as (wire, bot, _):
        for payload in golden.payloads(FOLDER, name):
            _keep(wire.world, payload["d"])
            await wire.gateway.emit(payload["t"], payload["d"])
        end = await wire.post("the end", channel=wire.world.direct(wire.world.user("Eve")))
        await until(lambda: len(bot.events) > count and any(e.event_id == end["id"] for e in bot.events))
        events = golden.as_json([event for event in bot.events if event.event_id != end["id"]])
        return _named(events, wire.world)


def _keep(world: World, data: dict[str, Any]) -> None:
    """The server has the messages that it tells of."""
    messages = [data, data.get("message", {}), *_resolved(data).get("messages", {}).values()]
    for message in messages:
        if "content" in message:
            world.messages[int(message["id"])] = message
    if "message" in data:
        world.pressed[data["token"]] = int(data["message"]["id"])


def _resolved(data: dict[str, Any]) -> dict[str, Any]:
    inner = data.get("data")
    return inner.get("resolved", {}) if isinstance(inner, dict) else {}


def _named(events: list[Any], world: World) -> list[Any]:
    """The events with names for the ids of messages that the bot posted itself."""
    text = json.dumps(events)
    posted = [message for message in world.messages.values() if "allowed_mentions" in message]
    for number, message in enumerate(posted):
        text = text.replace(message["id"], f"message {number + 1} of the bot")
    return json.loads(text)
