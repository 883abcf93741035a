"""A person with a browser, as far as the server can tell: a cookie, a conversation and HTTP."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientResponse, ClientSession, ClientWebSocketResponse, CookieJar, FormData

from adapters.web.adapter import WebAdapter
from adapters.web.guard import COOKIE, space_of
from bot.events import ConversationRef


class Person:
    """One tab of one browser; `tab()` opens another one. Requests name their origin, as browsers do."""

    def __init__(self, http: ClientSession, url: str, space_id: str = "") -> None:
        self.http = http
        self.url = url
        self.space_id = space_id
        self.conversation = secrets.token_urlsafe(18)

    @property
    def ref(self) -> ConversationRef:
        return ConversationRef("web", self.space_id, self.conversation)

    def tab(self) -> Person:
        return Person(self.http, self.url, self.space_id)

    def path(self, what: str = "") -> str:
        return f"{self.url}/api/conversations/{self.conversation}{what}"

    async def post(self, what: str, **options: Any) -> ClientResponse:
        headers = {"Origin": self.url} | options.pop("headers", {})
        return await self.http.post(self.path(what), headers=headers, **options)

    async def write(
        self,
        text: str,
        pictures: Sequence[bytes] = (),
        reply_to: str | None = None,
        event_id: str | None = None,
    ) -> ClientResponse:
        form = FormData({"event_id": event_id or str(uuid.uuid4()), "text": text}, default_to_multipart=True)
        if reply_to is not None:
            form.add_field("reply_to", reply_to)
        for picture in pictures:
            form.add_field("picture", picture, filename="../../secret name.png", content_type="image/png")
        return await self.post("/messages", data=form)

    async def do(self, what: str, event_id: str | None = None, **body: Any) -> ClientResponse:
        return await self.post(what, json={"event_id": event_id or str(uuid.uuid4()), **body})

    async def show(self) -> dict[str, Any]:
        async with self.http.get(self.path()) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def image(self, sha256: str) -> ClientResponse:
        return await self.http.get(self.path(f"/images/{sha256}"))

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[ClientWebSocketResponse]:
        async with self.http.ws_connect(self.path("/socket"), headers={"Origin": self.url}) as socket:
            yield socket


async def push(socket: ClientWebSocketResponse) -> dict[str, Any]:
    return json.loads(await socket.receive_str(timeout=10))


@asynccontextmanager
async def person(adapter: WebAdapter) -> AsyncIterator[Person]:
    """A new browser that has opened the page."""
    async with ClientSession(
        cookie_jar=CookieJar(unsafe=True)
    ) as http:  # unsafe: take cookies from an address
        async with http.post(f"{adapter.url}/api/session", headers={"Origin": adapter.url}) as response:
            assert response.status == 200
        token = http.cookie_jar.filter_cookies(response.url)[COOKIE].value
        yield Person(http, adapter.url, space_of(token))
