"""Never does the bot seem to type for ever, or fail for want of the right to."""

from __future__ import annotations

import asyncio

import pytest

from adapters.telegram import busy
from bot.events import Delivered, InboundEvent, MessageIn, Reply, StatusUpdate
from tests.adapters.telegram.support import Desk, desk, png, until
from tests.fakes.telegram_api import error, flood


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy, "FIRST_AFTER", 0.02)
    monkeypatch.setattr(busy, "EVERY", 0.03)


def actions(d: Desk) -> list[tuple[str, str | None]]:
    """The chat actions shown so far, each with its topic."""
    return [
        (fields["action"], fields.get("message_thread_id"))
        for method, fields in d.telegram.calls
        if method == "sendChatAction"
    ]


async def test_it_types_again_and_again_until_the_answer_is_there() -> None:
    async with desk() as d:
        d.telegram.post(d.chat, d.ann, "make it night", photo=png())
        await d.next(MessageIn)
        await until(lambda: len(actions(d)) >= 3)
        assert set(actions(d)) == {("typing", None)}
        assert isinstance(await d.adapter.send(Reply("e", d.where(), "Which one?")), Delivered)
        shown = len(actions(d))
        await asyncio.sleep(0.15)
        assert len(actions(d)) == shown


async def test_while_it_paints_it_sends_a_photo_and_in_the_topic() -> None:
    async with desk() as d:
        group = d.telegram.group()
        topic = d.telegram.topic(group)
        update = StatusUpdate("job-1", d.where(group, topic), "Painting …", progress=0.5)
        message = await d.adapter.show_status(update)
        assert message is not None
        await until(lambda: len(actions(d)) >= 2)
        assert set(actions(d)) == {("upload_photo", str(topic))}
        await d.adapter.clear_status(message)
        shown = len(actions(d))
        await asyncio.sleep(0.15)
        assert len(actions(d)) == shown


async def test_it_gives_up_when_nothing_is_heard_of_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy, "READING_SECONDS", 0.1)
    async with desk() as d:
        d.telegram.post(d.chat, d.ann, "make it night")
        await d.next(MessageIn)
        await until(lambda: actions(d))
        await asyncio.sleep(0.2)
        shown = len(actions(d))
        await asyncio.sleep(0.15)
        assert len(actions(d)) == shown


@pytest.mark.parametrize("fault", [error(403, "Forbidden: bot was blocked by the user"), flood(30)])
async def test_where_it_may_not_it_stops_and_the_message_is_taken(fault: object) -> None:
    async with desk() as d:
        d.telegram.fail("sendChatAction", fault)  # type: ignore[arg-type]
        d.telegram.post(d.chat, d.ann, "make it night")
        await d.next(MessageIn)
        await asyncio.sleep(0.2)
        assert actions(d) == []
        d.telegram.post(d.chat, d.ann, "and brighter")
        await d.next(MessageIn)
        await until(lambda: actions(d))


async def test_where_it_is_to_be_quiet_it_does_not_type() -> None:
    async with desk() as d:
        d.directory.quiet.add(d.where())
        d.telegram.post(d.chat, d.ann, "make it night")
        await d.next(MessageIn)
        await asyncio.sleep(0.2)
        assert actions(d) == []


async def test_what_is_answered_at_once_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy, "FIRST_AFTER", 0.3)
    async with desk() as d:

        async def at_once(event: InboundEvent) -> None:
            await d.adapter.send(Reply(event.event_id, d.where(), "Which one?"))

        d.trouble = at_once
        d.telegram.post(d.chat, d.ann, "make it night")
        await d.next(MessageIn)
        await asyncio.sleep(0.5)
        assert actions(d) == []
