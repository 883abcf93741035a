from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.world import World


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting between updates, tries and looks."""
    monkeypatch.setattr("bot.progress.FIRST_AFTER", 0.0)
    monkeypatch.setattr("bot.progress.CHAT_PACE", 0.0)
    monkeypatch.setattr("bot.progress.PACE", {"web": 0.0})
    monkeypatch.setattr("bot.outbox.BACK_OFF", (0.0,))
    monkeypatch.setattr("bot.outbox.SECOND_LOOK", 0.0)
    monkeypatch.setattr("bot.store.database.ROOM_SECONDS", 0.01)


@pytest.fixture
async def world(tmp_path: Path, at_once: None) -> AsyncIterator[World]:
    world = World(tmp_path)
    await world.start()
    yield world
    await world.stop()
