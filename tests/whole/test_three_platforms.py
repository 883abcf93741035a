"""One process, one loop, one worker: the same story on three platforms at once never mixes or stalls."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from PIL import Image

from bot.app import App
from bot.settings import Admin, Settings, Telegram, Web
from tests.fakes.discord_wire import DiscordWire
from tests.fakes.telegram_api import FakeTelegram
from tests.whole.chat import PATIENCE, visitor
from tests.whole.photos import small_photo

pytestmark = pytest.mark.slow

T = TypeVar("T")


class Stage:
    """The bot with its starter weights, and the three platforms around it."""

    def __init__(self, app: App, discord: DiscordWire, telegram: FakeTelegram) -> None:
        self.app, self.discord, self.telegram = app, discord, telegram


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    async with DiscordWire() as discord, FakeTelegram() as telegram:
        monkeypatch.setenv("DISCORD_TOKEN", discord.token)
        monkeypatch.setenv("TELEGRAM_TOKEN", telegram.token)
        settings = Settings(
            data_dir=tmp_path,
            web=Web(port=0),
            admin=Admin(enabled=False),
            telegram=Telegram(api_url=telegram.url),
        )
        async with App(settings) as app:
            assert sorted(app.adapters) == ["discord", "telegram", "web"]
            yield Stage(app, discord, telegram)


async def seen(look: Callable[[], T | None]) -> T:
    """Wait until something is there."""
    async with asyncio.timeout(PATIENCE):
        while (found := look()) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return found


def brightness(data: bytes) -> float:
    return float(np.asarray(Image.open(io.BytesIO(data)).convert("L"), np.float32).mean())


async def discord_story(wire: DiscordWire, photo: bytes) -> None:
    post = await wire.post("can you change the background?", [("holiday.jpg", photo)], mention=True)
    thread = int(post["id"])  # Discord gives the thread on a message the message's own id

    def answers(count: int) -> Callable[[], list[dict[str, Any]] | None]:
        def look() -> list[dict[str, Any]] | None:
            messages = wire.bot_messages(thread) if thread in wire.world.channels else []
            done = [m for m in messages if not any("cancel" in one for one in wire.custom_ids(m))]
            return done if len(done) >= count else None

        return look

    (question,) = await seen(answers(1))
    assert question["content"].endswith("?")
    await wire.post("make it night", channel=thread)
    _, edited = await seen(answers(2))
    night = wire.file(edited["attachments"][0])
    assert brightness(night) < 0.8 * brightness(photo)
    await wire.react(int(edited["id"]), "↩️")
    *_, undone = await seen(answers(3))
    assert abs(brightness(wire.file(undone["attachments"][0])) - brightness(photo)) < 2
    await wire.react(int(edited["id"]), "↩️", added=False)
    *_, redone = await seen(answers(4))
    assert wire.file(redone["attachments"][0]) == night


async def telegram_story(telegram: FakeTelegram, photo: bytes) -> None:
    ann = telegram.person("Ann")
    chat = telegram.private(ann)

    def answers(count: int) -> Callable[[], list[Any] | None]:
        def look() -> list[Any] | None:
            done = [m for m in telegram.shown(chat) if not any("cancel" in data for _, data in m.buttons)]
            return done if len(done) >= count and done[-1].text not in {"", "…"} else None

        return look

    telegram.post(chat, ann, "can you change the background?", photo=photo)
    (question,) = await seen(answers(1))
    assert question.text.endswith("?")
    telegram.post(chat, ann, "make it night")
    _, edited = await seen(answers(2))
    assert edited.file is not None
    assert brightness(edited.file) < 0.8 * brightness(photo)
    telegram.react(chat, ann, edited.message_id, ["👎"])
    *_, undone = await seen(answers(3))
    assert undone.file is not None
    assert abs(brightness(undone.file) - brightness(photo)) < 2
    telegram.react(chat, ann, edited.message_id, [], ["👎"])
    *_, redone = await seen(answers(4))
    assert redone.file == edited.file
    undo = next(data for _, data in edited.buttons if data.startswith("undo"))
    telegram.press(chat, ann, edited.message_id, undo)
    await seen(answers(5))
    telegram.post(chat, ann, "/redo")
    await seen(answers(6))
    telegram.post(chat, ann, "/undo")
    *_, last = await seen(answers(7))
    assert abs(brightness(last.file) - brightness(photo)) < 2


async def web_story(url: str, photo: bytes) -> None:
    async with visitor(url) as ann:
        (question,) = await ann.say("can you change the background?", photo)
        assert question["decision"] == "ask"
        (night,) = await ann.say("make it night")
        assert brightness(await ann.bytes_of(night)) < 0.8 * brightness(photo)
        await ann.act("/reactions", message=night["id"], emoji="↩️", added=True)
        assert abs(brightness(await ann.head()) - brightness(photo)) < 2
        await ann.act("/reactions", message=night["id"], emoji="↩️", added=False)
        assert await ann.head() == await ann.bytes_of(night)
        await ann.say("start over")
        assert abs(brightness(await ann.head()) - brightness(photo)) < 2


async def test_the_same_story_on_all_three_at_once(stage: Stage) -> None:
    photo = small_photo()
    web = stage.app.adapters["web"]
    await asyncio.gather(
        discord_story(stage.discord, photo),
        telegram_story(stage.telegram, photo),
        web_story(web.url, photo),  # type: ignore[attr-defined]
    )
