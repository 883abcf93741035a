"""Never does a picture or a question stand in a chat twice, whatever answer Telegram left out."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.events import Action, Delivered, NotSent, Receipt, Rejected, Reply, StatusUpdate, Unknown
from tests.adapters.telegram.support import Desk, desk, picture, png
from tests.fakes.telegram_api import Fault, bad_gateway, error, flood, garbage, hang

DOTS = "…"
CANCEL = (Action("cancel", "job-1"),)


def edited(d: Desk, **more: object) -> Reply:
    done = Reply(
        "e-1", d.where(), "Made it night.", picture(), decision="edit", actions=(Action("undo", "v1"),)
    )
    return replace(done, **more)  # pyright: ignore[reportArgumentType]


async def status(d: Desk, **more: object) -> StatusUpdate:
    """A status message that is shown; the update names it."""
    update = StatusUpdate("job-1", d.where(), "You're next.", actions=CANCEL)
    message = await d.adapter.show_status(update)
    assert message is not None
    return replace(update, message=message, **more)  # pyright: ignore[reportArgumentType]


async def deliver(d: Desk, reply: Reply) -> list[Receipt]:
    """As the courier does it: again after `NotSent`, and a look after `Unknown`, until it is there."""
    receipts = [await d.adapter.send(reply)]
    while not isinstance(receipts[-1], Delivered):
        assert len(receipts) < 8, receipts
        if isinstance(receipts[-1], NotSent):
            await asyncio.sleep(receipts[-1].retry_after or 0)
        again = d.adapter.find if isinstance(receipts[-1], Unknown) else d.adapter.send
        receipts.append(await again(reply))
    return receipts


def texts(d: Desk) -> list[str]:
    return [message.text for message in d.telegram.shown(d.chat)]


@pytest.mark.parametrize(
    "fault",
    [hang("before"), hang("after"), bad_gateway(), garbage(), flood(1), error(500, "Internal Server Error")],
    ids=["silence before", "silence after", "502", "garbage", "429", "500"],
)
async def test_a_picture_that_replaces_a_status_is_there_once(fault: Fault) -> None:
    async with desk(request_seconds=1.0) as d:
        shown = await status(d)
        d.telegram.fail("editMessageMedia", fault)
        receipts = await deliver(d, edited(d, status=shown.message))
        (message,) = d.telegram.shown(d.chat)
        assert (message.text, message.file) == ("Made it night.", picture().data)
        assert receipts[-1] == Delivered((shown.message,))  # pyright: ignore[reportArgumentType]
        assert [type(receipt) for receipt in receipts[:-1]] == [NotSent]


@pytest.mark.parametrize("fault", [hang("before"), hang("after")], ids=["before", "after"])
async def test_a_question_without_a_status_is_there_once(fault: Fault) -> None:
    async with desk(request_seconds=1.0) as d:
        d.telegram.fail("editMessageText", fault)
        receipts = await deliver(d, Reply("q-1", d.where(), "Which animal?", decision="ask"))
        assert isinstance(receipts[0], Unknown)
        assert texts(d) == ["Which animal?"]


async def test_a_question_outlasts_a_time_in_which_telegram_is_ill() -> None:
    async with desk() as d:
        d.telegram.fail("editMessageText", *[bad_gateway()] * 5)
        receipts = await deliver(d, Reply("q-1", d.where(), "Which animal?", decision="ask"))
        assert [type(receipt) for receipt in receipts] == [Unknown, Delivered]
        assert texts(d) == ["Which animal?"]


async def test_a_placeholder_whose_answer_is_lost_leaves_one_stray_at_most() -> None:
    async with desk(request_seconds=1.0) as d:
        d.telegram.fail("sendMessage", hang("after"))
        d.telegram.fail("sendChatAction", bad_gateway(), bad_gateway())
        receipts = await deliver(d, edited(d))
        assert all(isinstance(receipt, NotSent) for receipt in receipts[:-1])
        assert texts(d) == [DOTS, "Made it night."], "no further message is tried before the line works again"


async def test_the_edit_is_repeated_after_a_restart_without_harm() -> None:
    async with desk() as d:
        shown = await status(d)
        reply = edited(d, status=shown.message)
        await d.adapter.send(reply)
        before = d.telegram.shown(d.chat)
        await d.adapter.stop()
        d.adapter = d.new_adapter()
        await d.adapter.start()
        assert isinstance(await d.adapter.find(reply), Delivered)
        after = d.telegram.shown(d.chat)
        assert [(m.message_id, m.text, m.file) for m in after] == [
            (m.message_id, m.text, m.file) for m in before
        ]


async def test_a_reply_without_a_place_cannot_be_found_after_a_restart() -> None:
    async with desk() as d:
        reply = edited(d)
        await d.adapter.send(reply)
        await d.adapter.stop()
        d.adapter = d.new_adapter()
        await d.adapter.start()
        assert isinstance(await d.adapter.find(reply), Unknown)
        assert len(d.telegram.shown(d.chat)) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (flood(7), NotSent),
        (error(401, "Unauthorized"), NotSent),
        (error(403, "Forbidden: bot was blocked by the user"), Rejected),
        (error(400, "Bad Request: not enough rights to send text messages to the chat"), Rejected),
        (error(400, "Bad Request: TOPIC_CLOSED"), Rejected),
        (Fault(413, "<html>413 Request Entity Too Large</html>"), Rejected),
    ],
)
async def test_what_an_error_means_is_told(fault: Fault, kind: type) -> None:
    async with desk() as d:
        shown = await status(d)
        d.telegram.fail("editMessageMedia", fault)
        receipt = await d.adapter.send(edited(d, status=shown.message))
        assert isinstance(receipt, kind), receipt
        if fault == flood(7):
            assert receipt == NotSent("Telegram asks to wait", 7.0)


async def test_a_deleted_chat_is_rejected() -> None:
    async with desk() as d:
        d.telegram.lose(d.chat, "deleted")
        assert isinstance(await d.adapter.send(edited(d)), Rejected)


async def test_without_a_connection_nothing_was_sent() -> None:
    async with desk() as d:
        dead = d.new_adapter(api_url="http://127.0.0.1:9")
        await dead.start()
        assert isinstance(await dead.send(edited(d)), NotSent)
        assert await dead.show_status(StatusUpdate("job-1", d.where(), "You're next.")) is None
        await dead.stop()


async def test_a_lost_connection_is_not_sent() -> None:
    async with desk() as d:
        await d.telegram.__aexit__()
        assert isinstance(await d.adapter.send(edited(d)), NotSent)


async def test_a_status_that_somebody_deleted_is_replaced_by_a_new_message() -> None:
    async with desk() as d:
        shown = await status(d)
        assert shown.message is not None
        d.telegram.delete(d.chat, int(shown.message.message_id))
        await deliver(d, edited(d, status=shown.message))
        assert texts(d) == ["Made it night."]


async def test_a_text_after_a_preview_leaves_no_picture_behind() -> None:
    async with desk() as d:
        shown = await status(d)
        await d.adapter.show_status(replace(shown, preview=png(), text="Painting …"))
        assert d.telegram.shown(d.chat)[0].kind == "photo"
        sorry = Reply(
            "s-1", d.where(), "I'm sorry, that took too long.", status=shown.message, decision="error"
        )
        await deliver(d, sorry)
        (message,) = d.telegram.shown(d.chat)
        assert (message.kind, message.text) == ("text", "I'm sorry, that took too long.")


async def test_a_text_after_a_preview_clears_up_even_when_telegram_falls_ill() -> None:
    async with desk() as d:
        shown = await status(d)
        await d.adapter.show_status(replace(shown, preview=png(), text="Painting …"))
        sorry = Reply(
            "s-1", d.where(), "I'm sorry, that took too long.", status=shown.message, decision="error"
        )
        real_refusal = error(400, "Bad Request: there is no text in the message to edit")
        d.telegram.fail("editMessageText", real_refusal, bad_gateway())
        await deliver(d, sorry)
        assert [(m.kind, m.text) for m in d.telegram.shown(d.chat)] == [("text", sorry.text)]


async def test_a_late_status_never_covers_the_result() -> None:
    async with desk() as d:
        shown = await status(d)
        await d.adapter.send(edited(d, status=shown.message))
        await d.adapter.show_status(replace(shown, text="Painting …", preview=png("grey")))
        assert texts(d) == ["Made it night."]


async def test_a_status_in_a_hurry_is_left_out_and_after_a_flood_warning_too() -> None:
    async with desk(status_seconds=60.0) as d:
        shown = await status(d)
        assert await d.adapter.show_status(replace(shown, text="Painting …")) == shown.message
        assert texts(d) == ["You're next."]
    async with desk() as d:
        shown = await status(d)
        d.telegram.fail("editMessageText", flood(30))
        await d.adapter.show_status(replace(shown, text="Painting …"))
        await d.adapter.show_status(replace(shown, text="Nearly there …"))
        assert texts(d) == ["You're next."]
        assert d.used("editMessageText") == 0


async def test_a_status_whose_answer_is_lost_is_not_made_again() -> None:
    async with desk(request_seconds=1.0) as d:
        update = StatusUpdate("job-1", d.where(), "You're next.")
        d.telegram.fail("sendMessage", hang("after"))
        assert await d.adapter.show_status(update) is None
        assert await d.adapter.show_status(replace(update, text="Painting …")) is None
        assert texts(d) == ["You're next."]


async def test_a_status_asked_for_twice_is_one_message() -> None:
    async with desk() as d:
        update = StatusUpdate("job-1", d.where(), "You're next.")
        first = await d.adapter.show_status(update)
        assert await d.adapter.show_status(replace(update, text="Painting …")) == first
        assert texts(d) == ["Painting …"]


async def test_a_long_caption_goes_on_in_a_second_message_that_has_the_buttons() -> None:
    async with desk() as d:
        words = " ".join(["splendid"] * 200)
        receipt = await d.adapter.send(edited(d, text=words))
        assert isinstance(receipt, Delivered)
        first, second = d.telegram.shown(d.chat)
        assert (first.kind, second.kind) == ("photo", "text")
        assert f"{first.text} {second.text}" == words
        assert (len(first.buttons), len(second.buttons)) == (0, 1)
        assert [ref.message_id for ref in receipt.refs] == [str(first.message_id), str(second.message_id)]


@pytest.mark.parametrize("size", [(9600, 481), (2100, 100)], ids=["too large", "too long"])
async def test_what_telegram_does_not_take_as_a_photo_goes_as_a_document(size: tuple[int, int]) -> None:
    async with desk() as d:
        image = picture("blue", size)
        await deliver(d, edited(d, image=image))
        (message,) = d.telegram.shown(d.chat)
        assert (message.kind, message.file, message.text) == ("document", image.data, "Made it night.")


async def test_a_photo_that_telegram_refuses_goes_as_a_document() -> None:
    async with desk() as d:
        odd = replace(picture(), data=b"\x89PNG, says its name")
        await deliver(d, edited(d, image=odd))
        (message,) = d.telegram.shown(d.chat)
        assert (message.kind, message.file) == ("document", odd.data)


async def test_nobody_is_notified_by_what_the_bot_quotes() -> None:
    async with desk() as d:
        await d.adapter.send(Reply("c-1", d.where(), "You wrote: @bob_paints look, mail me@example.org"))
        (message,) = d.telegram.shown(d.chat)
        assert not message.pings
        assert message.text.replace("\u2060", "") == "You wrote: @bob_paints look, mail me@example.org"


async def test_a_reply_to_a_message_that_is_gone_is_still_sent() -> None:
    async with desk() as d:
        assert isinstance(await d.adapter.send(edited(d, reply_to=d.ref(999_999))), Delivered)
