"""A reply is never posted twice, overtakes no earlier one, and is not lost without a line in the log."""

from __future__ import annotations

import logging

import pytest

from bot.events import Capabilities, NotSent, Rejected, Unknown
from tests.bot.world import World, cleaned, photo, png

PHOTO = cleaned(png())


async def states(world: World) -> list[str]:
    return [row["state"] for row in await world.table("outbox")]


async def test_not_sent_is_tried_again_with_the_same_key(world: World) -> None:
    world.adapter.receipts.extend([NotSent("429", retry_after=0.01), NotSent("503")])
    await world.say("chat")
    assert len({reply.key for reply in world.adapter.tries}) == 1
    assert (len(world.adapter.tries), len(world.adapter.sent)) == (3, 1)
    assert await states(world) == ["delivered"]


async def test_keys_fit_into_discords_nonce(world: World) -> None:
    await world.say("chat")
    assert 0 < len(world.last.key) <= 25


async def test_unknown_that_arrived_is_found_and_not_sent_again(world: World) -> None:
    world.adapter.arriving.append(Unknown("timed out"))
    event = await world.say("blue", photo(png()))
    assert len(world.adapter.tries) == 1
    assert await states(world) == ["delivered"]
    await world.react(world.ref(world.last), added="↩️")  # the message is known by what was found
    assert world.picture == PHOTO
    assert world.adapter.sent[0].reply_to == event.ref


async def test_unknown_that_is_not_there_is_sent_again(world: World) -> None:
    world.adapter.receipts.append(Unknown("timed out"))
    await world.say("chat")
    assert (len(world.adapter.tries), len(world.adapter.sent)) == (2, 1)


async def test_unknown_that_can_not_be_looked_up_is_marked_and_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.adapter.receipts.append(Unknown("timed out"))
    world.adapter.finds.extend([Unknown("can't look"), Unknown("can't look")])
    with caplog.at_level(logging.ERROR, "bot.outbox"):
        await world.say("chat")
    assert len(world.adapter.tries) == 1
    assert await states(world) == ["unsure"]
    assert "may be lost" in caplog.text
    await world.say("chat again")
    assert (await states(world))[-1] == "delivered"


async def test_an_adapter_that_raises_counts_as_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = world.adapter.send

    async def send_and_break(reply: object) -> object:
        monkeypatch.setattr(world.adapter, "send", real)
        await real(reply)  # type: ignore[arg-type]
        raise RuntimeError("after the fact")

    monkeypatch.setattr(world.adapter, "send", send_and_break)
    await world.say("chat")
    assert len(world.adapter.tries) == 1
    assert await states(world) == ["delivered"]


async def test_a_vanished_thread_closes_the_row_and_blocks_nobody(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.adapter.receipts.append(Rejected("the thread is gone"))
    with caplog.at_level(logging.ERROR, "bot.outbox"):
        await world.say("chat")
    await world.say("chat")
    assert await states(world) == ["failed", "delivered"]
    assert "the thread is gone" in caplog.text
    (failure,) = await world.table("recent_failures")
    assert failure["error"] == "the thread is gone"


async def test_replies_keep_their_order_while_one_is_tried_again(world: World) -> None:
    world.adapter.receipts.append(NotSent("offline"))
    await world.director.handle(world.message("ask first", photo(png())))
    await world.director.handle(world.message("chat"))
    await world.settle()
    assert [reply.text for reply in world.adapter.sent] == ["Which one?", "How nice!"]


async def test_a_platform_that_is_not_running_keeps_its_replies(world: World) -> None:
    adapter = world.adapters.pop("web")
    await world.say("chat")
    assert await states(world) == ["open"]
    world.adapters["web"] = adapter
    await world.director.courier.resume("web")
    await world.settle()
    assert await states(world) == ["delivered"]


async def test_a_picture_too_large_for_the_platform_is_sent_smaller_and_that_is_said(world: World) -> None:
    world.adapter.can = Capabilities(undo_emoji=(), max_upload=900)
    await world.say("undo", photo(png(size=(400, 300))))
    await world.say("blue")
    await world.command("undo")
    assert world.last.image is not None
    assert len(world.last.image.data) <= 900
    assert world.last.image.mime == "image/jpeg"
    assert f"{world.last.image.width}×{world.last.image.height} JPEG" in world.last.text
    (turn,) = [row for row in await world.table("turns") if row["decision"] == "undo"]
    assert turn["image"] is not None  # the kept picture is the original
    assert "JPEG" not in turn["text"]


async def test_a_text_too_long_for_the_platform_is_cut(world: World) -> None:
    world.adapter.can = Capabilities(undo_emoji=(), max_text=5)
    await world.say("chat")
    assert world.last.text == "How …"
