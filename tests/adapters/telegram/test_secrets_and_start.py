"""Never does the token reach a log or a message, and never does a bad network keep the bot from starting."""

from __future__ import annotations

import io
import json
import logging

import pytest

from adapters.telegram import adapter
from adapters.telegram.masking import TokenMask
from bot import logs
from bot.events import Delivered, MessageIn, NotSent, Reply, Unknown
from bot.ports import AdapterError
from tests.adapters.telegram.support import desk, picture, png, until
from tests.fakes.telegram_api import FakeTelegram, bad_gateway, error, garbage, hang


async def test_the_token_is_in_no_log_at_all(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with desk(start=False) as d:
        d.telegram.fail("getUpdates", error(404, "Not Found"), garbage(), bad_gateway())
        await d.adapter.start()
        d.telegram.post(d.chat, d.ann, "make it night", photo=png())
        (attachment,) = (await d.next(MessageIn)).attachments
        await attachment.open()
        assert isinstance(await d.adapter.send(Reply("e", d.where(), "Done.", picture())), Delivered)
        d.telegram.push("message", {"message_id": "poison"})
        await until(lambda: "poison" in d.journal.states.values())
        for token in (d.telegram.token, d.telegram.token.replace(":", "%3A")):
            logging.getLogger("somewhere.else").warning("GET %s/bot%s/getMe", d.telegram.url, token)
        assert caplog.text.count("/bot<token>/getMe") == 2
        secret = d.telegram.token.split(":")[1]
        assert all(secret not in str(record.__dict__) for record in caplog.records)
        assert secret not in caplog.text


async def test_the_token_is_in_no_line_of_json(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonLines())
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [*root.handlers, handler])
    async with desk(start=False) as d:
        d.telegram.fail("getUpdates", error(404, "Not Found"), garbage(), bad_gateway())
        await d.adapter.start()
        d.telegram.push("message", {"message_id": "poison"})
        await until(lambda: "poison" in d.journal.states.values())
        try:
            raise ValueError(f"GET {d.telegram.url}/bot{d.telegram.token}/getMe")
        except ValueError:
            logging.getLogger("somewhere.else").exception("%s broke", d.telegram.token)
        text, secret = written.getvalue(), d.telegram.token.split(":")[1]
    lines = [json.loads(line) for line in text.splitlines()]
    (last,) = (line for line in lines if line["logger"] == "somewhere.else")
    assert last["message"] == "<token> broke"
    assert "/bot<token>/getMe" in last["error"]
    assert secret not in text


def test_a_traceback_that_quotes_the_token_is_masked() -> None:
    try:
        raise ValueError("GET https://api.telegram.org/bot1:secret/getMe")
    except ValueError as problem:
        info = (type(problem), problem, problem.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "It broke", None, info)
    assert TokenMask("1:secret").filter(record)
    text = logging.Formatter().format(record)
    assert "1:secret" not in text
    assert "/bot<token>/getMe" in text


async def test_a_wrong_token_is_one_sentence_without_the_token() -> None:
    async with desk(start=False) as d:
        d.telegram.token = "123456:another-one"
        with pytest.raises(AdapterError) as caught:
            await d.adapter.start()
        assert str(caught.value) == "Telegram does not accept TELEGRAM_TOKEN: copy it again from @BotFather."
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__


@pytest.mark.parametrize("token", ["", "hello", "123456", "123456:", "123456:AB CD", "<123456:ABC>"])
async def test_what_cannot_be_a_token_is_told_before_anything_is_sent(token: str) -> None:
    async with desk(start=False) as d:
        d.telegram.token, real = token, d.telegram.token
        with pytest.raises(AdapterError, match="does not look like a bot token"):
            d.new_adapter()
        d.telegram.token = real


async def test_an_undo_emoji_that_telegram_does_not_have_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async with desk(start=False, undo_emoji=("👎", "❤️")):
        assert "undo_emoji" not in caplog.text
    async with desk(start=False, undo_emoji=("👎", "↩️")):
        assert "Telegram has no reaction ↩️." in caplog.text


async def test_a_network_that_is_down_at_start_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    async with desk(start=False) as d:
        d.telegram.fail("getMe", bad_gateway(), bad_gateway(), error(401, "Unauthorized"))
        d.telegram.post(d.chat, d.ann, "make it night")
        await d.adapter.start()
        assert "Telegram can't be reached" in caplog.text
        assert (await d.next(MessageIn)).text == "make it night"


async def test_a_silent_network_does_not_hold_up_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "START_SECONDS", 0.2)
    async with desk(start=False, request_seconds=30.0) as d:
        d.telegram.fail("getMe", hang("before"))
        d.telegram.post(d.chat, d.ann, "make it night")
        await d.adapter.start()
        assert (await d.next(MessageIn)).text == "make it night"


async def test_while_offline_only_what_may_be_repeated_is_called_unsent() -> None:
    async with desk(start=False) as d:
        status = d.ref(5)
        assert isinstance(await d.adapter.send(Reply("e", d.where(), "Done.")), NotSent)
        assert isinstance(await d.adapter.find(Reply("e", d.where(), "Done.")), Unknown)
        assert isinstance(await d.adapter.find(Reply("e", d.where(), "Done.", status=status)), NotSent)
        assert not (await d.adapter.capabilities(d.where(-5))).receives_reactions


async def test_an_adapter_can_be_stopped_before_it_ever_started_and_started_again() -> None:
    async with FakeTelegram() as telegram, desk(start=False) as d:
        d.telegram.token = telegram.token
        await d.adapter.stop()
        await d.adapter.start()
        await d.adapter.stop()
        await d.adapter.start()
        d.telegram.post(d.chat, d.ann, "make it night")
        assert (await d.next(MessageIn)).text == "make it night"
