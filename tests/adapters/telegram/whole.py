"""A whole bot on the fake Telegram, all but the models: the real adapter, core and store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.telegram import TelegramAdapter
from bot.app import App
from bot.settings import Admin, Settings, Telegram, Web
from tests.adapters.aftermath import Books, at_rest, until
from tests.adapters.telegram.support import PATIENCE
from tests.fakes.engine import ScriptedEngine
from tests.fakes.telegram_api import FakeTelegram
from tests.fakes.telegram_world import Person, Seen


class Room:
    """Ann in her private chat with a whole bot."""

    def __init__(self, telegram: FakeTelegram, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TELEGRAM_TOKEN", telegram.token)
        self.telegram = telegram
        self.app: App
        self.engine = ScriptedEngine()
        self.ann: Person = telegram.person("Ann")
        self.chat = telegram.private(self.ann)
        section = Telegram(api_url=telegram.url, album_seconds=0.2)
        self.settings = Settings(
            data_dir=data_dir, web=Web(enabled=False), admin=Admin(enabled=False), telegram=section
        )

    def say(self, text: str = "", **more: Any) -> int:
        return self.telegram.post(self.chat, self.ann, text, **more).message_id

    def shown(self) -> list[Seen]:
        return self.telegram.shown(self.chat)

    async def sees(self, what: Callable[[list[Seen]], object]) -> Seen:
        """Wait until the bot's messages are as wanted; the last of them."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not (self.shown() and what(self.shown())):  # noqa: ASYNC110 - the bot's doing
                    await asyncio.sleep(0.02)
        except TimeoutError:
            pytest.fail(f"the chat shows {self.shown()}")
        return self.shown()[-1]

    async def reads(self, text: str) -> Seen:
        return await self.sees(lambda shown: text in shown[-1].text)

    def texts(self, chat: int | None = None) -> list[str]:
        """What the bot has said in a chat; a dot that was never filled is nothing said."""
        shown = self.telegram.shown(self.chat if chat is None else chat)
        return [message.text for message in shown if message.text != "…"]

    async def hears(self, count: int, chat: int | None = None) -> list[str]:
        """Wait until the bot has said so much, and nothing is left to do."""
        await until(lambda: len(self.texts(chat)) >= count)
        await self.rests()
        return self.texts(chat)

    async def rests(self) -> Books:
        return await at_rest(self.app.store)


@asynccontextmanager
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    async with FakeTelegram() as telegram:
        found = Room(telegram, tmp_path, monkeypatch)
        async with life(found):
            yield found


@asynccontextmanager
async def life(room: Room) -> AsyncIterator[None]:
    """A life of the bot on the room's store."""
    async with App(room.settings, engine=room.engine) as room.app:
        yield


def swiftly(monkeypatch: pytest.MonkeyPatch, request_seconds: float = 1.0) -> None:
    """Shorter time-outs and waits for the adapter that the bot makes."""
    shorter = {"request_seconds": request_seconds, "poll_seconds": 1.0, "retry_seconds": 0.02}
    for name, seconds in shorter.items():
        monkeypatch.setitem(TelegramAdapter.__init__.__kwdefaults__, name, seconds)
