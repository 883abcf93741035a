"""Never does the bot's own name end up in a wish, nor anything else get lost from it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Message

from adapters.telegram.wording import Command, Words, read_command, read_words
from tests.fakes.telegram_world import entities_in, units

BOT: Any = SimpleNamespace(id=42, username="paint_bot")


def message(text: str, *, caption: bool = False, entities: list[dict[str, Any]] | None = None) -> Message:
    words, marks = ("caption", "caption_entities") if caption else ("text", "entities")
    found = entities_in(text) if entities is None else entities
    raw = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, words: text, marks: found}
    return Message.de_json(raw, None)


PLAIN = st.text(st.characters(exclude_characters="@/", exclude_categories=("Cs", "Zs", "Zl", "Zp", "Cc")))


@given(PLAIN, PLAIN, st.booleans())
def test_only_the_mention_goes(before: str, after: str, caption: bool) -> None:
    text = f"{before} @paint_bot {after}"
    words = read_words(message(text, caption=caption), BOT)
    assert words.mentioned
    assert "".join(words.text.split()) == (before + after).strip().lstrip(",:")


def test_a_mention_by_id_counts_though_it_may_be_called_anything() -> None:
    mark = {"type": "text_mention", "offset": units("🐆 "), "length": 7}
    named = mark | {"user": {"id": 42, "is_bot": True, "first_name": "Painter"}}
    assert read_words(message("🐆 Painter make it night", entities=[named]), BOT) == Words(
        "🐆 make it night", True
    )
    other = mark | {"user": {"id": 7, "is_bot": False, "first_name": "Painter"}}
    assert not read_words(message("🐆 Painter make it night", entities=[other]), BOT).mentioned


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/undo", Command("undo", False, False)),
        ("/UNDO@Paint_Bot please", Command("undo", True, False, "please")),
        ("/share  On ", Command("share", False, False, "on")),
        ("/undo@other_bot", Command("undo", False, True)),
        ("please /undo", None),
        ("undo", None),
        ("", None),
    ],
)
def test_a_command_stands_at_the_beginning(text: str, command: Command | None) -> None:
    assert read_command(message(text), BOT) == command
    assert read_command(message(text, caption=True), BOT) == command
