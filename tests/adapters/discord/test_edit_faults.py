"""A wish by command that a fault hits is taken once or refused in words, and never leaves a double behind."""

from __future__ import annotations

from typing import Any

import pytest

from bot.events import InboundEvent, MessageIn, StatusUpdate
from tests.adapters.discord.live import connected, in_channel
from tests.adapters.discord.scripted import png, until
from tests.fakes.discord_wire import DiscordWire

MESSAGES = r"/messages$"
PHOTO = ("dog.png", png())


def told(wire: DiscordWire) -> list[str]:
    """What the person alone was told."""
    return [call.json["content"] for call in wire.calls("PATCH", "/@original$")]


async def test_a_command_delivered_twice_is_one_wish() -> None:
    async with connected() as (wire, bot, _):
        command = await wire.edit_command("make it night", PHOTO)
        await until(lambda: bool(told(wire)))
        await wire.again()
        await until(lambda: len(told(wire)) == 2)
        (event,) = bot.events
        assert isinstance(event, MessageIn)
        assert (event.event_id, bot.doubles) == (command["id"], [command["id"]])
        (opener,) = wire.bot_messages()
        assert event.ref.message_id == event.ref.conversation.thread_id == opener["id"]
        assert set(told(wire)) == {f"I'm at it: <#{opener['id']}>"}


@pytest.mark.parametrize(
    ("path", "how"),
    [(MESSAGES, {"reset": True, "delivered": True}), ("/threads$", {"reset": True, "delivered": True})],
)
async def test_what_arrived_although_its_answer_was_lost_is_found_again(
    path: str, how: dict[str, Any]
) -> None:
    async with connected() as (wire, bot, _):
        wire.fail("POST", path, **how)
        await wire.edit_command("make it night", PHOTO)
        (event,) = await bot.take(1)
        assert isinstance(event, MessageIn)
        (opener,) = wire.bot_messages()
        assert event.ref.conversation.thread_id == opener["id"]
        assert wire.file(opener["attachments"][0]) == PHOTO[1]


async def test_a_command_that_cannot_be_shown_is_refused_in_words(caplog: pytest.LogCaptureFixture) -> None:
    async with connected() as (wire, bot, _):
        wire.fail("POST", MESSAGES, status=403, code=50013)
        await wire.edit_command("make it night", PHOTO)
        await until(lambda: bool(told(wire)))
        assert told(wire) == ["Discord doesn't let me write there just now; please try again in a moment."]
        assert bot.events == []
        assert "can't be shown" in caplog.text


async def test_a_picture_that_cannot_be_had_is_the_bot_s_to_explain() -> None:
    async with connected() as (wire, bot, _):
        wire.fail("GET", "dog.png", status=404)
        await wire.edit_command("make it night", PHOTO)
        (event,) = await bot.take(1)
        assert isinstance(event, MessageIn)
        assert len(event.attachments) == 1
        (opener,) = wire.bot_messages()
        assert opener["attachments"] == []


async def test_a_handler_that_fails_is_told_to_the_person(caplog: pytest.LogCaptureFixture) -> None:
    async with connected() as (wire, bot, _):

        async def fail(_: InboundEvent) -> None:
            raise RuntimeError("the store is gone")

        bot.answer = fail
        await wire.edit_command("make it night", PHOTO)
        await until(lambda: bool(told(wire)))
        assert told(wire) == ["Something went wrong on my side; please try again."]
        assert "the store is gone" in caplog.text


async def test_a_status_that_is_refused_is_not_tried_again_and_again() -> None:
    async with connected() as (wire, _, adapter):
        wire.fail("POST", MESSAGES, status=403, code=50013, times=99)
        for step in range(5):
            update = StatusUpdate("job-1", in_channel(wire), f"Step {step}")
            assert await adapter.show_status(update) is None
        assert len(wire.calls("POST", MESSAGES)) == 1
