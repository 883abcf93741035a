from __future__ import annotations

import asyncio
import contextlib
from collections import Counter

import pytest

from bot.outbox import Courier


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Counter[float]:
    """How long the courier would have waited, in seconds, and how often; here it waits for a moment only."""
    found: Counter[float] = Counter()

    async def pause(self: Courier, seconds: float) -> None:
        found[seconds] += 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), min(seconds, 0.02))

    monkeypatch.setattr(Courier, "_pause", pause)
    return found
