"""A whole bot in one process: the real store and director, a scripted engine, platforms in memory."""

from __future__ import annotations

import asyncio
import io
from itertools import count
from pathlib import Path
from typing import Any

from PIL import Image

from bot.director import Director
from bot.events import (
    Acknowledged,
    Attachment,
    ButtonName,
    ButtonPressed,
    CommandInvoked,
    CommandName,
    ConversationRef,
    MessageIn,
    MessageRef,
    Platform,
    ReactionChanged,
    Reply,
    UserRef,
)
from bot.pictures import normalise
from bot.ports import Adapter
from bot.settings import Limits, Safety, Settings
from bot.store import Store
from bot.store.sql import rows
from tests.fakes.adapter import MemoryAdapter
from tests.fakes.engine import ScriptedEngine

HERE = ConversationRef("web", "room")
ANN = UserRef("web", "ann", "Ann")
BOB = UserRef("web", "bob", "Bob")
MOD = UserRef("web", "mod", "Mo", moderator=True)
PATIENCE = 20.0


def png(colour: str = "red", size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def cleaned(data: bytes) -> bytes:
    """The bytes that the bot keeps of an upload."""
    return normalise(data, 10**8, 10**8).data


def photo(data: bytes, size: int | None = None) -> Attachment:
    async def download() -> bytes:
        return data

    return Attachment("photo", download, size=size)


class World:
    """What people do, and what they see."""

    def __init__(self, data_dir: Path, safety: Safety | None = None, **limits: Any) -> None:
        self.data_dir = data_dir
        self.settings = Settings(data_dir=data_dir, limits=Limits(**limits), safety=safety or Safety())
        self.engine = ScriptedEngine()
        self.adapter = MemoryAdapter()
        self.adapters: dict[Platform, Adapter] = {"web": self.adapter}
        self.numbers = count(1)
        self.store: Store
        self.director: Director

    async def start(self) -> None:
        self.store = await Store.open(self.data_dir)
        self.director = Director(self.store, self.engine, self.settings, self.adapters)
        await self.director.start()
        for platform in self.adapters:
            await self.director.courier.resume(platform)

    async def stop(self) -> None:
        await self.director.stop()
        await self.store.close()

    async def die(self) -> None:
        """End as kill -9 does: nothing is put in order."""
        for task in asyncio.all_tasks():
            if task.get_name().startswith(("director", "courier", "status")):
                task.cancel()
        await asyncio.sleep(0)
        await self.store.close()

    async def settle(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.director.idle()

    async def replied(self) -> None:
        """Wait until every reply is delivered; edits may go on."""
        async with asyncio.timeout(PATIENCE):
            await self.director.courier.idle()

    async def until_editing(self) -> None:
        """Wait until a held edit runs and its status message is there."""
        async with asyncio.timeout(PATIENCE):
            await self.engine.started.wait()
            await self.adapter.shown.wait()
            noted = "SELECT 1 FROM jobs WHERE state = 'running' AND status_message IS NOT NULL"
            while not await self.store.run(lambda db: rows(db, noted)):
                pass

    def message(
        self,
        text: str = "",
        *pictures: Attachment,
        author: UserRef = ANN,
        reply_to: MessageRef | None = None,
        at: ConversationRef = HERE,
        **values: Any,
    ) -> MessageIn:
        number = str(next(self.numbers))
        ref = MessageRef(at, number)
        return MessageIn(f"m{number}", ref, author, text, pictures, reply_to, **values)

    async def say(self, text: str = "", *pictures: Attachment, **values: Any) -> MessageIn:
        """A message, and everything that follows from it."""
        event = self.message(text, *pictures, **values)
        await self.director.handle(event)
        await self.settle()
        return event

    async def react(self, ref: MessageRef, user: UserRef = ANN, added: str = "", removed: str = "") -> None:
        event = ReactionChanged(
            f"r{next(self.numbers)}", ref, user, tuple(filter(None, [added])), tuple(filter(None, [removed]))
        )
        await self.director.handle(event)
        await self.settle()

    def pressed(self, name: ButtonName, target: str, user: UserRef = ANN) -> ButtonPressed:
        return ButtonPressed(f"b{next(self.numbers)}", MessageRef(HERE, "0"), user, name, target)

    async def press(self, name: ButtonName, target: str, user: UserRef = ANN) -> Acknowledged | None:
        acknowledged = await self.director.handle(self.pressed(name, target, user))
        await self.replied()
        return acknowledged

    async def command(
        self, name: CommandName, argument: str = "", user: UserRef = ANN, at: ConversationRef = HERE
    ) -> None:
        await self.command_now(name, argument, user, at)
        await self.settle()

    async def command_now(
        self, name: CommandName, argument: str = "", user: UserRef = ANN, at: ConversationRef = HERE
    ) -> None:
        """A command that is taken while edits are held."""
        ref = MessageRef(at, f"c{next(self.numbers)}")
        await self.director.handle(CommandInvoked(ref.message_id, ref, user, name, argument))

    @property
    def last(self) -> Reply:
        return self.adapter.sent[-1]

    @property
    def picture(self) -> bytes:
        """The picture of the last reply."""
        assert self.last.image is not None
        return self.last.image.data

    def ref(self, reply: Reply) -> MessageRef:
        return self.adapter.ref_of(reply)

    async def table(self, name: str) -> list[dict[str, Any]]:
        return await self.store.run(lambda db: rows(db, f"SELECT * FROM {name}"))
