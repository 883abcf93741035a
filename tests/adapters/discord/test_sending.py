"""A reply is never posted twice, and never given up while it may still arrive."""

from __future__ import annotations

import io
import itertools
import random
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from adapters.discord import outbound
from bot.events import (
    STARS,
    Acknowledged,
    Action,
    ButtonName,
    ButtonPressed,
    Delivered,
    InboundEvent,
    MessageRef,
    NotSent,
    Picture,
    Rejected,
    Reply,
    StatusUpdate,
    Unknown,
)
from tests.adapters.discord.live import connected, in_channel
from tests.adapters.discord.scripted import picture, png, until
from tests.fakes.discord_wire import DiscordWire

MESSAGES = r"/messages$"

_UNDO = (Action("undo", "version-2"),)


def _ref(wire: DiscordWire, payload: dict[str, Any]) -> MessageRef:
    return MessageRef(in_channel(wire), payload["id"])


async def test_a_time_out_after_delivery_leaves_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected() as (wire, _, adapter):
        reply = Reply("job-7", in_channel(wire), "Made it night.", image=picture(), actions=_UNDO)
        wire.fail("POST", MESSAGES, silent=True, delivered=True)
        monkeypatch.setattr(outbound, "SEND_SECONDS", 0.5)
        assert isinstance(await adapter.send(reply), Unknown)
        (posted,) = wire.bot_messages()
        there = Delivered((MessageRef(reply.conversation, posted["id"]),))
        assert await adapter.find(reply) == there
        monkeypatch.setattr(outbound, "SEND_SECONDS", 30.0)
        assert await adapter.send(reply) == there
        assert wire.bot_messages() == [posted]


async def test_a_reply_found_after_a_crash_has_replaced_its_status() -> None:
    async with connected() as (wire, _, adapter):
        status = await adapter.show_status(StatusUpdate("job-7", in_channel(wire), "Painting …"))
        reply = Reply("job-7", in_channel(wire), "Made it night.", image=picture())
        sent = await adapter.send(reply)
        assert await adapter.find(replace(reply, status=status)) == sent
        assert [message["content"] for message in wire.bot_messages()] == ["Made it night."]


async def test_a_reply_is_looked_for_until_discord_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "LOOK_AGAIN", 0.01)
    async with connected() as (wire, _, adapter):
        reply = Reply("job-7", in_channel(wire), "Hello.")
        sent = await adapter.send(reply)
        wire.fail("GET", MESSAGES, reset=True, times=2)
        wire.fail("GET", MESSAGES, status=503)
        assert await adapter.find(reply) == sent
        wire.fail("GET", MESSAGES, status=403, code=50013)
        assert isinstance(await adapter.find(reply), NotSent)


async def test_an_older_answer_with_the_same_words_is_not_taken_for_this_one() -> None:
    async with connected() as (wire, _, adapter):
        first = await wire.slash("help")
        second = await wire.slash("help")
        answer = Reply("help-1", in_channel(wire), "Send me a picture.", reply_to=_ref(wire, first))
        sent = await adapter.send(answer)
        third = await wire.slash("help")
        assert await adapter.find(answer) == sent
        assert await adapter.find(replace(answer, key="help-2", reply_to=_ref(wire, second))) == sent
        again = replace(answer, key="help-3", reply_to=_ref(wire, third))
        assert isinstance(await adapter.find(again), NotSent)


async def test_another_reply_with_the_same_words_is_not_taken_for_this_one() -> None:
    async with connected() as (wire, _, adapter):
        first, second = (
            _ref(wire, await wire.post("make it nice")),
            _ref(wire, await wire.post("make it new")),
        )
        earlier = Reply("job-1", in_channel(wire), "Which colour?", reply_to=second, actions=_UNDO)
        await adapter.send(earlier)
        for other in (
            replace(earlier, key="job-2", reply_to=first),
            replace(earlier, key="job-2", actions=(Action("undo", "version-9"),)),
            replace(earlier, key="job-2", text="Which colour"),
            replace(earlier, key="job-2", image=picture()),
        ):
            assert isinstance(await adapter.find(other), NotSent)
        assert isinstance(await adapter.find(earlier), Delivered)


async def test_a_broken_connection_is_unknown_and_a_second_try_posts_once() -> None:
    async with connected() as (wire, _, adapter):
        reply = Reply("job-7", in_channel(wire), "Made it night.", image=picture())
        wire.fail("POST", MESSAGES, reset=True, delivered=True)
        assert isinstance(await adapter.send(reply), Unknown)
        assert isinstance(await adapter.send(reply), Delivered)
        assert len(wire.bot_messages()) == 1
        assert wire.file(wire.bot_messages()[0]["attachments"][0]) == picture().data


async def test_a_rate_limit_is_waited_out() -> None:
    async with connected() as (wire, _, adapter):
        wire.fail("POST", MESSAGES, status=429, headers={"Via": "1.1 google"}, retry_after=0.05)
        sent = await adapter.send(Reply("job-7", in_channel(wire), "Hello.", image=picture()))
        assert isinstance(sent, Delivered)
        nonces = [call.json["nonce"] for call in wire.calls("POST", MESSAGES)]
        assert nonces == ["job-7", "job-7"]


async def test_a_long_rate_limit_and_a_ban_come_back_with_their_time() -> None:
    async with connected() as (wire, _, adapter):
        reply = Reply("job-7", in_channel(wire), "Hello.")
        wire.fail("POST", MESSAGES, status=429, headers={"Via": "1.1 google"}, retry_after=900.0)
        limited = await adapter.send(reply)
        assert isinstance(limited, NotSent)
        assert limited.retry_after == 900.0
        wire.fail("POST", MESSAGES, status=429, headers={"Retry-After": "77"})
        banned = await adapter.send(reply)
        assert isinstance(banned, NotSent)
        assert banned.retry_after == 77.0


async def test_a_server_error_is_tried_again_later() -> None:
    async with connected() as (wire, _, adapter):
        reply = Reply("job-7", in_channel(wire), "Hello.")
        wire.fail("POST", MESSAGES, status=500)  # discord.py tries once more after a second
        assert isinstance(await adapter.send(reply), Delivered)
        wire.fail("POST", MESSAGES, status=503)  # it does not with this one
        failed = await adapter.send(replace(reply, key="job-8"))
        assert isinstance(failed, NotSent)
        assert failed.retry_after


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (404, 10003), (400, 50083)])
async def test_a_refusal_is_final(status: int, code: int) -> None:
    async with connected() as (wire, _, adapter):
        wire.fail("POST", MESSAGES, status=status, code=code, message="No")
        assert isinstance(await adapter.send(Reply("k", in_channel(wire), "Hello.")), Rejected)
        assert len(wire.calls("POST", MESSAGES)) == 1


async def test_too_large_for_the_server_goes_as_a_smaller_jpeg() -> None:
    async with connected() as (wire, _, adapter):
        noise = Image.frombytes("RGB", (400, 300), random.Random(1).randbytes(400 * 300 * 3))
        buffer = io.BytesIO()
        noise.save(buffer, "PNG")
        large = Picture(buffer.getvalue(), "image/png", 400, 300, "edited.png")
        wire.world.upload_limit = 200_000
        reply = Reply("job-7", in_channel(wire), "Made it night.", image=large)
        sent = await adapter.send(reply)
        assert isinstance(sent, Delivered)
        (posted,) = wire.bot_messages()
        assert posted["content"].startswith("Made it night.\n-# Sent as a smaller JPEG")
        data = wire.file(posted["attachments"][0])
        assert len(data) < 200_000
        with Image.open(io.BytesIO(data)) as image:
            assert (image.format, posted["attachments"][0]["filename"]) == ("JPEG", "picture.jpg")
        assert await adapter.find(reply) == sent


async def test_a_picture_is_made_smaller_until_it_arrives() -> None:
    async with connected() as (wire, _, adapter):
        noise = Image.frombytes("RGB", (700, 500), random.Random(1).randbytes(700 * 500 * 3))
        buffer = io.BytesIO()
        noise.save(buffer, "PNG")
        large = Picture(buffer.getvalue(), "image/png", 700, 500, "edited.png", spoiler=True)
        wire.world.upload_limit = 100_000  # a tenth of what it is now, and not told to anybody
        sent = await adapter.send(Reply("job-7", in_channel(wire), "Made it night.", image=large))
        assert isinstance(sent, Delivered)
        (posted,) = wire.bot_messages()
        assert len(wire.file(posted["attachments"][0])) <= 100_000
        assert posted["attachments"][0]["filename"].startswith("SPOILER_"), "it stays hidden"
        tries = [len(call.files[0][1]) for call in wire.calls("POST", MESSAGES)]
        assert len(tries) <= 6
        assert all(after <= before / 2 for before, after in itertools.pairwise(tries))


async def test_where_no_picture_fits_the_words_come_alone_and_are_found_again() -> None:
    async with connected() as (wire, _, adapter):
        wire.world.upload_limit = 1
        reply = Reply("job-7", in_channel(wire), "Made it night.", image=picture(), actions=_UNDO)
        sent = await adapter.send(replace(reply, decision="edit"))
        assert isinstance(sent, Delivered)
        assert await adapter.find(replace(reply, decision="edit")) == sent
        assert len(wire.calls("POST", MESSAGES)) == 2


async def test_a_spoiler_and_its_preview_are_sent_as_spoilers() -> None:
    async with connected() as (wire, _, adapter):
        update = StatusUpdate("job-1", in_channel(wire), "Painting …", preview=png(), spoiler=True)
        await adapter.show_status(update)
        hidden = replace(picture(), spoiler=True)
        await adapter.send(Reply("job-7", in_channel(wire), "Made it night.", image=hidden))
        await adapter.send(Reply("job-8", in_channel(wire), "Made it day.", image=picture()))
        names = [message["attachments"][0]["filename"] for message in wire.bot_messages()]
        assert names == ["SPOILER_preview.jpg", "SPOILER_edited.png", "edited.png"]


async def test_a_long_text_is_cut_at_the_limit() -> None:
    async with connected() as (wire, _, adapter):
        sent = await adapter.send(Reply("k", in_channel(wire), "*_" * 1500, actions=_UNDO, decision="edit"))
        assert isinstance(sent, Delivered)
        content = wire.bot_messages()[0]["content"]
        assert 1900 < len(content) <= 2000
        assert "…\n-# React with ↩️ to undo." in content


async def test_the_status_of_a_vanished_message_is_not_shown_and_clears_quietly() -> None:
    async with connected() as (wire, _, adapter):
        gone = MessageRef(in_channel(wire), "1")
        update = StatusUpdate("job-1", in_channel(wire), "Painting …", message=gone)
        assert await adapter.show_status(update) is None
        await adapter.clear_status(gone)
        wire.fail("POST", MESSAGES, reset=True)
        assert await adapter.show_status(replace(update, message=None)) is None


async def test_a_status_made_twice_is_one_message_and_shows_the_preview() -> None:
    async with connected() as (wire, _, adapter):
        update = StatusUpdate("job-1", in_channel(wire), "Painting …", preview=png(), progress=0.4)
        first = await adapter.show_status(update)
        assert first is not None
        assert await adapter.show_status(update) == first  # the crash came before its id was stored
        (posted,) = wire.bot_messages()
        assert wire.file(posted["attachments"][0]) == png()
        assert "▰▰▰▰▱▱▱▱▱▱" in posted["content"]


async def test_updates_that_come_too_fast_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected() as (wire, _, adapter):
        update = StatusUpdate("job-1", in_channel(wire), "You are number 2.")
        shown = await adapter.show_status(update)
        for progress in range(10):
            await adapter.show_status(replace(update, message=shown, text=f"Step {progress}"))
        assert wire.calls("PATCH", "/messages/") == []
        monkeypatch.setattr(outbound, "STATUS_EVERY", 0.0)
        await adapter.show_status(replace(update, message=shown, text="Step 10"))
        assert [message["content"] for message in wire.bot_messages()] == ["Step 10"]


async def test_stars_stand_in_a_row_of_their_own_and_a_rating_counts_whatever_becomes_of_the_thanks() -> None:
    names: tuple[ButtonName, ...] = ("undo", "redo", "again", "stronger", *STARS)
    actions = tuple(Action(name, "version-2") for name in names)

    async def thank(event: InboundEvent) -> Acknowledged:
        return Acknowledged("Thank you!", actions[:4])

    async with connected() as (wire, bot, adapter):
        bot.answer = thank
        await adapter.send(Reply("edit", in_channel(wire), "Done.", image=picture(), actions=actions))
        (message,) = wire.bot_messages()
        assert [len(row["components"]) for row in message["components"]] == [4, 5]
        fault = wire.fail("PATCH", "/@original$", status=404, code=10015)
        for name in ("star2", "star5"):
            await wire.press(int(message["id"]), f"dialogpaint:{name}:version-2")
        pressed = await bot.take(2)
        assert [event.name for event in pressed if isinstance(event, ButtonPressed)] == ["star2", "star5"]
        await until(lambda: bool(wire.rest.follow_ups))
        assert fault.times == 0
        assert [said["flags"] for said in wire.rest.follow_ups] == [64]
        (message,) = wire.bot_messages()
        assert [len(row["components"]) for row in message["components"]] == [4]
        assert message["attachments"] and message["content"].startswith("Done.")
