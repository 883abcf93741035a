"""Never is a picture that came in its original quality given back in a lesser one, or a hidden one shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.events import StatusUpdate
from tests.adapters.telegram.support import desk, png
from tests.adapters.telegram.whole import room
from tests.fakes.engine import painted


async def test_what_is_made_of_a_document_comes_as_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.say("make it night", document=png(), name="beach.png")
        first = await r.reads("Did: make it night")
        assert (first.kind, first.file) == ("document", painted(r.engine.edits[0].image, "make it night"))
        r.say("make it winter")
        assert (await r.reads("Did: make it winter")).kind == "document"
        r.say("/compare")
        assert (await r.reads("Before and after")).kind == "photo", "to be looked at"
        r.say("/reset")
        assert (await r.reads("Back to the picture")).kind == "document"
        r.say("make it blue", photo=png("green"))
        assert (await r.reads("Did: make it blue")).kind == "photo"
        r.say("make it red", reply_to=first.message_id)
        assert (await r.reads("Did: make it red")).kind == "document", "a branch of the first"


async def test_anybodys_document_that_is_answered_comes_back_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.chat = r.telegram.group()
        theirs = r.telegram.post(r.chat, r.telegram.person("Bob"), document=png())
        r.say("@paint_bot make it night", reply_to=theirs.message_id)
        assert (await r.reads("Did: make it night")).kind == "document"


async def test_a_hidden_photo_and_its_edits_stay_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        r.say("make it night", photo=png(), extra={"has_media_spoiler": True})
        done = await r.reads("Did: make it night")
        assert done.spoiler
        r.say("make it blue", photo=png("green"))
        assert not (await r.reads("Did: make it blue")).spoiler


async def test_a_preview_is_hidden_like_its_picture() -> None:
    async with desk() as d:
        for hidden in (True, False):
            update = StatusUpdate(f"job-{hidden}", d.where(), "Painting …", spoiler=hidden)
            message = await d.adapter.show_status(update)
            await d.adapter.show_status(replace(update, message=message, preview=png()))
            shown = d.telegram.shown(d.chat)[-1]
            assert (shown.kind, shown.spoiler) == ("photo", hidden)
