from __future__ import annotations

from collections.abc import AsyncIterator

import discord
import pytest

from tests.adapters.discord.stage import World, running


@pytest.fixture(autouse=True)
def identify_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py waits for 5 s before each IDENTIFY but the first; no test depends on it."""

    async def no_wait(*_: object, **__: object) -> None:
        return None

    monkeypatch.setattr(discord.Client, "before_identify_hook", no_wait)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running() as world:
        yield world
