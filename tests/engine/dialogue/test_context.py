"""The model is never given more positions than it has, whatever was said; the newest turn always stays."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import replies
from engine.dialogue.context import POSITIONS, context, normal, read_reply, target
from engine.dialogue.living import living
from engine.jobs import Turn
from tests.engine.dialogue.tiny import tokenizer

TEXT = st.one_of(
    st.text(max_size=1000),
    st.lists(
        st.sampled_from(
            [
                "make",
                "the",
                "dog",
                "red.",
                "🐶",
                "Große",
                "ÑANDÚ",
                "50%",
                "please,",
                "https://x.example/ab?c=d",
            ]
        ),
        max_size=300,
    ).map(" ".join),
)


def length(text: str) -> int:
    return len(tokenizer()(text, verbose=False).input_ids)


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXT, min_size=1, max_size=12), st.lists(TEXT, max_size=8), st.booleans())
def test_it_always_fits(texts: list[str], applied: list[str], may_ask: bool) -> None:
    turns = [Turn("bot" if at % 2 else "user", text) for at, text in enumerate(texts)]
    made = context(turns, applied, may_ask, length)
    assert length(made) <= POSITIONS
    assert made.splitlines()[-1].startswith(f"{turns[-1].speaker}:") or "\n" not in made


def test_whole_turns_go_from_the_left_and_the_newest_stays() -> None:
    turns = [Turn("user", f"wish number {n} " + "word " * 12) for n in range(20)] + [
        Turn("user", "make it blue")
    ]
    lines = context(turns, ["make it night"], True, length).splitlines()
    assert lines[0] == "done: make it night"
    assert lines[-1] == "user: make it blue"
    assert all(line in {f"user: {normal(turn.text)}" for turn in turns} for line in lines[1:])
    assert 1 < len(lines) - 1 < len(turns)


def test_a_long_story_is_cut_at_its_start_because_the_wish_comes_last() -> None:
    story = "We were at the lake with my aunt and it rained the whole day. " * 15
    made = context([Turn("user", story + "Please remove the leash.")], [], True, length)
    assert made.endswith("please remove the leash.")
    assert made.startswith("user: we were")  # begins with a whole sentence


def test_a_reply_survives_being_written_and_read() -> None:
    assert read_reply(target("edit", "i made it blue.", "make it blue")) == (
        "edit",
        "make it blue",
        "i made it blue.",
    )
    assert target("edit", "i made it blue.", "make it blue") == "edit: make it blue"
    assert read_reply(target("edit", "you left it to me.", "make it blue")) == (
        "edit",
        "make it blue",
        "you left it to me.",
    )
    assert read_reply(target("undo", "okay, 2 steps back.", "2")) == ("undo", "2", "okay, 2 steps back.")
    assert read_reply(target("ask", "Which colour?", None)) == ("ask", None, "which colour?")


def test_only_what_still_counts_is_read() -> None:
    night = [Turn("user", "make it night"), Turn("bot", "I made it night.")]
    hat = [Turn("user", "add a hat"), Turn("bot", "I added a hat.")]
    thanks = [Turn("user", "thanks"), Turn("bot", "You're welcome!")]
    undone = [Turn("user", "forget that"), Turn("bot", "Back to the picture before.")]
    anew = [Turn("user", "start over"), Turn("bot", "Back to the picture you sent.")]
    asked = [Turn("user", "change the background"), Turn("bot", "What should the background become?")]
    now = Turn("user", "blue")
    assert living([*night, *thanks, now]) == [*night, now]
    assert living([*night, *hat, *undone, now]) == [*night, now]
    assert living([*night, *hat, *anew, *asked, now]) == [*asked, now]
    twice = [Turn("user", "back two"), Turn("bot", "Back by 2 pictures.")]
    assert living([*night, *hat, *twice, now]) == [now]
    assert living([now]) == [now]


def test_what_was_taken_back_and_brought_back_counts_again() -> None:
    night = [Turn("user", "make it night"), Turn("bot", "I made it night.")]
    hat = [Turn("user", "add a hat"), Turn("bot", "I added a hat.")]
    undone, redone = Turn("bot", replies.BACK_ONE), Turn("bot", replies.REDONE)
    anew, now = Turn("bot", replies.BACK_TO_UPLOAD), Turn("user", "bigger")
    assert living([*night, *hat, undone, now]) == [*night, now]
    assert living([*night, *hat, undone, redone, now]) == [*night, *hat, now]
    assert living([*night, *hat, undone, undone, redone, now]) == [*night, now]
    assert living([*night, *hat, anew, redone, now]) == [*night, *hat, now]
    assert living([*night, undone, *hat, redone, now]) == [*hat, now]  # there is nothing to bring back
