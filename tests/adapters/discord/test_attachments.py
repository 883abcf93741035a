"""Every picture that people see in a message reaches the bot, in its order, and hidden ones as hidden."""

from __future__ import annotations

from typing import Any

from bot.events import MessageIn
from tests.adapters.discord.live import connected
from tests.adapters.discord.scripted import ScriptedBot, png
from tests.fakes.discord_wire import DiscordWire


def embed(wire: DiscordWire, data: bytes, *, kind: str = "rich", field: str = "image") -> dict[str, Any]:
    shown = wire.world.attachment("shown.png", data)
    address = {"url": "https://example.org/a.png", "proxy_url": shown["url"], "width": 48, "height": 32}
    return {"type": kind, "url": "https://example.org/", field: address}


async def taken(bot: ScriptedBot) -> MessageIn:
    (event,) = await bot.take(1)
    assert isinstance(event, MessageIn)
    return event


async def test_ten_pictures_come_in_their_order() -> None:
    async with connected() as (wire, bot, _):
        files = [(f"{number}.png", png(size=(20 + number, 20))) for number in range(10)]
        await wire.post("make them brighter", files, mention=True)
        event = await taken(bot)
        assert [await one.open() for one in event.attachments] == [data for _, data in files]


async def test_spoilers_are_told() -> None:
    async with connected() as (wire, bot, _):
        await wire.post("brighter", [("SPOILER_dog.png", png()), ("cat.png", png())], mention=True)
        assert [one.spoiler for one in (await taken(bot)).attachments] == [True, False]


async def test_a_picture_that_another_bot_embedded_can_be_replied_to() -> None:
    async with connected() as (wire, bot, _):
        robot = wire.world.user("Painter", bot=True)
        theirs = wire.world.say(wire.world.general, robot, "", embeds=[embed(wire, png("green"))])
        await wire.post("brighter", reply_to=int(theirs["id"]), mention=True)
        event = await taken(bot)
        assert [await one.open() for one in event.replied_attachments] == [png("green")]
        assert event.ref.conversation.thread_id == event.event_id


async def test_a_link_to_a_picture_counts_and_the_thumbnail_of_a_page_does_not() -> None:
    async with connected() as (wire, bot, _):
        embeds = [
            embed(wire, png("red"), kind="image", field="thumbnail"),
            embed(wire, png("blue"), kind="article", field="thumbnail"),
        ]
        await wire.post("brighter https://example.org/", embeds=embeds, mention=True)
        event = await taken(bot)
        assert [await one.open() for one in event.attachments] == [png("red")]
        assert event.text == "brighter"


async def test_links_beside_a_file_are_only_links() -> None:
    async with connected() as (wire, bot, _):
        linked = [embed(wire, png("red"))]
        await wire.post("like this one", [("dog.png", png("blue"))], embeds=linked, mention=True)
        assert [await one.open() for one in (await taken(bot)).attachments] == [png("blue")]


async def test_a_forwarded_picture_can_be_replied_to() -> None:
    async with connected() as (wire, bot, _):
        copy = {
            "type": 0,
            "content": "",
            "embeds": [],
            "attachments": [wire.world.attachment("SPOILER_dog.png", png("green"))],
            "timestamp": "2026-01-01T00:00:00+00:00",
            "edited_timestamp": None,
            "flags": 0,
            "mentions": [],
            "mention_roles": [],
            "components": [],
        }
        forwarded = wire.world.say(
            wire.world.general, wire.world.ann, "", message_snapshots=[{"message": copy}]
        )
        await wire.post("brighter", reply_to=int(forwarded["id"]), mention=True)
        (picture,) = (await taken(bot)).replied_attachments
        assert await picture.open() == png("green")
        assert picture.spoiler
