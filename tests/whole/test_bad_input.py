"""Nothing a person sends, through the real web chat, is met with silence, a crash or a lost conversation."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from bot.settings import Admin, Limits, Settings, Web
from engine.jobs import Failed
from tests.fakes.engine import ScriptedEngine
from tests.whole.chat import Chat, visitor
from tests.whole.photos import moving, phone_photo, png_header, small_photo


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
async def ann(tmp_path: Path, engine: ScriptedEngine) -> AsyncIterator[Chat]:
    settings = Settings(
        data_dir=tmp_path, web=Web(port=0), admin=Admin(enabled=False), limits=Limits(upload_mb=2)
    )
    async with App(settings, engine) as app, visitor(app.adapters["web"].url) as chat:  # type: ignore[attr-defined]
        yield chat


async def still_works(chat: Chat) -> None:
    """The next wish is served as if nothing had been."""
    (answer,) = await chat.say("a red hat", small_photo())
    assert answer["decision"] == "edit"
    assert answer["image"] is not None


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"hello, I am a text", "can't read that file as a picture"),
        (b"", "empty"),
        (small_photo()[:3000], "damaged"),
        (png_header(0, 40), "can't read|only"),
        (png_header(1, 1), "only 1×1"),
        (png_header(60_000, 60_000), "too many pixels"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "can't read"),
        (b"%PDF-1.7", "can't read"),
    ],
    ids=["text", "empty", "truncated", "0xN", "1x1", "bomb", "svg as png", "pdf as png"],
)
async def test_a_bad_file_gets_one_sentence(ann: Chat, file: bytes, sentence: str) -> None:
    answers = await ann.say("make it night", file)
    assert len(answers) == 1
    assert re.search(sentence, answers[0]["text"]), answers[0]["text"]
    await still_works(ann)


async def test_a_file_over_the_limit_is_refused_while_it_comes_in(ann: Chat) -> None:
    response = await ann.write("make it night", [b"\xff" * 3_000_000])
    assert response.status == 413
    assert "2 MB" in (await response.json())["error"]
    assert (await ann.show())["messages"] == []
    await still_works(ann)


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG"])
async def test_an_animation_gives_its_first_frame_and_that_is_said(ann: Chat, file_format: str) -> None:
    answers = await ann.say("a hat", moving(file_format))
    assert any("first frame" in answer["text"] for answer in answers)
    assert answers[-1]["image"] is not None


async def test_a_turned_photo_is_kept_upright_without_metadata(ann: Chat) -> None:
    await ann.say("ask", phone_photo(640, 480))
    (upload,) = [m for m in (await ann.show())["messages"] if m["image"]]
    picture = await ann.picture(upload)
    assert picture.size == (480, 640)
    assert not picture.getexif()


async def test_a_wish_without_a_picture_is_kept_for_the_picture(ann: Chat, engine: ScriptedEngine) -> None:
    (answer,) = await ann.say("make it night")
    assert "picture" in answer["text"] or "photo" in answer["text"]
    (answer,) = await ann.say("", small_photo())
    assert answer["decision"] == "edit"
    assert engine.edits[-1].instruction == "make it night"


async def test_a_picture_without_a_wish_is_asked_for_one(ann: Chat) -> None:
    (answer,) = await ann.say("", small_photo())
    assert answer["text"].endswith("?")
    (answer,) = await ann.say("a hat")
    assert answer["image"] is not None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x" * 5000, "5,000 characters"),
        ("🎉🎉", "in words"),
        ("мне нужен другой фон", "English"),
        ("mach bitte den Hintergrund blau", "English"),
    ],
    ids=["long", "emoji", "russian", "german"],
)
async def test_a_bad_wish_gets_one_sentence_and_the_picture_stays(
    ann: Chat, text: str, sentence: str
) -> None:
    (answer,) = await ann.say(text, small_photo())
    assert sentence in answer["text"]
    (answer,) = await ann.say("a hat")
    assert answer["image"] is not None


async def test_an_empty_message_is_answered(ann: Chat) -> None:
    response = await ann.write("   ")
    if response.status == 200:
        assert (await ann.answers(set()))[0]["text"]
    else:
        assert (await response.json())["error"]
    await still_works(ann)


async def test_markup_and_mentions_stay_plain_text(ann: Chat) -> None:
    wish = "<b>@everyone</b> **bold** <@123> <script>alert(1)</script>"
    await ann.say(wish, small_photo())
    mine = [m for m in (await ann.show())["messages"] if m["speaker"] == "user"]
    assert mine[0]["text"] == wish


async def test_a_failed_edit_leaves_picture_and_conversation(
    ann: Chat, engine: ScriptedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.outcomes.extend([Failed("It broke.", "boom"), Failed("It broke.", "boom")])
    with caplog.at_level(logging.WARNING):
        answers = await ann.say("a hat", small_photo())
    assert "It broke." in answers[-1]["text"]
    assert "boom" in caplog.text
    before = await ann.head()
    await still_works(ann)
    assert before
