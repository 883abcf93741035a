"""Never does one chat's flood wait, or one busy group, hold up another chat."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.events import Delivered, NotSent, Reply, StatusUpdate
from tests.adapters.telegram.support import Desk, desk, picture, until
from tests.fakes.telegram_api import flood


def calls_for(d: Desk, chat: int) -> int:
    """How many messages were made or changed in a chat."""
    return sum(fields.get("chat_id") == str(chat) for _, fields in d.telegram.calls)


async def test_a_flood_wait_of_one_chat_delays_no_other() -> None:
    async with desk() as d:
        bob = d.telegram.private(d.telegram.person("Bob"))
        d.telegram.fail("sendMessage", flood(60))
        receipt = await d.adapter.send(Reply("a-1", d.where(), "Done.", picture()))
        assert receipt == NotSent("Telegram asks to wait", 60.0)
        async with asyncio.timeout(10):
            assert isinstance(await d.adapter.send(Reply("b-1", d.where(bob), "Done.", picture())), Delivered)
        assert [message.text for message in d.telegram.shown(bob)] == ["Done."]


async def test_nothing_is_tried_in_a_chat_before_its_wait_is_over() -> None:
    async with desk() as d:
        d.telegram.fail("sendMessage", flood(60))
        await d.adapter.send(Reply("a-1", d.where(), "One."))
        before = calls_for(d, d.chat)
        receipts = [await d.adapter.send(Reply(key, d.where(), "Two.")) for key in ("a-2", "a-3")]
        for receipt in receipts:
            assert isinstance(receipt, NotSent)
            assert 0 < (receipt.retry_after or 0) <= 60
        assert await d.adapter.show_status(StatusUpdate("job-1", d.where(), "You're next.")) is None
        assert calls_for(d, d.chat) == before
        assert d.telegram.shown(d.chat) == []


async def test_the_wait_ends() -> None:
    async with desk() as d:
        d.telegram.fail("sendMessage", flood(1))
        reply = Reply("a-1", d.where(), "Done.")
        receipt = await d.adapter.send(reply)
        assert isinstance(receipt, NotSent)
        await asyncio.sleep(receipt.retry_after or 0)
        assert isinstance(await d.adapter.send(reply), Delivered)


async def test_a_busy_group_is_paced_and_holds_up_nobody_else() -> None:
    """Telegram allows a bot twenty messages a minute in a group."""
    async with desk() as d:
        group = d.telegram.group()
        sends = [
            asyncio.create_task(d.adapter.send(Reply(f"g-{number}", d.where(group), "Done.")))
            for number in range(15)
        ]
        await until(lambda: calls_for(d, group) >= 20)
        async with asyncio.timeout(2):
            assert isinstance(await d.adapter.send(Reply("a-1", d.where(), "Done.")), Delivered)
        assert 20 <= calls_for(d, group) <= 22
        assert not all(send.done() for send in sends)
        for send in sends:
            send.cancel()
        await asyncio.gather(*sends, return_exceptions=True)


async def test_in_a_busy_group_statuses_make_room_for_replies() -> None:
    async with desk() as d:
        group = d.telegram.group()
        status = StatusUpdate("job-1", d.where(group), "You're next.")
        message = await d.adapter.show_status(status)
        assert message is not None
        for number in range(20):
            update = replace(status, text=f"Painting {number} …", message=message)
            assert await d.adapter.show_status(update) == message
        shown = d.telegram.shown(group)[0].text
        assert shown not in ("You're next.", "Painting 19 …"), "some were shown, the others left out"
        reply = Reply("g-1", d.where(group), "Done.", picture(), status=message)
        async with asyncio.timeout(2):
            assert isinstance(await d.adapter.send(reply), Delivered)
