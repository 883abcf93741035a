"""Never is an update taken from a stranger, and none is lost, when Telegram calls instead of being asked."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.telegram.polling import ALLOWED_UPDATES
from adapters.telegram.webhook import SECRET_FILE, WebhookAddress, kept_secret
from bot.app import App
from bot.events import Delivered, MessageIn, ReactionChanged, Reply
from bot.ports import AdapterError
from bot.settings import Settings, SettingsError, Telegram, load
from tests.adapters.telegram.support import Desk, desk, png, until
from tests.fakes.telegram_api import error
from tests.ports import free_port

PUBLIC = "https://bot.example.org/telegram/updates"
SECRET = "s3cret_of-the-webhook"


def address(port: int | None = None) -> WebhookAddress:
    return WebhookAddress(PUBLIC, "127.0.0.1", port or free_port(), SECRET)


@asynccontextmanager
async def called(webhook: WebhookAddress, **settings: object) -> AsyncIterator[Desk]:
    """A desk that Telegram calls, through a proxy that passes the calls on."""
    async with desk(start=False, webhook=webhook, **settings) as d:
        d.telegram.webhook.at = f"http://127.0.0.1:{webhook.port}/telegram/updates"
        yield d


async def test_an_update_is_in_the_journal_before_it_is_answered() -> None:
    async with called(address()) as d:
        d.journal.broken = OSError("No space left on device")
        posted = d.telegram.post(d.chat, d.ann, "make it night", photo=png())
        await d.adapter.start()
        await until(lambda: 503 in d.telegram.webhook.statuses)
        assert d.nothing_more()
        d.journal.broken = None
        wish = await d.next(MessageIn)
        assert (wish.text, wish.event_id) == ("make it night", str(posted.update_id))
        assert await wish.attachments[0].open() == png()
        await d.settled(posted)
        assert d.telegram.webhook.statuses[-1] == 200
        assert set(d.telegram.webhook.statuses) == {503, 200}


async def test_telegram_is_told_the_address_the_secret_and_what_is_wanted() -> None:
    async with called(address()) as d:
        await d.adapter.start()
        await until(lambda: d.telegram.webhook.url)
        assert (d.telegram.webhook.url, d.telegram.webhook.secret) == (PUBLIC, SECRET)
        assert d.telegram.allowed == set(ALLOWED_UPDATES)
        d.telegram.react(d.chat, d.ann, 5, ["👎"])
        assert (await d.next(ReactionChanged)).added == ("👎",)
        assert isinstance(await d.adapter.send(Reply("e", d.where(), "Done.")), Delivered)


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "ünïcode"])
async def test_without_the_secret_nothing_is_taken(
    secret: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    async with called(address()) as d:
        await d.adapter.start()
        for _ in range(2):
            assert await d.telegram.webhook.call(b'{"update_id": 1}', secret) == 403
        assert d.journal.rows == {}
        assert caplog.text.count("without the right secret") == 1
        assert SECRET not in caplog.text


@pytest.mark.parametrize("body", [b"", b"hello", b"[]", b"{}", b'{"update_id": null}', b"\xff\xfe"])
async def test_what_is_no_update_is_refused_and_harms_nobody(body: bytes) -> None:
    async with called(address()) as d:
        await d.adapter.start()
        assert await d.telegram.webhook.call(body, SECRET) == 400
        d.telegram.post(d.chat, d.ann, "make it night")
        assert (await d.next(MessageIn)).text == "make it night"


async def test_an_update_that_is_delivered_twice_is_handled_once() -> None:
    async with called(address()) as d:
        await d.adapter.start()
        posted = d.telegram.post(d.chat, d.ann, "make it night")
        await d.next(MessageIn)
        await d.settled(posted)
        d.telegram.redeliver()
        await until(lambda: d.telegram.webhook.statuses == [200, 200])
        d.telegram.post(d.chat, d.ann, "and brighter")
        assert (await d.next(MessageIn)).text == "and brighter"
        assert d.nothing_more()


async def test_what_comes_during_a_restart_is_not_lost() -> None:
    async with called(address()) as d:
        await d.adapter.start()
        await until(lambda: d.telegram.webhook.url)
        await d.adapter.stop()
        posts = [d.telegram.post(d.chat, d.ann, text) for text in ("one", "two")]
        await until(lambda: d.telegram.webhook.error)
        d.adapter = d.new_adapter()
        await d.adapter.start()
        assert [(await d.next(MessageIn)).text for _ in posts] == ["one", "two"]
        await d.settled(*posts)


async def test_from_webhook_to_polling_and_back() -> None:
    async with called(address()) as d:
        await d.adapter.start()
        await until(lambda: d.telegram.webhook.url)
        for webhook in (None, d.settings["webhook"]):
            await d.adapter.stop()
            d.adapter = d.new_adapter(webhook=webhook)
            await d.adapter.start()
            d.telegram.post(d.chat, d.ann, f"with {webhook and webhook.url}")
            assert (await d.next(MessageIn)).text == f"with {webhook and webhook.url}"
            assert d.telegram.webhook.url == (PUBLIC if webhook else "")


async def test_a_webhook_that_somebody_takes_away_is_set_again() -> None:
    async with called(address(), webhook_check_seconds=0.05) as d:
        await d.adapter.start()
        await until(lambda: d.telegram.webhook.url)
        await d.telegram.webhook.delete()
        d.telegram.post(d.chat, d.ann, "make it night")
        assert (await d.next(MessageIn)).text == "make it night"


async def test_a_telegram_that_does_not_take_the_webhook_is_asked_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with called(address()) as d:
        refused = error(400, "Bad Request: bad webhook: Failed to resolve host")
        d.telegram.fail("setWebhook", refused, refused, error(401, "Unauthorized"))
        d.telegram.post(d.chat, d.ann, "make it night")
        await d.adapter.start()
        assert (await d.next(MessageIn)).text == "make it night"
        assert caplog.text.count("failed to resolve host") == 1


async def test_a_webhook_that_is_not_reached_is_told_with_telegrams_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    async with called(address(), webhook_check_seconds=0.02) as d:
        d.telegram.webhook.at = f"http://127.0.0.1:{free_port()}/"
        await d.adapter.start()
        d.telegram.post(d.chat, d.ann, "make it night")
        await until(lambda: "Telegram can't deliver to" in caplog.text)
        await asyncio.sleep(0.1)
        assert caplog.text.count("Telegram can't deliver to") == 1
        assert "1 updates wait" in caplog.text


async def test_a_taken_port_is_one_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        async with called(address(port=other.getsockname()[1])) as d:
            with pytest.raises(AdapterError, match=r"set telegram\.webhook_port to a free port"):
                await d.adapter.start()


def test_the_secret_is_made_once_and_only_its_user_can_read_it(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path)
    assert len(secret) >= 32
    assert kept_secret(tmp_path) == secret
    assert (tmp_path / SECRET_FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / SECRET_FILE).write_text("")  # as after a crash
    assert len(kept_secret(tmp_path)) >= 32
    assert secret not in repr(WebhookAddress(PUBLIC, "127.0.0.1", 1, secret))


async def test_the_whole_bot_takes_it_from_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.adapters.telegram.whole import Room
    from tests.fakes.telegram_api import FakeTelegram

    monkeypatch.setenv("TELEGRAM_WEBHOOK_SECRET", SECRET)
    async with FakeTelegram() as telegram:
        room, port = Room(telegram, tmp_path, monkeypatch), free_port()
        section = Telegram(api_url=telegram.url, webhook_url=PUBLIC, webhook_port=port)
        settings = Settings(
            data_dir=tmp_path, web=room.settings.web, admin=room.settings.admin, telegram=section
        )
        telegram.webhook.at = f"http://127.0.0.1:{port}/telegram/updates"
        async with App(settings, engine=room.engine):
            room.say("make it night", photo=png())
            assert (await room.reads("Did: make it night")).kind == "photo"
        assert telegram.webhook.secret == SECRET


def test_a_webhook_that_cannot_be_one_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('[telegram]\nwebhook_url = "bot.example.org"')
    with pytest.raises(SettingsError, match=r"telegram\.webhook_url"):
        load(file)
    monkeypatch.setenv("TELEGRAM_WEBHOOK_SECRET", "not allowed: ä")
    file.write_text("")
    with pytest.raises(SettingsError, match="TELEGRAM_WEBHOOK_SECRET") as caught:
        load(file)
    assert "not allowed" not in str(caught.value)
