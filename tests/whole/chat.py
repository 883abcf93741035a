"""A person in the web chat of a running bot, who waits for answers instead of looking at the clock."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, CookieJar
from PIL import Image

from adapters.web.guard import COOKIE, space_of
from tests.adapters.web.person import Person

PATIENCE = 90.0


class Chat(Person):
    """`say` writes and waits until the bot has nothing more to do; it returns the bot's new messages."""

    async def say(self, text: str, *pictures: bytes, reply_to: str | None = None) -> list[dict[str, Any]]:
        before = {message["id"] for message in (await self.show())["messages"]}
        response = await self.write(text, pictures, reply_to)
        assert response.status == 200, await response.text()
        return await self.answers(before)

    async def answers(self, before: set[str]) -> list[dict[str, Any]]:
        """Wait until the conversation is quiet and the bot has said something that isn't in `before`."""
        async with asyncio.timeout(PATIENCE):
            while True:
                shown = await self.show()
                new = [m for m in shown["messages"] if m["id"] not in before and m["speaker"] == "bot"]
                if new and not shown["busy"]:
                    return new
                await asyncio.sleep(0.05)

    async def act(self, what: str, **body: Any) -> list[dict[str, Any]]:
        """A reaction, button or command, and what the bot says to it."""
        before = {message["id"] for message in (await self.show())["messages"]}
        response = await self.do(what, **body)
        assert response.status == 200, await response.text()
        return await self.answers(before)

    async def bytes_of(self, message: dict[str, Any]) -> bytes:
        assert message["image"] is not None, message
        return await (await self.image(message["image"]["sha256"])).read()

    async def picture(self, message: dict[str, Any]) -> Image.Image:
        return Image.open(io.BytesIO(await self.bytes_of(message)))

    async def head(self) -> bytes:
        """The bytes of the picture that is current."""
        heads = [m for m in (await self.show())["messages"] if m["state"] == "head"]
        return await self.bytes_of(heads[-1])


@asynccontextmanager
async def visitor(url: str) -> AsyncIterator[Chat]:
    """A new browser that has opened the page."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
        async with http.post(f"{url}/api/session", headers={"Origin": url}) as response:
            assert response.status == 200
            token = http.cookie_jar.filter_cookies(response.url)[COOKIE].value
        yield Chat(http, url, space_of(token))
