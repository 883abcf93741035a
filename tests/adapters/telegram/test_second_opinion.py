"""A Bot API that others wrote (telemelya) and ours never disagree, as far as that one reaches.

It knows private chats by webhook: texts, photos with captions, their download, buttons, chat actions. It has
no `editMessageMedia`, so no picture of the bot arrives there, and sends no secret: a proxy adds that here.
Skipped unless the packages of the extra `second-opinion` are there; `.ci/run` brings them.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.telegram import TelegramAdapter
from adapters.telegram.webhook import SECRET_HEADER, WebhookAddress
from bot.events import Action, ButtonPressed, CommandInvoked, Delivered, InboundEvent, MessageIn, Reply
from tests.adapters.telegram.support import PATIENCE, MemoryDirectory, MemoryJournal, png
from tests.ports import free_port

fakeredis = pytest.importorskip("fakeredis", reason="needs the extra second-opinion")
moto = pytest.importorskip("moto.server", reason="needs the extra second-opinion")
uvicorn = pytest.importorskip("uvicorn")
pytest.importorskip("telemelya.server", reason="needs the extra second-opinion")

ANN = 4711
SECRET = "secret"


@pytest.fixture(scope="module")
def telemelya() -> Iterator[str]:
    """Its address; Redis and S3 behind it are stand-ins, too."""
    redis_port, s3_port, port = free_port(), free_port(), free_port()
    redis = fakeredis.TcpFakeServer(("127.0.0.1", redis_port))
    threading.Thread(target=redis.serve_forever, daemon=True).start()
    s3 = moto.ThreadedMotoServer("127.0.0.1", s3_port, verbose=False)
    s3.start()
    patch = pytest.MonkeyPatch()
    patch.setenv("REDIS_URL", f"redis://127.0.0.1:{redis_port}/0")
    patch.setenv("MINIO_ENDPOINT", f"127.0.0.1:{s3_port}")
    from telemelya.server.app import app  # reads its settings at once

    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(PATIENCE)
    s3.stop()
    redis.shutdown()
    patch.undo()


class Chat:
    """Ann on telemelya, and the bot beside her."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.token = "123456789:token-of-a-stranger"
        self.events: asyncio.Queue[InboundEvent] = asyncio.Queue()
        self.http: aiohttp.ClientSession
        self.adapter: TelegramAdapter

    async def handle(self, event: InboundEvent) -> None:
        await self.events.put(event)

    async def next(self) -> InboundEvent:
        return await asyncio.wait_for(self.events.get(), PATIENCE)

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": "Bearer any"}
        url = f"{self.url}/api/v1/test/{path}"
        async with self.http.request(method, url, headers=headers, **more) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def act(self, **update: Any) -> None:
        await self.ask(
            "POST", "send_update", params={"bot_token": self.token}, json={"chat_id": ANN} | update
        )

    async def calls(self) -> list[dict[str, Any]]:
        return (await self.ask("GET", "responses"))["responses"]


@pytest.fixture
async def chat(telemelya: str) -> AsyncIterator[Chat]:
    found, port = Chat(telemelya), free_port()

    async def pass_on(request: web.Request) -> web.Response:
        url, headers = f"http://127.0.0.1:{port}/updates", {SECRET_HEADER: SECRET}
        async with found.http.post(url, data=await request.read(), headers=headers) as answer:
            return web.Response(status=answer.status)

    proxy = web.Application()
    proxy.router.add_post("/updates", pass_on)
    async with aiohttp.ClientSession() as found.http, TestServer(proxy) as server:
        await until_up(found)
        await found.ask("POST", "reset")
        webhook = WebhookAddress(str(server.make_url("/updates")), "127.0.0.1", port, SECRET)
        found.adapter = TelegramAdapter(
            found.token,
            found.handle,
            MemoryJournal(),
            MemoryDirectory(),
            api_url=found.url,
            webhook=webhook,
            status_seconds=0.0,
        )
        await found.adapter.start()
        await set_up(found, webhook.url)
        yield found
        await found.adapter.stop()


async def until_up(chat: Chat) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                await chat.ask("GET", "health")
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
            else:
                return


async def set_up(chat: Chat, url: str) -> None:
    """Wait until it knows the webhook."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with chat.http.post(f"{chat.url}/bot{chat.token}/getWebhookInfo") as answer:
                if (await answer.json())["result"]["url"] == url:
                    return
            await asyncio.sleep(0.05)


async def test_a_photo_with_a_caption_comes_and_can_be_opened(chat: Chat) -> None:
    form = aiohttp.FormData()
    form.add_field("file", png(), filename="photo.png", content_type="image/png")
    photo = await chat.ask("POST", "upload_media", data=form)
    await chat.act(photo_file_id=photo["file_id"], photo_caption="make it night")
    wish = await chat.next()
    assert isinstance(wish, MessageIn)
    assert (wish.text, wish.author.user_id) == ("make it night", str(ANN))
    (attachment,) = wish.attachments
    assert await attachment.open() == png()


async def test_a_question_is_shown_with_its_buttons_and_a_press_is_answered(chat: Chat) -> None:
    await chat.act(text="change the animal")
    wish = await chat.next()
    assert isinstance(wish, MessageIn)
    retry = (Action("retry", "job-1"),)
    receipt = await chat.adapter.send(Reply("q", wish.ref.conversation, "Which one?", None, wish.ref, retry))
    assert isinstance(receipt, Delivered)
    shown = [call for call in await chat.calls() if call["method"] == "editMessageText"]
    assert shown[-1]["text"] == "Which one?"
    (row,) = shown[-1]["reply_markup"]["inline_keyboard"]
    message_id = int(receipt.refs[0].message_id)
    await chat.act(callback_data=row[0]["callback_data"], callback_message_id=message_id)
    press = await chat.next()
    assert isinstance(press, ButtonPressed)
    assert (press.name, press.target, press.ref) == ("retry", "job-1", receipt.refs[0])
    async with asyncio.timeout(PATIENCE):
        while "answerCallbackQuery" not in [call["method"] for call in await chat.calls()]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_command_is_one(chat: Chat) -> None:
    await chat.act(command="/undo")
    command = await chat.next()
    assert isinstance(command, CommandInvoked)
    assert command.name == "undo"
