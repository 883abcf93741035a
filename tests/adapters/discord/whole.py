"""A whole bot on the wire fake, all but the models: the real adapter, core and store."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.app import App
from bot.settings import Admin, Settings, Web
from tests.adapters.aftermath import Books, at_rest, until
from tests.adapters.discord.scripted import png
from tests.fakes.discord_wire import DiscordWire
from tests.fakes.engine import ScriptedEngine

Said = tuple[str, bytes | None]
_SMALL_PRINT = re.compile(r"\n-# .*")


class Room:
    """Ann in #general of a server that has the bot."""

    def __init__(self, wire: DiscordWire, settings: Settings, engine: ScriptedEngine) -> None:
        self.wire, self.settings, self.engine = wire, settings, engine
        self.app: App

    async def wish(
        self, text: str, picture: bytes | None = None, *, mention: bool = True, **more: Any
    ) -> int:
        """Ann posts a picture with a wish; the id is that of the thread, too, that the bot opens on it."""
        files = [("dog.png", picture or png())]
        return int((await self.wire.post(text, files, mention=mention, **more))["id"])

    def said(self, place: int) -> list[Said]:
        """What the bot has said there and still stands there: text and picture, oldest first."""
        if place not in self.wire.world.channels:
            return []
        return [
            (
                self.wire.as_read(_SMALL_PRINT.sub("", message["content"])),
                self.wire.file(message["attachments"][0]) if message["attachments"] else None,
            )
            for message in self.wire.bot_messages(place)
        ]

    def texts(self, place: int) -> list[str]:
        return [text for text, _ in self.said(place)]

    async def hears(self, place: int, count: int) -> list[str]:
        """Wait until the bot has said so much there, and nothing is left to do."""
        await until(lambda: len(self.said(place)) >= count)
        await self.rests()
        return self.texts(place)

    async def rests(self) -> Books:
        return await at_rest(self.app.store)


def _swiftly(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py waits for 1, 3, 5, 7 and 9 s between its own tries, and for guilds that don't come."""

    class Asyncio:
        async def sleep(self, seconds: float) -> None:
            await asyncio.sleep(min(seconds, 0.01))

        def __getattr__(self, name: str) -> Any:
            return getattr(asyncio, name)

    monkeypatch.setattr(discord.http, "asyncio", Asyncio())
    make_state = discord.state.ConnectionState.__init__

    def quick(self: Any, *args: Any, **options: Any) -> None:
        make_state(self, *args, **{"guild_ready_timeout": 0.05, **options})

    monkeypatch.setattr(discord.state.ConnectionState, "__init__", quick)
    monkeypatch.setattr("adapters.discord.supervisor.FIRST_DELAY", 0.05)
    monkeypatch.setattr("adapters.discord.outbound.LOOK_AGAIN", 0.02)


@asynccontextmanager
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    """A room with a bot in it. `async with life(room)` is another life of the bot on the same store."""
    _swiftly(monkeypatch)
    async with DiscordWire() as wire:
        monkeypatch.setenv("DISCORD_TOKEN", wire.token)
        settings = Settings(data_dir=tmp_path, web=Web(enabled=False), admin=Admin(enabled=False))
        found = Room(wire, settings, ScriptedEngine())
        async with life(found):
            yield found


@asynccontextmanager
async def life(room: Room) -> AsyncIterator[None]:
    async with App(room.settings, engine=room.engine) as room.app:
        yield
