"""Never does a picture fail to arrive because it is too big, or without a word where none may be sent."""

from __future__ import annotations

import io
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from adapters.telegram.layout import MAX_CAPTION, keyboard_of, with_note
from bot.events import Action, AttachmentGone, Delivered, MessageIn, Picture, Reply
from tests.adapters.telegram.support import desk, picture
from tests.fakes.telegram_api import error


def noise(side: int = 500) -> Picture:
    """A PNG of some hundred kilobytes."""
    out = io.BytesIO()
    Image.effect_noise((side, side), 80).convert("RGB").save(out, "PNG")
    return Picture(out.getvalue(), "image/png", side, side, "picture.png")


async def test_a_picture_that_is_too_large_for_the_server_comes_smaller_and_says_so() -> None:
    async with desk() as d:
        image = noise()
        d.telegram.max_file = len(image.data) // 3
        assert isinstance(await d.adapter.send(Reply("e", d.where(), "Made it night.", image)), Delivered)
        (message,) = d.telegram.shown(d.chat)
        assert message.text == "Made it night. (Sent as a smaller JPEG, as Telegram took no larger file.)"
        assert message.file is not None
        assert len(message.file) <= d.telegram.max_file
        assert Image.open(io.BytesIO(message.file)).format == "JPEG"
        assert message.kind == "photo"


async def test_a_document_that_is_too_large_stays_a_document() -> None:
    async with desk() as d:
        image = replace(noise(), as_file=True)
        d.telegram.max_file = len(image.data) // 2
        assert isinstance(await d.adapter.send(Reply("e", d.where(), "Made it night.", image)), Delivered)
        (message,) = d.telegram.shown(d.chat)
        assert message.kind == "document"


async def test_where_photos_are_forbidden_a_document_goes() -> None:
    async with desk() as d:
        group = d.telegram.group()
        d.telegram.chats[group].forbidden = {"photo"}
        await d.adapter.send(Reply("e", d.where(group), "Made it night.", picture()))
        (message,) = d.telegram.shown(group)
        assert (message.kind, message.text) == ("document", "Made it night.")


async def test_where_no_picture_may_be_sent_it_is_said_with_the_buttons() -> None:
    async with desk() as d:
        group = d.telegram.group()
        d.telegram.chats[group].forbidden = {"photo", "document"}
        undo = (Action("undo", "v1"),)
        receipt = await d.adapter.send(Reply("e", d.where(group), "Made it night.", picture(), actions=undo))
        assert isinstance(receipt, Delivered)
        (message,) = d.telegram.shown(group)
        assert message.kind == "text"
        assert message.text.startswith("Made it night. (I may not send pictures in this group.")
        assert message.buttons[0][1] == "undo:v1"


async def test_another_refusal_of_a_picture_is_a_refusal() -> None:
    async with desk() as d:
        d.telegram.fail("editMessageMedia", error(400, "Bad Request: something new"))
        receipt = await d.adapter.send(Reply("e", d.where(), "Made it night.", picture()))
        assert not isinstance(receipt, Delivered)


def test_a_note_never_makes_a_caption_too_long() -> None:
    assert with_note("", "(A note.)") == "(A note.)"
    long = with_note("splendid " * 200, "(A note.)")
    assert len(long) <= MAX_CAPTION
    assert long.endswith(" (A note.)")


def test_a_button_whose_data_is_too_long_is_left_out_and_told(caplog: pytest.LogCaptureFixture) -> None:
    fits, too_long = Action("undo", "f" * 59), Action("redo", "f" * 60)
    keyboard = keyboard_of([fits, too_long])
    assert keyboard is not None
    ((button,),) = keyboard.inline_keyboard
    assert button.callback_data == "undo:" + "f" * 59
    assert "left out" in caplog.text
    assert keyboard_of([too_long]) is None


async def test_the_second_message_of_a_long_reply_rings_no_phone() -> None:
    async with desk() as d:
        await d.adapter.send(Reply("c", d.where(), "splendid " * 600))
        sent = [fields for method, fields in d.telegram.calls if method == "sendMessage"]
        assert [fields.get("disable_notification") for fields in sent] == ["false", "true"]


async def test_a_server_of_ones_own_gives_and_takes_big_files(tmp_path: Path) -> None:
    async with desk(start=False, local_server=True) as d:
        d.telegram.local = tmp_path
        await d.adapter.start()
        assert (await d.adapter.capabilities(d.where())).max_upload == 2_000_000_000
        huge = bytes(21 << 20)
        d.telegram.post(d.chat, d.ann, "make it night", document=huge, name="huge.png")
        (attachment,) = (await d.next(MessageIn)).attachments
        assert await attachment.open() == huge
        big = replace(noise(), data=noise().data + bytes(60_000_000), as_file=True)
        assert isinstance(await d.adapter.send(Reply("e", d.where(), "Done.", big)), Delivered)
        assert d.telegram.shown(d.chat)[-1].file == big.data


async def test_a_server_whose_folder_is_not_shared_is_told_to_the_admin(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    async with desk(start=False, local_server=True) as d:
        d.telegram.local = tmp_path
        await d.adapter.start()
        d.telegram.post(d.chat, d.ann, "make it night", document=b"a file", name="a.png")
        (attachment,) = (await d.next(MessageIn)).attachments
        d.telegram.hidden = True
        with pytest.raises(AttachmentGone):
            await attachment.open()
        assert "share its folder" in caplog.text
        assert d.telegram.token.split(":")[1] not in caplog.text
