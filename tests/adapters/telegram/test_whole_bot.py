"""Never does a person on Telegram wait in vain for an answer: the whole bot, all but the models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app import App
from tests.adapters.telegram.support import png
from tests.adapters.telegram.whole import Room, room
from tests.fakes.engine import ScriptedEngine, painted
from tests.fakes.telegram_api import FakeTelegram
from tests.fakes.telegram_world import JSON


async def test_the_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.say("ask about the animal", photo=png())
        await r.reads("Which one?")
        r.say("a cheetah")
        first = await r.sees(lambda shown: shown[-1].kind == "photo")
        assert first.file == painted(r.engine.edits[0].image, "a cheetah")
        assert [data.partition(":")[0] for _, data in first.buttons] == ["undo", "compare"]

        r.say("make it winter")
        second = await r.sees(lambda shown: len([m for m in shown if m.kind == "photo"]) == 2)
        assert r.engine.edits[1].image == first.file

        r.telegram.react(r.chat, r.ann, second.message_id, ["👎"])
        back = await r.sees(lambda shown: len([m for m in shown if m.kind == "photo"]) == 3)
        assert back.file == first.file
        r.telegram.react(r.chat, r.ann, second.message_id, [], ["👎"])
        again = await r.sees(lambda shown: len([m for m in shown if m.kind == "photo"]) == 4)
        assert again.file == second.file

        (undo,) = [data for _, data in again.buttons if data.startswith("undo")]
        r.telegram.press(r.chat, r.ann, again.message_id, undo)
        back = await r.sees(lambda shown: len([m for m in shown if m.kind == "photo"]) == 5)
        assert back.file == first.file

        r.say("make it blue", reply_to=second.message_id)
        await r.sees(lambda shown: len([m for m in shown if m.kind == "photo"]) == 6)
        assert r.engine.edits[-1].image == second.file, "a reply to an older picture starts from it"

        r.say("/reset")
        upload = await r.sees(lambda shown: len([m for m in shown if m.kind == "photo"]) == 7)
        assert upload.file == r.engine.edits[0].image
        assert "…" not in [message.text for message in r.shown()]


async def test_an_edit_that_a_stop_interrupts_takes_its_status_message_after_the_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeTelegram() as telegram:
        r = Room(telegram, tmp_path, monkeypatch)
        r.engine.hold()
        async with App(r.settings, engine=r.engine):
            r.say("make it night", photo=png())
            status = await r.sees(lambda shown: shown[-1].buttons)
            assert status.buttons[0][1].startswith("cancel")
        async with App(r.settings, engine=ScriptedEngine()):
            done = await r.sees(lambda shown: shown[-1].text.startswith("Did"))
            assert (done.message_id, done.kind) == (status.message_id, "photo")
            r.say("ask me")
            await r.reads("Which one?")
        assert [message.text for message in r.shown()] == ["Did: make it night", "Which one?"]


def moving_sticker(r: Room) -> JSON:
    file = r.telegram.file(b"tgs", width=512, height=512, type="regular", is_animated=True, is_video=False)
    return {"media": {"sticker": file}}


BAD_INPUT: dict[str, tuple[Callable[[Room], JSON], str]] = {
    "no picture at all": (lambda _: {"document": b"%PDF-1.7", "name": "paper.png"}, ""),
    "cut off": (lambda _: {"document": png(size=(200, 200))[:200]}, ""),
    "empty": (lambda _: {"document": b""}, ""),
    "too large": (
        lambda r: {"media": {"document": r.telegram.file(b"x") | {"file_size": 30 << 20}}},
        "too large",
    ),
    "a moving sticker": (moving_sticker, ""),
    "a wish without a picture": (lambda _: {"text": "make it night"}, ""),
    "a picture without a wish": (lambda _: {"photo": png()}, ""),
    "a novel": (lambda _: {"text": "make it night " * 290, "photo": None}, ""),
    "another language": (lambda _: {"text": "mach bitte das Bild heller"}, "English"),
    "only emoji": (lambda _: {"text": "🐆🐆🐆"}, ""),
    "a voice message": (lambda r: {"media": {"voice": r.telegram.file(b"ogg", duration=2)}}, ""),
}


@pytest.mark.parametrize("name", BAD_INPUT)
async def test_bad_input_gets_one_sentence_and_the_next_wish_works(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, expected = BAD_INPUT[name]
    async with room(tmp_path, monkeypatch) as r:
        r.say(**make(r))
        answer = await r.sees(lambda shown: shown[-1].text not in ("", "…"))
        assert len(r.shown()) == 1
        assert expected in answer.text
        r.say("make it night", photo=png("green"))
        done = await r.sees(lambda shown: shown[-1].text.startswith("Did: make it night"))
        assert done.kind == "photo"


async def test_a_vanished_chat_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        bob = r.telegram.person("Bob")
        other = r.telegram.private(bob)
        r.engine.hold()
        r.telegram.post(other, bob, "make it night", photo=png("blue"))
        await r.engine.started.wait()
        r.telegram.lose(other, "blocked")
        r.engine.release()
        r.say("make it night", photo=png())
        assert (await r.reads("Did: make it night")).kind == "photo"
