"""Never is an update lost: not in a crash, not behind one that can't be read, not while Telegram is ill."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from bot.events import InboundEvent, MessageIn
from tests.adapters.telegram.support import desk, png
from tests.fakes.telegram_api import bad_gateway, error, flood, garbage, hang


async def test_an_update_that_cannot_be_read_blocks_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async with desk() as d:
        poison = d.telegram.push("message", {"message_id": "no number", "chat": 7})
        d.telegram.post(d.chat, d.ann, "make it night")
        assert (await d.next(MessageIn)).text == "make it night"
        assert poison is not None
        assert d.journal.states[poison] == "poison"
        assert f"Telegram update {poison} can't be read" in caplog.text


async def test_a_crash_between_journal_and_handler_loses_nothing() -> None:
    async with desk() as d:
        stuck = asyncio.Event()

        async def die(_: InboundEvent) -> None:
            stuck.set()
            await asyncio.sleep(3600)

        d.trouble = die
        posts = [d.telegram.post(d.chat, d.ann, text) for text in ("one", "two", "three")]
        await stuck.wait()
        await d.telegram.confirmed(posts[-1].update_id)
        await d.adapter.stop()
        assert d.nothing_more()

        d.trouble = None
        d.adapter = d.new_adapter()
        await d.adapter.start()
        assert [(await d.next(MessageIn)).text for _ in posts] == ["one", "two", "three"]
        await d.settled(*posts)
        assert d.nothing_more()


async def test_an_update_delivered_twice_is_handled_once() -> None:
    async with desk() as d:
        posted = d.telegram.post(d.chat, d.ann, "make it night")
        await d.next(MessageIn)
        await d.settled(posted)
        d.telegram.redeliver()
        await d.telegram.confirmed(posted.update_id)
        last = d.telegram.post(d.chat, d.ann, "and brighter")
        assert (await d.next(MessageIn)).text == "and brighter"
        await d.settled(last)
        assert d.nothing_more()


async def test_nothing_is_confirmed_while_the_journal_is_broken() -> None:
    async with desk() as d:
        d.journal.broken = OSError("No space left on device")
        posted = d.telegram.post(d.chat, d.ann, "make it night", photo=png())
        await asyncio.sleep(0.2)
        assert d.nothing_more()
        d.journal.broken = None
        assert (await d.next(MessageIn)).text == "make it night"
        await d.settled(posted)


async def test_a_handler_that_fails_gets_the_event_again(caplog: pytest.LogCaptureFixture) -> None:
    async with desk() as d:
        failures = iter([ValueError("locked"), ValueError("locked")])

        async def fail_twice(_: InboundEvent) -> None:
            for failure in failures:
                raise failure

        d.trouble = fail_twice
        posted = d.telegram.post(d.chat, d.ann, "make it night")
        assert (await d.next(MessageIn)).text == "make it night"
        await d.settled(posted)
        assert d.journal.states[posted.update_id or 0] == "done"


async def test_a_handler_that_always_fails_on_one_event_blocks_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with desk() as d:

        async def dislike(event: InboundEvent) -> None:
            if isinstance(event, MessageIn) and event.text == "bad":
                raise ValueError("a bug")

        d.trouble = dislike
        bad = d.telegram.post(d.chat, d.ann, "bad")
        d.telegram.post(d.chat, d.ann, "good")
        assert (await d.next(MessageIn)).text == "good"
        await d.settled(bad)
        assert d.journal.states[bad.update_id or 0] == "poison"
        assert "kept as poison" in caplog.text


@pytest.mark.parametrize(
    "faults",
    [
        [error(401, "Unauthorized")],
        [error(404, "Not Found")] * 2,
        [error(409, "Conflict: terminated by other getUpdates request")] * 2,
        [bad_gateway(), garbage()],
        [flood(1)],
        [hang("before")],
    ],
    ids=["401", "404", "409", "5xx and garbage", "429", "silence"],
)
async def test_polling_goes_on_when_telegram_is_ill(faults: list) -> None:  # type: ignore[type-arg]
    async with desk(start=False, poll_seconds=0.2, request_seconds=1.0) as d:
        d.telegram.fail("getUpdates", *faults)
        posted = d.telegram.post(d.chat, d.ann, "make it night")
        await d.adapter.start()
        assert (await d.next(MessageIn)).event_id == str(posted.update_id)


async def test_a_token_that_is_refused_for_long_is_told_loudly_and_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with desk(start=False) as d:
        d.telegram.fail("getUpdates", *[error(401, "Unauthorized")] * 6)
        d.telegram.post(d.chat, d.ann, "make it night")
        await d.adapter.start()
        await d.next(MessageIn)
        loud = [record for record in caplog.records if "check TELEGRAM_TOKEN" in record.getMessage()]
        assert [record.levelno for record in loud] == [logging.ERROR]


async def test_a_second_program_with_the_same_token_is_named(caplog: pytest.LogCaptureFixture) -> None:
    async with desk(start=False) as d:
        conflict = error(409, "Conflict: terminated by other getUpdates request")
        d.telegram.fail("getUpdates", conflict, conflict)
        d.telegram.post(d.chat, d.ann, "make it night")
        await d.adapter.start()
        await d.next(MessageIn)
        assert caplog.text.count("Another program fetches updates") == 1


async def test_somebody_elses_slow_download_holds_up_nobody() -> None:
    async with desk() as d:
        free = asyncio.Event()

        async def slow_for_ann(event: InboundEvent) -> None:
            if isinstance(event, MessageIn) and event.author.display == "Ann":
                await free.wait()

        d.trouble = slow_for_ann
        bob = d.telegram.person("Bob")
        first = d.telegram.post(d.chat, d.ann, "one")
        second = d.telegram.post(d.chat, d.ann, "two")
        d.telegram.post(d.telegram.private(bob), bob, "brighter")
        assert (await d.next(MessageIn)).text == "brighter"
        free.set()
        assert [(await d.next(MessageIn)).text for _ in "12"] == ["one", "two"]
        await d.settled(first, second)


async def test_the_journal_holds_the_raw_update() -> None:
    async with desk() as d:
        posted = d.telegram.post(d.chat, d.ann, "make it night", extra={"a_field_of_next_year": {"x": 1}})
        await d.next(MessageIn)
        raw = json.loads(d.journal.rows[posted.update_id or 0])
        assert raw["message"]["a_field_of_next_year"] == {"x": 1}
