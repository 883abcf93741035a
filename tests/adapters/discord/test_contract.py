"""The Discord adapter never breaks what all adapters keep."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.adapters.contract import AdapterContract
from tests.adapters.discord.live import DiscordHarness
from tests.adapters.harness import Harness
from tests.fakes.discord_wire import DiscordWire


class TestDiscordContract(AdapterContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[Harness]:
        async with DiscordWire() as wire:
            harness = DiscordHarness(wire)
            await harness.adapter.start()
            try:
                yield harness
            finally:
                await harness.adapter.stop()
