from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.web.adapter import WebAdapter
from tests.adapters.web.person import Person, person
from tests.fakes.web_bot import WebBot

MAX_UPLOAD = 2_000_000


@pytest.fixture
def bot() -> WebBot:
    return WebBot()


def web_adapter(bot: WebBot, host: str = "127.0.0.1", port: int = 0) -> WebAdapter:
    bot.adapter = WebAdapter(
        host=host,
        port=port,
        undo_emoji=("↩️",),
        max_upload_bytes=MAX_UPLOAD,
        wish_characters=200,
        transcript=bot,
        handler=bot.handle,
        health=bot.health,
    )
    return bot.adapter


@pytest.fixture
async def adapter(bot: WebBot) -> AsyncIterator[WebAdapter]:
    adapter = web_adapter(bot)
    await adapter.start()
    yield adapter
    await adapter.stop()


@pytest.fixture
async def ann(adapter: WebAdapter) -> AsyncIterator[Person]:
    async with person(adapter) as someone:
        yield someone


@pytest.fixture
async def bob(adapter: WebAdapter) -> AsyncIterator[Person]:
    async with person(adapter) as someone:
        yield someone
