"""Killed at any moment, the bot never loses a wish, never answers it twice, never forgets a conversation."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.fakes.telegram_api import FakeTelegram, hang
from tests.whole.chat import PATIENCE, Chat, visitor
from tests.whole.photos import small_photo
from tests.whole.process import Bot, started

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def moved_to(bot: Bot, chat: Chat) -> Chat:
    """The same browser tab after a restart at another address."""
    there = Chat(chat.http, bot.url, chat.space_id)
    there.conversation = chat.conversation
    return there


async def under_way(chat: Chat) -> None:
    """Wait until an edit has made its first step."""
    async with asyncio.timeout(PATIENCE):
        while True:
            statuses = (await chat.show())["statuses"]
            if any((status["progress"] or 0) > 0 for status in statuses):
                return
            await asyncio.sleep(0.01)


async def test_killed_in_the_middle_of_an_edit_it_arrives_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    many = {"DIALOGPAINT_ENGINE__STEPS": "100"}  # or the edit might be done before anybody has seen it begin
    async with started(data, **many) as bot, visitor(bot.url) as ann:
        (question,) = await ann.say("can you change the background?", small_photo())
        assert (await ann.write("make it night")).status == 200
        await under_way(ann)
        await bot.kill()
        async with started(data) as again:
            ann = moved_to(again, ann)
            await ann.answers({question["id"]})
            messages = (await ann.show())["messages"]
            said = [m["text"] for m in messages if m["speaker"] == "user"]
            assert said == ["can you change the background?", "make it night"]
            edits = [m for m in messages if m["decision"] == "edit"]
            assert len(edits) == 1
            assert edits[0]["state"] == "head"
            before = await ann.head()
            assert await again.stop() == 0
        async with started(data) as third:
            ann = moved_to(third, ann)
            assert (await ann.show())["messages"] == messages
            assert await ann.head() == before


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8])
async def test_killed_at_another_moment_every_wish_is_answered_once(tmp_path: Path, delay: float) -> None:
    data = tmp_path / "data"
    async with started(data) as bot, visitor(bot.url) as ann:
        await ann.say("make it a bit brighter", small_photo())
        sending = asyncio.ensure_future(ann.write("make it black and white", event_id="w" * 36))
        await asyncio.sleep(delay)
        await bot.kill()
        await asyncio.gather(sending, return_exceptions=True)
        async with started(data) as again:
            ann = moved_to(again, ann)
            # What a page does that got no answer: send the same message again.
            assert (await ann.write("make it black and white", event_id="w" * 36)).status == 200
            async with asyncio.timeout(PATIENCE):
                while True:
                    shown = await ann.show()
                    edits = [m for m in shown["messages"] if m["decision"] == "edit"]
                    if len(edits) >= 2 and not shown["busy"]:
                        break
                    await asyncio.sleep(0.05)
            said = [m["text"] for m in shown["messages"] if m["speaker"] == "user"]
            assert said == ["make it a bit brighter", "make it black and white"]
            assert len(edits) == 2


@pytest.mark.parametrize("method", ["editMessageText", "sendMessage"])
async def test_killed_while_telegram_has_a_question_it_comes_once(tmp_path: Path, method: str) -> None:
    async with FakeTelegram() as telegram:
        ann = telegram.person("Ann")
        chat = telegram.private(ann)
        variables = {"TELEGRAM_TOKEN": telegram.token, "DIALOGPAINT_TELEGRAM__API_URL": telegram.url}

        def questions() -> list[str]:
            return [message.text for message in telegram.shown(chat) if message.text.endswith("?")]

        telegram.fail(method, hang("after"))
        async with started(tmp_path / "data", **variables) as bot:
            telegram.post(chat, ann, "can you change the background?", photo=small_photo())
            async with asyncio.timeout(PATIENCE):
                while not telegram.shown(chat):  # noqa: ASYNC110 - another process's doing
                    await asyncio.sleep(0.02)
            await asyncio.sleep(0.3)
            await bot.kill()
        async with started(tmp_path / "data", **variables):
            async with asyncio.timeout(PATIENCE):
                while not questions():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            telegram.post(chat, ann, "make it night")
            async with asyncio.timeout(PATIENCE):
                while not [m for m in telegram.shown(chat) if m.kind == "photo"]:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        assert len(questions()) == 1
