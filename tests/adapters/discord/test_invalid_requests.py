"""The bot never asks on until Discord bans its address."""

from __future__ import annotations

import pytest

from adapters.discord import adapter as adapter_module
from adapters.discord.invalid_requests import LIMIT, WINDOW_SECONDS, InvalidRequests
from bot.events import NotSent, Rejected, Reply
from tests.adapters.discord.live import connected, in_channel

MESSAGES = r"/messages$"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_limit_is_well_below_discord_s() -> None:
    assert LIMIT <= 5_000


def test_refusals_within_a_window_pause_until_the_first_of_them_leaves_it() -> None:
    clock = Clock()
    guard = InvalidRequests(3, clock)
    for status in (401, 200, 403, 404, 500):
        guard.count(status)
        clock.now += 10
    guard.count(429, "shared")
    assert guard.pause() == 0.0
    guard.count(429, "user")
    assert guard.pause() == WINDOW_SECONDS - 50
    clock.now += WINDOW_SECONDS - 50
    assert guard.pause() == 0.0
    guard.count(403)
    assert guard.pause() > 0.0, "two of the old ones are in the window still"


async def test_a_bot_that_is_refused_too_often_asks_nothing_more_and_says_why(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    monkeypatch.setattr(adapter_module, "InvalidRequests", lambda: InvalidRequests(3, clock))
    async with connected() as (wire, _, adapter):
        wire.fail("POST", MESSAGES, status=403, code=50013, times=3)
        for number in range(3):
            assert isinstance(await adapter.send(Reply(f"k{number}", in_channel(wire), "Hello.")), Rejected)
        asked = len(wire.rest.requests)
        paused = await adapter.send(Reply("k4", in_channel(wire), "Hello."))
        assert isinstance(paused, NotSent)
        assert paused.retry_after and 0 < paused.retry_after <= WINDOW_SECONDS
        assert len(wire.rest.requests) == asked
        assert "Discord refused 3 requests within ten minutes" in caplog.text
        clock.now += WINDOW_SECONDS
        assert not isinstance(await adapter.send(Reply("k4", in_channel(wire), "Hello.")), NotSent)
        assert len(wire.bot_messages()) == 1
