"""What the bot says never formats, never links and is never read otherwise than it was meant."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.discord.text import escape, fit, length, thread_name
from tests.fakes.discord_wire import DiscordWire

as_read = DiscordWire.as_read
marks = st.text(alphabet="ab1 \n\\*_~|`<>[]()#+-.:/@everyonehere", max_size=60)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), marks))
@example("[a](b) **bold** (c)")
@example("1. one\n  2. two\n-# small\n> quote")
@example("@everyone <@1> <#2> <:smile:3> <t:4> https://example.org/a_b")
def test_people_read_what_was_said(text: str) -> None:
    assert as_read(escape(text)) == text


@settings(deadline=None)
@given(marks)
def test_no_mark_is_left_alive(text: str) -> None:
    escaped = escape(text)
    assert not re.search(r"^\s*(?:[>#+-]|\d+\.)", escaped, re.MULTILINE)
    assert not re.search(r"@(?:everyone|here)|://", escaped.replace("\\@", "").replace("\\:", ""))
    assert not re.search(r"[*_~|`<\[]", re.sub(r"\\[^0-9A-Za-z\s]", "", escaped))


@settings(deadline=None)
@given(marks.map(lambda text: text * 3), st.integers(20, 80))
def test_a_cut_never_ends_inside_an_escape(text: str, room: int) -> None:
    cut = fit(text, room)
    assert len(cut) <= room
    shown = as_read(cut)
    assert shown == text or (shown[-1] == "…" and text.startswith(shown[:-1]))


FAMILY, THUMB, ACCENT = "👩\u200d👩\u200d👧", "👍🏽", "e\u0301"


@settings(deadline=None)
@given(st.sampled_from([FAMILY, THUMB, ACCENT, "❤\ufe0f"]), st.integers(20, 40), st.integers(0, 5))
def test_a_cut_never_goes_through_an_emoji_or_a_letter(sign: str, room: int, before: int) -> None:
    cut = fit("x" * before + sign * 40, room)
    assert length(cut) <= room
    kept = cut.removesuffix("…").removeprefix("x" * before)
    assert kept == sign * (len(kept) // len(sign))
    assert length(kept + sign) > room - before - 3 * length(sign), "no more is cut than needed"


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("", "Picture edit"),
        ("  make\n it  night ", "make it night"),
        ("x" * 200, "x" * 100),
        ("x" + "🐆" * 60, "x" + "🐆" * 49),
        ("שלום " * 30, ("שלום " * 20).strip()),
    ],
)
def test_a_thread_has_a_name_that_discord_takes(wish: str, name: str) -> None:
    assert thread_name(wish) == name
