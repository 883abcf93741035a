"""What Telegram sends, as its documentation has it, becomes the bot's events field by field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.adapters import golden
from tests.adapters.telegram.support import Desk, desk, until
from tests.fakes.telegram_world import JSON, Chat

FOLDER = Path(__file__).parent / "golden"

BOB = 6012450077
"""He manages the groups of the payloads."""


@pytest.mark.parametrize("name", golden.names(FOLDER))
async def test_an_update_becomes_these_events(name: str) -> None:
    assert await outcome(name) == golden.expected(FOLDER, name)


async def outcome(name: str) -> list[Any]:
    async with desk() as d:
        updates = golden.payloads(FOLDER, name)
        for update in updates:
            _keep(d, update)
            if next(key for key in update if key != "update_id") in d.telegram.allowed:
                d.telegram.deliver(update)
        wanted = [update["update_id"] for update in updates]
        await until(lambda: all(d.journal.states.get(row, "") not in ("", "open") for row in wanted))
        assert set(d.journal.states.values()) == {"done"}
        return golden.as_json([d.events.get_nowait() for _ in range(d.events.qsize())])


def _keep(d: Desk, update: JSON) -> None:
    """The server has the chat that it tells of."""
    chat = next(
        value["chat"] if "chat" in value else value["message"]["chat"]
        for value in update.values()
        if isinstance(value, dict)
    )
    d.telegram.chats[chat["id"]] = Chat(chat["id"], chat["type"], admins={BOB})
