"""Nothing that is sent and nothing that breaks ends in silence, a lost picture or a stuck conversation."""

from __future__ import annotations

import pytest

from bot import replies
from bot.events import Attachment, AttachmentGone
from engine.jobs import Edited, EditJob, Failed, QueueFull, Refused
from tests.bot.world import World, cleaned, photo, png
from tests.fakes.engine import painted

PHOTO = cleaned(png())


async def still_works(world: World, source: bytes = PHOTO) -> None:
    """The next wish is done on the picture that was current."""
    await world.say("and now blue")
    assert world.picture == painted(source, "and now blue")


async def test_a_file_that_is_no_picture_gets_one_sentence(world: World) -> None:
    await world.say("blue", photo(b"not a picture"))
    assert world.last.decision == "error"
    assert "can't read that file" in world.last.text
    assert world.engine.jobs == []
    assert len(await world.table("ledger")) == 1
    await world.say("", photo(png()))  # the wish was kept
    assert world.picture == painted(PHOTO, "blue")


async def test_a_bad_second_picture_leaves_the_first_one_current(world: World) -> None:
    await world.say("", photo(png()))
    await world.say("", photo(b""))
    assert "empty" in world.last.text
    await still_works(world)


async def test_too_large_is_refused_before_the_download(world: World) -> None:
    async def never() -> bytes:
        raise AssertionError("downloaded")

    await world.say("blue", Attachment("document", never, size=999_000_000))
    assert "too large" in world.last.text


async def test_a_vanished_picture_gets_a_sentence(world: World) -> None:
    async def gone() -> bytes:
        raise AttachmentGone("404")

    await world.say("blue", Attachment("photo", gone))
    assert world.last.text == replies.GONE


async def test_a_download_that_breaks_in_an_unforeseen_way_gets_a_sentence(world: World) -> None:
    async def breaks() -> bytes:
        raise RuntimeError("the platform's library")

    await world.say("blue", Attachment("photo", breaks))
    assert world.last.text == replies.GONE


async def test_a_download_that_never_ends_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs() -> bytes:
        await world.adapter.shown.wait()
        return b""

    monkeypatch.setattr("bot.intake.DOWNLOAD_SECONDS", 0.0)
    await world.say("blue", Attachment("photo", hangs))
    assert world.last.text == replies.GONE


@pytest.mark.parametrize("text", ["word " * 1000, "🙂🙂", "сделай небо синим"])
async def test_a_bad_wish_keeps_its_picture(world: World, text: str) -> None:
    await world.say(text, photo(png()))
    assert world.last.decision == "error"
    assert world.engine.jobs == []
    await still_works(world)
    assert [turn.text for turn in world.engine.dialogues[-1].turns] == ["and now blue"]


async def test_a_bad_wish_alone_changes_nothing(world: World) -> None:
    await world.say("", photo(png()))
    await world.say("🙂")
    assert "in words" in world.last.text
    await still_works(world)


async def test_an_empty_message_gets_a_greeting(world: World) -> None:
    await world.say("")
    assert world.last.text == replies.HELLO
    await world.say("   ", addressed=False)
    assert len(world.adapter.sent) == 1


async def test_a_full_queue_is_a_sentence_for_the_person(world: World) -> None:
    await world.say("", photo(png()))
    world.engine.outcomes.append(QueueFull("Three of your edits wait already."))
    await world.say("blue")
    assert (world.last.text, world.last.decision) == ("Three of your edits wait already.", "error")
    world.engine.dialogue_outcomes.append(QueueFull("Too many at once."))
    await world.say("blue")
    assert world.last.text == "Too many at once."
    await still_works(world)


async def test_what_failed_is_tried_once_more(world: World) -> None:
    await world.say("", photo(png()))
    world.engine.outcomes.append(Failed("Sorry.", "worker died"))
    await world.say("blue")
    assert world.picture == painted(PHOTO, "blue")
    first, second = world.engine.edits
    assert first.seed == second.seed


async def test_after_two_failures_there_is_a_sentence_and_no_third_try(world: World) -> None:
    await world.say("", photo(png()))
    world.engine.outcomes.extend([Failed("Sorry.", "CUDA"), Failed("Sorry again.", "CUDA")])
    await world.say("blue")
    assert (world.last.text, world.last.decision) == ("Sorry again.", "error")
    assert len(world.engine.edits) == 2
    (failure,) = await world.table("recent_failures")
    assert failure["error"] == "CUDA"
    await still_works(world)


async def test_a_failed_decision_is_tried_once_more_too(world: World) -> None:
    world.engine.dialogue_outcomes.extend([Failed("Sorry.", "x"), Failed("Sorry again.", "x")])
    await world.say("blue", photo(png()))
    assert world.last.text == "Sorry again."
    assert len(world.engine.dialogues) == 2
    await still_works(world)


@pytest.mark.parametrize(
    "outcome",
    [Refused("That I can't do."), Failed("Sorry.", "broken", retry=False)],
    ids=["refused", "final"],
)
async def test_what_can_not_be_done_is_not_tried_again(world: World, outcome: Refused | Failed) -> None:
    await world.say("", photo(png()))
    world.engine.outcomes.append(outcome)
    await world.say("blue")
    assert world.last.text == outcome.sentence
    assert len(world.engine.edits) == 1
    await still_works(world)


async def test_a_fault_in_the_engine_ends_in_a_sentence(world: World) -> None:
    await world.say("", photo(png()))
    world.engine.outcomes.append(ZeroDivisionError("oops"))
    await world.say("blue")
    assert world.last.text == replies.BROKEN
    await still_works(world)


async def test_a_failed_edit_of_an_older_picture_leaves_the_head(world: World) -> None:
    await world.say("blue", photo(png()))
    older = world.ref(world.last)
    await world.say("green")
    head = world.picture
    world.engine.outcomes.append(Refused("No."))
    await world.say("sepia", reply_to=older)
    assert world.last.text == "No."
    assert world.engine.edits[-1].image == painted(PHOTO, "blue")
    await still_works(world, head)


async def test_a_result_is_whole_or_not_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.say("", photo(png()))

    def breaks(*args: object, **values: object) -> None:
        raise RuntimeError("in the middle of the transaction")

    with monkeypatch.context() as patch:
        patch.setattr("bot.work.moves.picture_actions", breaks)
        await world.say("blue")
    assert world.last.text == replies.BROKEN
    assert len(await world.table("versions")) == 1
    assert len(await world.table("images")) == 1
    await still_works(world)


async def test_the_summary_of_the_editor_wins_over_the_models(world: World) -> None:
    await world.say("", photo(png()))
    done = Edited(painted(PHOTO, "x"), "image/png", 32, 24, "exact", 1, 0.0, summary="Made it 20 % brighter.")
    world.engine.outcomes.append(done)
    await world.say("brighter")
    assert world.last.text == "Made it 20 % brighter."


async def test_users_and_groups_are_told_to_the_engine(world: World) -> None:
    await world.say("blue", photo(png()))
    job = world.engine.edits[0]
    assert isinstance(job, EditJob)
    assert (job.user, job.group) == ("web:ann", "web:room")


async def test_a_refused_wish_and_the_questions_about_it_are_no_longer_open(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.say("ask what to add")
    world.engine.outcomes.append(Refused("I can't do that."))
    await world.say("a dragon")
    await world.say("chat thanks")
    assert [turn.text for turn in world.engine.dialogues[-1].turns] == ["blue", "Did: blue", "chat thanks"]


async def test_a_bad_picture_leaves_the_question_open(world: World) -> None:
    await world.say("ask what to add", photo(png()))
    await world.say("", photo(b"no picture"))
    await world.say("a dragon")
    assert [turn.text for turn in world.engine.dialogues[-1].turns] == [
        "ask what to add",
        "Which one?",
        "a dragon",
    ]
