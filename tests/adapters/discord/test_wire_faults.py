"""Whatever breaks between the bot and Discord: nothing is lost, nothing is said twice, people are told once.

Each test ends with the same three looks: the store, what stands in the channel, and that it goes on. What a
single call makes of an answer stands in test_sending.py, what the session does in test_session.py.
"""

from __future__ import annotations

import io
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot import replies
from engine.jobs import Edited
from tests.adapters.aftermath import Books, until
from tests.adapters.discord.scripted import png
from tests.adapters.discord.whole import life, room
from tests.fakes.engine import painted

ANSWERS = r"/messages$"
GOOGLE = {"Via": "1.1 google"}
DONE = "Did: make it night"

ONCE = Books(events=1, jobs={"done": 2}, replies={"delivered": 1})
"""One wish, read and carried out, with one answer."""
REFUSED = Books(events=1, jobs={"done": 2}, replies={"failed": 1})
"""The same, with an answer that Discord will never take."""


# What happens to the answer → how long the courier waits before its next tries, in seconds.
ON_THE_WAY: dict[str, tuple[dict[str, Any], list[float]]] = {
    "429 with Via: a rate limit": ({"status": 429, "headers": GOOGLE, "retry_after": 0.05}, []),
    "429 for a quarter of an hour": ({"status": 429, "headers": GOOGLE, "retry_after": 900.0}, [900.0]),
    "429 without Via: a ban": ({"status": 429, "headers": {"Retry-After": "77"}}, [77.0]),
    "429 without Via or time": ({"status": 429}, [30.0]),
    "401: the token was reset": ({"status": 401}, [300.0]),
    "500, once": ({"status": 500}, []),
    "500, a storm": ({"status": 500, "times": 6}, [15.0]),
    "500, but it was posted": ({"status": 500, "delivered": True}, []),
    "502, a storm": ({"status": 502, "times": 6}, [15.0]),
    "503": ({"status": 503}, [15.0]),
    "503, a storm": ({"status": 503, "times": 3}, [15.0] * 3),
    "504, once": ({"status": 504}, []),
    "504, a storm, and nothing was posted": ({"status": 504, "times": 5}, [1.0]),
    "504, a storm, but it was posted": ({"status": 504, "times": 5, "delivered": True}, []),
    "reset before it was posted": ({"reset": True}, [1.0]),
    "reset, again and again": ({"reset": True, "times": 3}, [1.0, 2.0, 5.0]),
    "reset after it was posted": ({"reset": True, "delivered": True}, []),
    "silence, and nothing was posted": ({"silent": True}, [1.0]),
    "silence, but it was posted": ({"silent": True, "delivered": True}, []),
}


@pytest.mark.parametrize("name", ON_THE_WAY)
async def test_an_answer_arrives_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: Counter[float]
) -> None:
    how, waits = ON_THE_WAY[name]
    if how.get("silent"):
        monkeypatch.setattr("adapters.discord.outbound.SEND_SECONDS", 0.5)
    async with room(tmp_path, monkeypatch) as r:
        fault = r.wire.fail("POST", ANSWERS, **how)
        thread = await r.wish("make it night")
        assert await r.hears(thread, 1) == [DONE]
        assert fault.times == 0, "it never happened"
        assert r.said(thread) == [(DONE, painted(r.engine.edits[0].image, "make it night"))]
        assert await r.rests() == ONCE
        assert pauses == Counter(waits)


async def test_a_nonce_that_discord_forgot_does_not_double_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: Counter[float]
) -> None:
    monkeypatch.setattr("adapters.discord.outbound.SEND_SECONDS", 0.5)
    async with room(tmp_path, monkeypatch) as r:
        r.wire.fail("POST", ANSWERS, silent=True, delivered=True)
        thread = await r.wish("make it night")
        await until(lambda: r.texts(thread))
        r.wire.world.nonces.clear()
        assert await r.hears(thread, 1) == [DONE]
        assert await r.rests() == ONCE


async def test_a_bot_that_dies_after_a_time_out_finds_its_answer_in_the_next_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: Counter[float]
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        monkeypatch.setattr("bot.outbox.LAST_SEND", 0.1)
        r.wire.fail("POST", ANSWERS, silent=True, delivered=True)
        thread = await r.wish("make it night")
        await until(lambda: r.texts(thread))
        await r.app.stop()
        r.wire.world.nonces.clear()
        async with life(r):
            assert await r.hears(thread, 1) == [DONE]
            assert await r.rests() == ONCE


# ---------------------------------------------------------------- what Discord will never take

FOR_GOOD: dict[str, tuple[int, int]] = {
    "the bot may not write there": (403, 50013),
    "the bot can't see the channel any more": (403, 50001),
    "the channel or thread is gone": (404, 10003),
    "the thread is locked": (400, 50083),
    "the form is wrong": (400, 50035),
}


@pytest.mark.parametrize("name", FOR_GOOD)
async def test_an_answer_that_discord_refuses_is_tried_once_and_the_admin_is_told_once(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pauses: Counter[float],
    caplog: pytest.LogCaptureFixture,
) -> None:
    status, code = FOR_GOOD[name]
    async with room(tmp_path, monkeypatch) as r:
        r.wire.fail("POST", ANSWERS, status=status, code=code, message="No")
        thread = await r.wish("make it night")
        await until(lambda: "was rejected" in caplog.text)
        assert await r.rests() == REFUSED
        assert len(r.wire.calls("POST", ANSWERS)) == 1
        assert r.texts(thread) == []
        assert not pauses
        assert caplog.text.count("was rejected") == 1
        assert str(code) in caplog.text
        await r.wish("make it blue", channel=thread, mention=False)
        assert await r.hears(thread, 1) == ["Did: make it blue"], "the next wish is heard"


@pytest.mark.parametrize("code", [0, 40005], ids=["413", "413 with code 40005"])
async def test_a_picture_over_the_limit_comes_smaller_and_says_so(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.engine.outcomes.append(grainy())
        r.wire.fail("POST", ANSWERS, status=413, code=code, message="Request entity too large")
        thread = await r.wish("make it night")
        assert await r.hears(thread, 1) == [DONE]
        ((_, picture),) = r.said(thread)
        assert picture is not None
        assert picture.startswith(b"\xff\xd8"), "a JPEG"
        assert len(picture) <= len(grainy().image) // 2
        assert "smaller" in r.wire.bot_messages(thread)[0]["content"]
        assert await r.rests() == ONCE


async def test_where_no_picture_fits_the_words_come_alone_and_say_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.wire.world.upload_limit = 0
        thread = await r.wish("make it night")
        assert await r.hears(thread, 1) == [DONE]
        assert r.said(thread) == [(DONE, None)]
        assert "too large" in r.wire.bot_messages(thread)[0]["content"]
        assert await r.rests() == ONCE


def grainy() -> Edited:
    """A picture that takes half a megabyte."""
    out = io.BytesIO()
    Image.frombytes("RGB", (400, 300), random.Random(1).randbytes(400 * 300 * 3)).save(out, "PNG")
    return Edited(out.getvalue(), "image/png", 400, 300, editor="exact", seed=1, seconds=0.0)


async def test_a_thread_deleted_while_the_bot_paints_takes_its_jobs_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.engine.hold()
        thread = await r.wish("make it night")
        await r.engine.started.wait()
        gone = {"id": str(thread), "guild_id": str(r.wire.world.guild_id), "type": 11}
        r.wire.remove_channel(thread)
        await r.wire.gateway.emit("THREAD_DELETE", {**gone, "parent_id": str(r.wire.world.general)})
        assert (await r.rests()).jobs == {"done": 1, "cancelled": 1}
        assert r.engine.cancelled == {r.engine.edits[0].id}
        r.engine.release()
        other = await r.wish("make it blue")
        assert await r.hears(other, 1) == ["Did: make it blue"]
        assert (await r.rests()).replies == {"delivered": 1}


async def test_a_server_that_puts_the_bot_out_takes_its_jobs_along_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.engine.hold()
        chat = r.wire.world.direct(r.wire.world.ann)
        await r.wish("make it night")
        await r.wish("make it blue", channel=chat, mention=False)
        await until(lambda: len(r.engine.running) == 2)
        await r.wire.gateway.emit("GUILD_DELETE", {"id": str(r.wire.world.guild_id)})
        await until(lambda: r.engine.cancelled)
        r.engine.release()
        assert await r.hears(chat, 1) == ["Did: make it blue"]
        end = await r.rests()
        assert (end.jobs, end.replies) == ({"done": 3, "cancelled": 1}, {"delivered": 1})
        assert "was rejected" not in caplog.text, "nothing was tried where nobody hears it"


# ---------------------------------------------------------------- pictures that don't come

FILES: dict[str, dict[str, Any]] = {
    "404": {"status": 404, "times": 2},
    "the link has expired": {"status": 403, "times": 2},
    "5xx, again and again": {"status": 503, "times": 2},
    "broken off, again and again": {"half": "breaks", "times": 3},
    "never begins": {"silent": True},
    "stalls in the middle": {"half": "stalls"},
}


@pytest.mark.parametrize("name", FILES)
async def test_a_picture_that_cannot_be_had_is_told_once_and_asked_for(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.attachments.FETCH_SECONDS", 0.5)
    async with room(tmp_path, monkeypatch) as r:
        r.wire.fail("GET", "dog.png", **FILES[name])
        thread = await r.wish("make it night")
        assert await r.hears(thread, 1) == [replies.GONE]
        assert await r.rests() == Books(events=1, replies={"delivered": 1})
        r.wire.rest.faults.clear()
        await r.wire.post("", [("dog.png", png())], channel=thread)
        assert await r.hears(thread, 2) == [replies.GONE, DONE], "the wish was kept"


@pytest.mark.parametrize("how", [{"status": 503}, {"reset": True}, {"half": "breaks"}], ids=str)
async def test_a_picture_whose_download_breaks_once_is_had(
    how: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.wire.fail("GET", "dog.png", **how)
        thread = await r.wish("make it night")
        assert await r.hears(thread, 1) == [DONE]
        assert await r.rests() == ONCE


# ---------------------------------------------------------------- the session

RESUMED, ANEW = {"resumed": 1}, {"identified": 2}
CLOSED: dict[str, tuple[int, bool, dict[str, int]]] = {
    "1000, for no reason": (1000, True, RESUMED),
    "1001, a gateway is replaced": (1001, True, RESUMED),
    "4000, an error": (4000, True, RESUMED),
    "4000, and the session is lost (op 9)": (4000, False, ANEW),
    "4007, a wrong sequence": (4007, False, ANEW),
    "4009, the session timed out": (4009, False, ANEW),
}


@pytest.mark.parametrize("name", CLOSED)
async def test_what_is_done_and_said_during_a_break_is_handled_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: Counter[float]
) -> None:
    code, resumes, after = CLOSED[name]
    async with room(tmp_path, monkeypatch) as r:
        r.engine.hold()
        thread = await r.wish("make it night")
        await r.engine.started.wait()
        r.wire.gateway.accepts_resume = resumes
        r.wire.gateway.replay_extra = 2
        await r.wire.gateway.drop(code=code)
        await r.wish("make it blue", channel=thread, mention=False)
        r.engine.release()
        await r.wire.gateway.wait_for_session(**after)
        assert await r.hears(thread, 2) == [DONE, "Did: make it blue"]
        end = await r.rests()
        assert (end.events, end.jobs, end.replies) == (2, {"done": 4}, {"delivered": 2})


FINAL: dict[int, str] = {4004: "refuses the token", 4014: "refuses the message content intent"}


@pytest.mark.parametrize("code", FINAL)
async def test_a_final_close_is_told_to_the_admin_and_what_is_to_be_said_is_kept(
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pauses: Counter[float],
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.engine.hold()
        thread = await r.wish("make it night")
        await r.engine.started.wait()
        await r.wire.gateway.drop(code=code)
        await until(lambda: "Discord is off" in caplog.text)
        assert caplog.text.count(FINAL[code]) == 1
        r.engine.release()
        await until(lambda: pauses)
        assert set(pauses) == {5.0}, "not connected"
        await r.app.stop()
        assert r.texts(thread) == []
        async with life(r):  # the admin has put it right
            assert await r.hears(thread, 1) == [DONE]
            assert await r.rests() == ONCE


MALFORMED: dict[str, tuple[str, dict[str, Any]]] = {
    "a message without an author": ("MESSAGE_CREATE", {"id": "1", "channel_id": "1"}),
    "a reaction to nothing": ("MESSAGE_REACTION_ADD", {"emoji": {}}),
    "an empty press": ("INTERACTION_CREATE", {}),
    "a server without an id": ("GUILD_CREATE", {"name": "?"}),
    "an event of next year": ("PAINTING_CREATE", {"id": "1"}),
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_payload_that_cannot_be_read_costs_nobody_an_answer(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: Counter[float]
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.engine.hold()
        thread = await r.wish("make it night")
        await r.engine.started.wait()
        await r.wire.gateway.emit(*MALFORMED[name])
        await r.wish("make it blue", channel=thread, mention=False)
        r.engine.release()
        assert await r.hears(thread, 2) == [DONE, "Did: make it blue"]
        end = await r.rests()
        assert (end.events, end.jobs, end.replies) == (2, {"done": 4}, {"delivered": 2})


async def test_an_answer_waits_for_a_discord_that_is_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: Counter[float]
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        thread = await r.wish("ask me something")
        assert await r.hears(thread, 1) == ["Which one?"]
        r.engine.hold()
        await r.wish("make it night", channel=thread, mention=False)
        await r.engine.started.wait()
        port = r.wire.port
        await r.wire.stop()
        r.engine.release()
        await until(lambda: pauses)
        await r.wire.start(port)
        assert await r.hears(thread, 2) == ["Which one?", DONE]
        assert (await r.rests()).replies == {"delivered": 2}
