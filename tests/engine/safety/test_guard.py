"""Nothing that the check flags is ever worked on or shown: no source, no preview, no result."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from PIL import Image

from engine.batch import Editing, Request
from engine.jobs import Edited, EditJob, Refused, Step
from engine.safety import guard
from engine.safety.guard import RESULT_REFUSED, SOURCE_REFUSED, Guard, appearances
from tests.engine.editing.tiny import encoded
from tests.engine.edits import run

REQUEST = Request()
CLEAN, BAD = (20, 200, 30), (200, 20, 30)


def picture(colour: tuple[int, int, int], size: tuple[int, int] = (40, 30), kind: str = "PNG") -> bytes:
    return encoded(Image.new("RGB", size, colour), kind)


class RedCheck:
    """Flags what is more red than green; counts its looks."""

    name = "red check"

    def __init__(self) -> None:
        self.looks = 0

    def flags(self, picture: Image.Image) -> bool:
        self.looks += 1
        red, green, _ = picture.resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
        return red > green


class ScriptedEditor:
    """Shows the previews, then gives the result; notes what it was asked and whether it was closed."""

    def __init__(self, result: Edited | Refused, previews: tuple[bytes, ...] = ()) -> None:
        self.result, self.previews = result, previews
        self.jobs: list[EditJob] = []
        self.closed = 0

    def predict(self, requests: Sequence[Request]) -> list[str]:
        raise AssertionError("nothing was asked")

    def edit(self, job: EditJob) -> Editing:
        self.jobs.append(job)
        try:
            for number, preview in enumerate(self.previews):
                yield Step(number + 1, len(self.previews), preview)
            return self.result
        finally:
            self.closed += 1


def result(colour: tuple[int, int, int]) -> Edited:
    return Edited(picture(colour, (41, 31)), "image/png", 41, 31, "diffusion", 1, 0.1)


def job(image: bytes, *, safety_check: bool = True) -> EditJob:
    return EditJob("1", "ann", image, "make it night", 1, safety_check=safety_check)


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets how much time passes between two looks at the clock."""

    def set_pause(seconds: float) -> None:
        now = iter(range(10**6))
        monkeypatch.setattr(guard.time, "monotonic", lambda: next(now) * seconds)

    return set_pause


def test_a_flagged_source_is_never_worked_on() -> None:
    editor = ScriptedEditor(result(CLEAN))
    _, outcome = run(Guard(editor, RedCheck()), job(picture(BAD)))
    assert outcome == Refused(SOURCE_REFUSED, "the source picture was flagged by the red check")
    assert editor.jobs == []


def test_a_flagged_result_is_a_sentence_and_no_picture() -> None:
    _, outcome = run(Guard(ScriptedEditor(result(BAD)), RedCheck()), job(picture(CLEAN)))
    assert outcome == Refused(RESULT_REFUSED, "the result was flagged by the red check")


def test_what_is_not_flagged_comes_through_unchanged() -> None:
    done = result(CLEAN)
    assert run(Guard(ScriptedEditor(done), RedCheck()), job(picture(CLEAN)))[1] is done
    no = Refused("I can't.")
    assert run(Guard(ScriptedEditor(no), RedCheck()), job(picture(CLEAN)))[1] is no


def test_without_the_check_nothing_is_looked_at() -> None:
    check, done = RedCheck(), result(BAD)
    steps, outcome = run(
        Guard(ScriptedEditor(done, (picture(BAD),)), check), job(picture(BAD), safety_check=False)
    )
    assert outcome is done
    assert [step.preview for step in steps] == [picture(BAD)]
    assert check.looks == 0


def test_a_picture_is_looked_at_once(pause: Callable[[float], None]) -> None:
    check = RedCheck()
    guarded = Guard(ScriptedEditor(result(CLEAN)), check)
    run(guarded, job(picture(CLEAN)))
    assert check.looks == 2
    run(guarded, job(picture(CLEAN)))
    run(guarded, job(result(CLEAN).image))  # the next round's source
    assert check.looks == 2


def test_verdicts_are_forgotten_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "REMEMBERED", 3)
    check = RedCheck()
    guarded = Guard(ScriptedEditor(Refused("No.")), check)
    for number in range(10):
        run(guarded, job(picture((0, 100 + number, 0))))
    assert len(guarded._verdicts) == 3
    run(guarded, job(picture((0, 109, 0))))
    assert check.looks == 10
    run(guarded, job(picture((0, 100, 0))))
    assert check.looks == 11


def test_a_flagged_preview_is_not_shown_and_none_after_it(pause: Callable[[float], None]) -> None:
    pause(5.0)
    good, bad = picture(CLEAN, kind="JPEG"), picture(BAD, kind="JPEG")
    editor = ScriptedEditor(result(CLEAN), (good, bad, good))
    steps, outcome = run(Guard(editor, RedCheck()), job(picture(CLEAN)))
    assert [step.preview for step in steps] == [good, None, None]
    assert [step.step for step in steps] == [1, 2, 3]
    assert isinstance(outcome, Edited)


def test_previews_that_would_not_be_shown_are_not_looked_at(pause: Callable[[float], None]) -> None:
    pause(0.001)
    good, bad = picture(CLEAN, kind="JPEG"), picture(BAD, kind="JPEG")
    check = RedCheck()
    steps, _ = run(Guard(ScriptedEditor(result(CLEAN), (good, bad, good)), check), job(picture(CLEAN)))
    assert [step.preview for step in steps] == [good, None, None]
    assert check.looks == 3  # source, first preview, result


def test_closing_closes_the_edit() -> None:
    editor = ScriptedEditor(result(CLEAN), (picture(CLEAN),) * 3)
    steps = Guard(editor, RedCheck()).edit(job(picture(CLEAN)))
    assert next(steps) is None  # the source was looked at
    assert isinstance(next(steps), Step)
    steps.close()
    assert editor.closed == 1


def test_what_the_editor_asks_and_is_answered_passes_through() -> None:
    class Asking(ScriptedEditor):
        def edit(self, job: EditJob) -> Editing:
            answer = yield REQUEST
            self.jobs.append(job)
            yield None
            yield Step(1, 1)
            return replace(self.result, summary=answer)  # type: ignore[arg-type]

        def predict(self, requests: Sequence[Request]) -> list[str]:
            assert requests == [REQUEST]
            return ["painted"]

    for check in (True, False):
        guarded = Guard(Asking(result(CLEAN)), RedCheck())
        steps, outcome = run(guarded, job(picture(CLEAN), safety_check=check))
        assert isinstance(outcome, Edited) and outcome.summary == "painted"
        assert steps == [Step(1, 1)]


def test_a_broken_picture_is_an_error_and_not_a_clean_one() -> None:
    guarded = Guard(ScriptedEditor(result(CLEAN)), RedCheck())
    with pytest.raises(OSError):
        run(guarded, job(b"no picture"))


def test_a_check_that_breaks_lets_nothing_through() -> None:
    class Broken(RedCheck):
        def flags(self, picture: Image.Image) -> bool:
            raise RuntimeError("no memory")

    editor = ScriptedEditor(result(CLEAN))
    with pytest.raises(RuntimeError):
        run(Guard(editor, Broken()), job(picture(CLEAN)))
    assert editor.jobs == []


def test_transparency_hides_nothing() -> None:
    hidden = Image.new("RGBA", (40, 30), (*BAD, 0))
    on_page, opened = appearances(encoded(hidden))
    assert on_page.getpixel((5, 5)) == (255, 255, 255)
    assert opened.getpixel((5, 5)) == BAD
    buffer = io.BytesIO()
    palette = Image.new("P", (40, 30))
    palette.putpalette([*BAD, *CLEAN])
    palette.save(buffer, "PNG", transparency=0)
    assert len(appearances(buffer.getvalue())) == 2


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_large_pictures_are_looked_at_small(kind: str) -> None:
    (seen,) = appearances(picture(CLEAN, (3000, 2000), kind))
    assert min(seen.size) < 2 * guard.SIDE
    assert seen.width / seen.height == pytest.approx(1.5, rel=0.02)
    (small,) = appearances(picture(CLEAN, (500, 4), kind))
    assert small.size == (500, 4)
