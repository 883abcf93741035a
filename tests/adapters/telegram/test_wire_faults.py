"""Whatever breaks between the bot and Telegram: nothing is lost, nothing is said twice, people are told once.

Each test ends with the same three looks: the store, what stands in the chat, and that it goes on. What a
single call makes of an answer stands in test_delivered_once.py, what polling does in test_updates_survive.py.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Literal

import pytest

from bot import replies
from tests.adapters.aftermath import Books, until
from tests.adapters.telegram.support import png
from tests.adapters.telegram.whole import Room, life, room, swiftly
from tests.fakes.engine import painted
from tests.fakes.telegram_api import Fault, bad_gateway, error, flood, garbage, hang, reset

DONE = "Did: make it night"

ONCE = Books(events=1, jobs={"done": 2}, replies={"delivered": 1})
"""One wish, read and carried out, with one answer."""
ASKED = Books(events=1, jobs={"done": 1}, replies={"delivered": 1})
REFUSED = Books(events=1, jobs={"done": 2}, replies={"failed": 1})

ILL: dict[str, list[Fault]] = {
    "429, for 7 seconds": [flood(7)],
    "429, again and again": [flood(3), flood(3), flood(3)],
    "500": [error(500, "Internal Server Error")],
    "502 with a page of HTML": [bad_gateway()],
    "5xx, a storm": [bad_gateway(), Fault(503, "<html>"), Fault(504, "<html>"), error(500, "Internal")],
    "an answer that is no JSON": [garbage()],
    "401: the token was reset": [error(401, "Unauthorized")],
    "404": [error(404, "Not Found")],
    "silence, and nothing was done": [hang("before")],
    "silence, but it was done": [hang("after")],
    "reset before it was done": [reset("before")],
    "reset after it was done": [reset("after")],
}
"""How a call may go wrong and be all right later."""


def shown(r: Room) -> list[tuple[str, bytes | None]]:
    return [(message.text, message.file) for message in r.shown()]


@pytest.mark.parametrize("name", ILL)
async def test_a_picture_arrives_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: Counter[float]
) -> None:
    swiftly(monkeypatch)
    async with room(tmp_path, monkeypatch) as r:
        r.telegram.fail("editMessageMedia", *ILL[name])
        r.say("make it night", photo=png())
        assert await r.hears(1) == [DONE]
        assert shown(r) == [(DONE, painted(r.engine.edits[0].image, "make it night"))]
        assert await r.rests() == ONCE
        if name.startswith("429"):
            waits = Counter({7.0: 1} if "7" in name else {3.0: 3})
            assert pauses == waits, "as long as Telegram asked for"


@pytest.mark.parametrize("name", ILL)
async def test_a_question_arrives_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: Counter[float]
) -> None:
    """After a time-out that delivered, the same edit is answered "message is not modified"."""
    swiftly(monkeypatch)
    async with room(tmp_path, monkeypatch) as r:
        r.telegram.fail("editMessageText", *ILL[name])
        r.say("ask me something", photo=png())
        assert await r.hears(1) == ["Which one?"]
        assert [message.text for message in r.shown()] == ["Which one?"]
        assert await r.rests() == ASKED


@pytest.mark.parametrize("name", ILL)
async def test_an_answer_whose_place_could_not_be_made_arrives_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: Counter[float]
) -> None:
    """A dot that the bot was not told of stays behind: at most one."""
    swiftly(monkeypatch)
    async with room(tmp_path, monkeypatch) as r:
        r.telegram.fail("sendMessage", *ILL[name])
        r.say("make it night", photo=png())
        assert await r.hears(1) == [DONE]
        strays = 1 if "but it was done" in name or "after it was done" in name else 0
        assert len(r.shown()) == 1 + strays
        assert await r.rests() == ONCE


@pytest.mark.parametrize("method", ["editMessageMedia", "sendMessage"])
async def test_a_bot_that_dies_after_a_time_out_says_it_once_in_the_next_life(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: Counter[float]
) -> None:
    swiftly(monkeypatch, request_seconds=30.0)
    monkeypatch.setattr("bot.outbox.LAST_SEND", 0.1)
    async with room(tmp_path, monkeypatch) as r:
        r.telegram.fail(method, hang("after"))
        r.say("make it night", photo=png())
        await until(r.shown)
        await until(lambda: method == "sendMessage" or r.texts())
        await r.app.stop()
        async with life(r):
            assert await r.hears(1) == [DONE]
            assert await r.rests() == ONCE


async def test_one_chat_s_flood_wait_does_not_stop_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        bob = r.telegram.person("Bob")
        other = r.telegram.private(bob)
        r.telegram.fail("editMessageMedia", flood(600))
        r.say("make it night", photo=png())
        await until(lambda: "again in 600 s" in caplog.text)
        r.telegram.post(other, bob, "make it blue", photo=png())
        await until(lambda: r.texts(other) == ["Did: make it blue"])
        assert r.texts() == []


# ---------------------------------------------------------------- what Telegram will never take

FOR_GOOD: dict[str, Fault] = {
    "blocked by the user": error(403, "Forbidden: bot was blocked by the user"),
    "the user is gone": error(403, "Forbidden: user is deactivated"),
    "kicked from the group": error(403, "Forbidden: bot was kicked from the supergroup chat"),
    "the chat was deleted": error(400, "Bad Request: chat not found"),
    "the bot may not write there": error(
        400, "Bad Request: not enough rights to send text messages to the chat"
    ),
    "the topic is closed": error(400, "Bad Request: TOPIC_CLOSED"),
    "the topic was deleted": error(400, "Bad Request: message thread not found"),
}


@pytest.mark.parametrize("name", FOR_GOOD)
async def test_an_answer_that_telegram_refuses_is_given_up_and_the_admin_is_told_once(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pauses: Counter[float],
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.telegram.fail("sendMessage", *[FOR_GOOD[name]] * 2)
        r.say("make it night", photo=png())
        await until(lambda: "was rejected" in caplog.text)
        assert await r.rests() == REFUSED
        assert caplog.text.count("was rejected") == 1
        assert r.shown() == []
        assert not pauses
        r.say("make it blue")
        assert await r.hears(1) == ["Did: make it blue"], "the next wish is heard"


@pytest.mark.parametrize("how", ["blocked", "kicked", "deleted"])
async def test_a_chat_that_is_lost_while_the_bot_paints_costs_the_others_nothing(
    how: Literal["blocked", "kicked", "deleted"],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pauses: Counter[float],
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        bob = r.telegram.person("Bob")
        other = r.telegram.group() if how == "kicked" else r.telegram.private(bob)
        r.engine.hold()
        r.telegram.post(other, bob, "@paint_bot make it blue", photo=png("blue"))
        r.say("make it night", photo=png())
        await until(lambda: len(r.engine.running) == 2)
        r.telegram.lose(other, how)
        if how != "deleted":
            await until(lambda: r.engine.cancelled)
        r.engine.release()
        assert await r.hears(1) == [DONE]
        end = await r.rests()
        left = {"done": 3, "cancelled": 1} if how != "deleted" else {"done": 4}
        assert (end.jobs, end.replies["delivered"]) == (left, 1)
        assert r.texts(other) == []


async def test_a_group_that_moves_while_the_bot_paints_gets_its_answer_there_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: Counter[float]
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        group = r.telegram.group(admins=[r.telegram.me.id])
        r.engine.hold()
        r.telegram.post(group, r.ann, "@paint_bot make it night", photo=png())
        await r.engine.started.wait()
        new, _ = r.telegram.migrate(group, r.ann)
        await r.telegram.confirmed()
        r.engine.release()
        assert await r.hears(1, new) == [DONE]
        assert (await r.rests()).replies == {"delivered": 1}


async def test_a_wish_that_is_deleted_meanwhile_is_answered_without_a_quote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ "Message to be replied not found" is no reason to say nothing."""
    async with room(tmp_path, monkeypatch) as r:
        r.engine.hold()
        wish = r.say("make it night", photo=png())
        await r.engine.started.wait()
        r.telegram.delete(r.chat, wish)
        r.engine.release()
        assert await r.hears(1) == [DONE]
        assert await r.rests() == ONCE


@pytest.mark.parametrize(
    "refusal", ["Bad Request: message to edit not found", "Bad Request: message can't be edited"]
)
async def test_an_answer_whose_place_is_gone_gets_a_new_one(
    refusal: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.telegram.fail("editMessageMedia", error(400, refusal))
        r.say("make it night", photo=png())
        assert await r.hears(1) == [DONE]
        assert await r.rests() == ONCE


async def test_a_press_that_came_too_late_for_telegram_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.say("make it night", photo=png())
        await r.hears(1)
        too_old = error(
            400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
        r.telegram.fail("answerCallbackQuery", too_old)
        (undo,) = [data for _, data in r.shown()[0].buttons if data.startswith("undo")]
        r.telegram.press(r.chat, r.ann, r.shown()[0].message_id, undo)
        assert await r.hears(2) == [DONE, replies.BACK_ONE]
        assert (await r.rests()).replies == {"delivered": 2}


# ---------------------------------------------------------------- pictures that don't come

FILES: dict[str, tuple[str, list[Fault]]] = {
    "Telegram has it no more": (
        "getFile",
        [error(400, "Bad Request: wrong file_id or the file is temporarily unavailable")],
    ),
    "too big for a bot": ("getFile", [error(400, "Bad Request: file is too big")]),
    "getFile: 5xx, again and again": ("getFile", [bad_gateway()] * 5),
    "getFile: silence, again and again": ("getFile", [hang("before")] * 5),
    "the link has expired": ("file", [Fault(404, "Not Found")] * 5),
    "the file: 5xx, again and again": ("file", [bad_gateway()] * 5),
    "the file: broken off, again and again": ("file", [reset("before")] * 5),
}


@pytest.mark.parametrize("name", FILES)
async def test_a_picture_that_cannot_be_had_is_told_once_and_asked_for(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swiftly(monkeypatch, request_seconds=0.3)
    method, faults = FILES[name]
    async with room(tmp_path, monkeypatch) as r:
        r.telegram.fail(method, *faults)
        r.say("make it night", photo=png())
        assert await r.hears(1) == [replies.GONE]
        assert await r.rests() == Books(events=1, replies={"delivered": 1})
        r.telegram.recover()
        r.say(photo=png())
        assert await r.hears(2) == [replies.GONE, DONE], "the wish was kept"


ONCE_ONLY: dict[str, tuple[str, Fault]] = {
    "getFile: 5xx": ("getFile", bad_gateway()),
    "getFile: 429": ("getFile", flood(1)),
    "getFile: silence": ("getFile", hang("before")),
    "the file: 5xx": ("file", bad_gateway()),
    "the file: broken off": ("file", reset("before")),
    "the link has expired": ("file", Fault(404, "Not Found")),
}


@pytest.mark.parametrize("name", ONCE_ONLY)
async def test_a_picture_whose_download_breaks_once_is_had(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swiftly(monkeypatch, request_seconds=0.3)
    async with room(tmp_path, monkeypatch) as r:
        r.telegram.fail(ONCE_ONLY[name][0], ONCE_ONLY[name][1])
        r.say("make it night", photo=png())
        assert await r.hears(1) == [DONE]
        assert await r.rests() == ONCE


# ---------------------------------------------------------------- updates

POLLS: dict[str, list[Fault]] = {
    "401": [error(401, "Unauthorized")] * 2,
    "404": [error(404, "Not Found")] * 2,
    "409: a second program": [error(409, "Conflict: terminated by other getUpdates request")] * 2,
    "429": [flood(1)],
    "5xx with pages of HTML": [bad_gateway(), Fault(503, "<html>"), Fault(504, "<html>")],
    "no JSON": [garbage()],
    "silence": [hang("before")],
    "reset": [reset("before"), reset("before")],
    "the answer with the updates is lost": [reset("after")],
}


@pytest.mark.parametrize("name", POLLS)
async def test_what_is_said_while_updates_fail_is_answered_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swiftly(monkeypatch, request_seconds=0.5)
    async with room(tmp_path, monkeypatch) as r:
        r.telegram.fail("getUpdates", *POLLS[name])
        r.say("make it night", photo=png())
        assert await r.hears(1) == [DONE]
        r.telegram.redeliver()
        await r.telegram.confirmed()
        assert await r.rests() == ONCE


async def test_a_poison_update_between_two_wishes_costs_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.say("make it night", photo=png())
        r.telegram.push("message", {"message_id": "no number", "chat": 7})
        r.say("make it blue")
        assert await r.hears(2) == [DONE, "Did: make it blue"]
        assert (await r.rests()).events == 2
        assert caplog.text.count("can't be read; it is kept as poison") == 1
