"""An export never holds a word that was not shared, nor says of a decision what the model did not see."""

from __future__ import annotations

import asyncio
import sqlite3
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.events import UserRef
from engine.dialogue.anonymous import anonymous
from engine.dialogue.from_store import from_store
from engine.dialogue.grammar.examples import Example
from engine.dialogue.stream import read_examples
from engine.jobs import Cancelled, DialogueJob, Refused
from tests.bot.world import BOB, World, photo, png

OWNER = UserRef("web", "918273645546372819", "Wendeline Zimmerli")
GUEST = UserRef("web", "k3VbTq9XyLm2RdWs8ZpNc4Hf", "Quentin")


def exported(world: World) -> list[Example]:
    out = world.data_dir / "shared.jsonl"
    lines = from_store(world.data_dir / "dialogpaint.db", out)
    examples = read_examples(out)
    assert len(examples) == lines
    return examples


def decided(example: Example) -> tuple[str, str, str | None]:
    return example.turns[-1].text, example.act, example.instruction


async def test_a_question_its_answer_and_the_edit(world: World) -> None:
    await world.say("ask about the animal", photo(png()))
    await world.say("a cheetah")
    await world.command("share", "on")
    first, second = exported(world)
    assert decided(first) == ("ask about the animal", "ask", None)
    assert decided(second) == ("a cheetah", "edit", "a cheetah")
    assert second.turns[:-1] == (*first.turns, type(first.turns[0])("bot", "Which one?"))


async def test_undo_and_start_over_in_words(world: World) -> None:
    for wish in ("one", "two", "three", "undo two of them", "more", "reset please", "sepia"):
        await world.say(wish, *([photo(png())] if wish == "one" else []))
    await world.command("share", "on")
    examples = exported(world)
    assert [decided(example) for example in examples[3:]] == [
        ("undo two of them", "undo", "2"),
        ("more", "edit", "more"),
        ("reset please", "reset", None),
        ("sepia", "edit", "sepia"),
    ]
    assert [example.applied for example in examples[4:]] == [("one",), ("one", "more"), ()]


async def test_what_a_button_took_back_is_in_no_history(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.say("green")
    await world.command("undo")
    await world.say("sepia")
    await world.command("share", "on")
    last = exported(world)[-1]
    assert (last.applied, [turn.text for turn in last.turns]) == (("blue",), ["blue", "Did: blue", "sepia"])
    await world.press("undo", world.adapter.sent[-2].actions[0].target)
    await world.command("redo")
    await world.say("more")
    assert exported(world)[-1].applied == ("blue", "sepia")


async def test_from_the_original_in_words_leaves_no_wrong_history(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.say("green")
    await world.say("redo everything from the original")
    await world.say("undo")
    await world.say("sepia")
    await world.command("share", "on")
    examples = exported(world)
    assert [decided(example)[0] for example in examples] == ["blue", "green", "sepia"]
    assert examples[-1].applied == world.engine.dialogues[-1].applied == ("blue", "green")


async def test_a_reply_to_an_older_picture_goes_on_from_there(world: World) -> None:
    await world.say("blue", photo(png()))
    older = world.ref(world.last)
    await world.say("green")
    await world.say("sepia", reply_to=older)
    await world.command("share", "on")
    assert exported(world)[-1].applied == ("blue",)


async def test_after_somebody_else_s_edit_nothing_is_guessed(world: World) -> None:
    await world.say("blue", photo(png()))
    mine = world.ref(world.last)
    await world.say("green", author=BOB)
    await world.say("sepia")
    await world.say("red", reply_to=mine)
    await world.command("share", "on")
    assert [decided(example)[0] for example in exported(world)] == ["blue", "red"]


async def test_a_wish_that_came_to_nothing_goes_with_its_questions(world: World) -> None:
    await world.say("ask something", photo(png()))
    world.engine.outcomes.append(Refused("I can't do that yet."))
    await world.say("a dragon")
    world.engine.outcomes.append(Cancelled())
    await world.say("a second dragon")
    await world.say("blue")
    await world.command("share", "on")
    examples = exported(world)
    assert [decided(example)[0] for example in examples] == ["ask something", "blue"]
    assert [turn.text for turn in examples[-1].turns] == ["blue"]


async def test_an_answer_that_was_not_the_model_s_is_no_example(world: World) -> None:
    await world.say("make it blue")  # "please send me the picture first"
    await world.say("ask something")
    await world.say("undo that", photo(png()))  # there is nothing to undo
    await world.command("share", "on")
    assert exported(world) == []


@pytest.mark.parametrize("content", [None, b"no database" * 99, b""], ids=["missing", "other", "empty"])
def test_anything_but_the_bot_s_database_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    database = tmp_path / "dialogpaint.db"
    if content is not None:
        database.write_bytes(content)
    with pytest.raises(ValueError, match="database"):
        from_store(database, tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


async def test_the_database_is_only_read_and_may_be_in_use(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.command("share", "on")
    before = await world.store.run(lambda db: list(db.conn.iterdump()))
    assert len(exported(world)) == 1
    assert await world.store.run(lambda db: list(db.conn.iterdump())) == before
    await world.stop()
    assert len(exported(world)) == 1
    with sqlite3.connect(world.data_dir / "dialogpaint.db") as db:
        assert list(db.iterdump()) == before
    await world.start()


# ---------------------------------------------------------------- any conversation

WISHES = ["make", "ask about", "chat of", "undo", "undo two of", "reset", "share on", "share off"]
MOVES = ["undo", "redo", "reset"]
SECRETS = [
    OWNER.user_id,
    GUEST.user_id,
    OWNER.display,
    "wendeline",
    f"<@{OWNER.user_id}>",
    f"@{GUEST.display}",
    "w.zimmerli@mail.example",
    "+41 79 123 45 67",
    "https://chat.example/918273645546372819",
]
step = st.tuples(
    st.sampled_from([*WISHES[:3], *WISHES, *MOVES]),
    st.sampled_from([OWNER, OWNER, OWNER, GUEST]),
    st.sampled_from(["", "", "picture", "reply"]),
    st.sampled_from(["", *SECRETS]),
    st.integers(0, 9),
)


def word(number: int) -> str:
    """A word of its own for each wish, which is no number."""
    return "q" + "".join(chr(ord("a") + int(digit)) for digit in str(number))


async def talk(world: World, steps: list[tuple[str, UserRef, str, str, int]]) -> None:
    await world.say("make qstart", photo(png()), author=OWNER)
    for number, (what, who, how, secret, pick) in enumerate(steps):
        if what in MOVES:
            await world.command(what, user=who)  # type: ignore[arg-type]
        elif what.startswith("share"):
            await world.command("share", what.removeprefix("share "), user=who)
        else:
            shown = [reply for reply in world.adapter.sent if reply.image is not None]
            answered = world.ref(shown[pick % len(shown)]) if how == "reply" and shown else None
            pictures = [photo(png())] if how == "picture" else []
            guest = " zebra" if who is GUEST else ""
            await world.say(
                f"{what} {word(number)}{guest} {secret}", *pictures, author=who, reply_to=answered
            )


async def checked(folder: Path, steps: list[tuple[str, UserRef, str, str, int]], shared: bool) -> None:
    world = World(folder)
    world.numbers = count(55500011110)
    await world.start()
    try:
        await talk(world, steps)
        await world.command("share", "on" if shared else "off", user=OWNER)
        examples = exported(world)
        text = (folder / "shared.jsonl").read_text(encoding="utf-8").lower()
        told = [str(row[key]) for row in await world.table("conversations") for key in ("id", "space")]
        told += [row["id"] for table in ("turns", "versions", "jobs") for row in await world.table(table)]
        told += [row["message_id"] for row in await world.table("message_refs")]
    finally:
        await world.stop()
    assert bool(examples) == shared
    names = [*OWNER.display.lower().split(), GUEST.display.lower(), OWNER.user_id, GUEST.user_id.lower()]
    for secret in [*told, *names, "zebra", "mail.example", "chat.example", "123 45 67"]:
        assert secret not in text
    for example in examples:
        job = the_job(world, example)
        applied = tuple(anonymous(instruction, [OWNER.display]) for instruction in job.applied)
        assert (example.applied, example.may_ask) == (applied, job.may_ask)


def the_job(world: World, example: Example) -> DialogueJob:
    (own,) = [part for part in example.turns[-1].text.split() if part.startswith("q")]
    (job,) = [job for job in world.engine.dialogues if own in job.turns[-1].text.split()]
    return job


@pytest.mark.usefixtures("at_once")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(step, max_size=10), st.booleans())
def test_nothing_identifying_and_nothing_untrue_is_exported(
    steps: list[tuple[str, UserRef, str, str, int]], shared: bool
) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(checked(Path(folder), steps, shared))
