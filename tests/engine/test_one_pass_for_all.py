"""Edits share the network's passes, and nothing else: no error, no wait, no time is another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import worker
from engine.batch import Editing, Request
from engine.jobs import Decision, DialogueJob, Edited, EditJob, Failed, Step, Turn
from engine.messages import Broken, Cancel, Working
from engine.models import Models
from tests.engine.script import Served


@dataclass(frozen=True, slots=True)
class Ask(Request):
    job_id: str
    number: int
    size: str
    fault: str

    @property
    def kind(self) -> str:
        return self.size


@dataclass
class Painter:
    """Instructions: "SIZE STEPS" and perhaps a fault of the last pass: "raise", "cuda" or "big" (fails for
    memory unless alone). Notes passes, steps, answers to questions and frees in `events`."""

    events: list[tuple[str, ...]] = field(default_factory=list)

    def edit(self, job: EditJob) -> Editing:
        size, steps, *fault = job.instruction.split()
        yield None
        for number in range(1, int(steps) + 1):
            request = Ask(job.id, number, size, fault[0] if fault and number == int(steps) else "")
            assert (yield request) == (job.id, number), "another's answer"
            self.events.append(("step", job.id))
            yield Step(number, int(steps))
        yield None
        return Edited(b"", "image/png", 8, 8, "diffusion", job.seed, 0.0)

    def predict(self, requests: Sequence[Ask]) -> list[tuple[str, int]]:
        self.events.append(("pass", *(request.job_id for request in requests)))
        assert len({request.size for request in requests}) == 1
        faults = {request.fault for request in requests}
        if "raise" in faults:
            raise ValueError("no")
        if "cuda" in faults:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")
        if "big" in faults and len(requests) > 1:
            raise MemoryError("too many")
        return [(request.job_id, request.number) for request in requests]

    def decide(self, jobs: Sequence[DialogueJob]) -> list[Decision]:
        self.events.append(("decide", *(job.id for job in jobs)))
        return [Decision("chat", job.id) for job in jobs]

    @property
    def models(self) -> Models:
        return Models(self, self, "", lambda: self.events.append(("freed",)), 8)

    @property
    def passes(self) -> list[str]:
        return [" ".join(names) for kind, *names in self.events if kind == "pass"]


def edit(name: str, instruction: str) -> EditJob:
    return EditJob(name, name, b"", instruction, seed=1)


def question(name: str) -> DialogueJob:
    return DialogueJob(name, name, (Turn("user", name),))


def test_one_size_is_one_pass_whatever_the_steps():
    painter = Painter()
    jobs = [edit("a", "small 3"), edit("b", "large 2"), edit("c", "small 1"), edit("d", "small 2")]
    served = Served(painter.models, {0: jobs})
    assert painter.passes == ["a c d", "b", "a d", "b", "a"]
    assert [len(served.steps(name)) for name in "abcd"] == [3, 2, 1, 2]
    assert {type(outcome) for outcome in served.outcomes.values()} == {Edited}


def test_who_comes_later_joins_the_next_pass():
    painter = Painter()
    Served(painter.models, {0: [edit("a", "small 6")], 5: [edit("b", "small 1")]})
    assert "a b" in painter.passes
    assert painter.passes[0] == painter.passes[-1] == "a"


def test_an_error_in_a_pass_fails_the_guilty_alone():
    painter = Painter()
    served = Served(
        painter.models, {0: [edit("a", "small 4"), edit("bad", "small 2 raise"), edit("c", "small 3")]}
    )
    assert isinstance(served.outcomes["bad"], Failed)
    assert isinstance(served.outcomes["a"], Edited) and isinstance(served.outcomes["c"], Edited)
    assert painter.passes == ["a bad c", "a bad c", "a", "bad", "c", "a c", "a"]


def test_what_is_too_much_together_is_done_apart():
    painter = Painter()
    served = Served(painter.models, {0: [edit("a", "small 2"), edit("b", "small 1 big")]})
    assert {type(outcome) for outcome in served.outcomes.values()} == {Edited}
    assert painter.events[:4] == [("pass", "a", "b"), ("freed",), ("pass", "a"), ("pass", "b")]


def test_of_a_broken_device_all_of_the_pass_are_suspects():
    painter = Painter()
    served = Served(painter.models, {0: [edit("a", "small 4"), edit("b", "small 2 cuda")]})
    *_, last, broken = served.said
    assert last == Working(("a", "b")) and isinstance(broken, Broken)
    assert painter.passes[2:] == [], "nothing more is asked of it"


@pytest.mark.parametrize("moment", range(12))
def test_who_is_cancelled_is_in_no_later_pass_and_the_others_are(moment: int):
    painter = Painter()
    jobs = [edit("a", "small 2"), edit("b", "large 2"), edit("c", "small 3"), edit("d", "large 3")]
    served = Served(painter.models, {0: jobs, 1 + moment: [Cancel("c"), Cancel("b")]})
    assert served.cancelled <= {"b", "c"}
    assert {type(served.outcomes[name]) for name in "ad"} == {Edited}
    for name in "ad":
        assert len(served.steps(name)) == int(next(job for job in jobs if job.id == name).instruction[-1])


def test_time_in_a_pass_is_shared(monkeypatch: pytest.MonkeyPatch):
    now = 0.0
    monkeypatch.setattr(worker.time, "monotonic", lambda: now)

    class Slow(Painter):
        def predict(self, requests: Sequence[Ask]) -> list[tuple[str, int]]:
            nonlocal now
            now += 4.0
            return super().predict(requests)

    four = Served(Slow().models, {0: [edit(name, "small 3") for name in "abcd"]}, soft_seconds=5.0)
    assert {type(outcome) for outcome in four.outcomes.values()} == {Edited}  # 12 s, 3 s each
    one = Served(Slow().models, {0: [edit("a", "small 3")]}, soft_seconds=5.0)
    assert isinstance(one.outcomes["a"], Failed)


edits = st.builds(
    lambda size, steps: f"{size} {steps}", st.sampled_from(["small", "large"]), st.integers(1, 4)
)


@given(
    pictures=st.lists(st.tuples(st.integers(0, 20), edits), min_size=1, max_size=6),
    questions=st.lists(st.integers(0, 40), max_size=6),
)
def test_no_question_waits_longer_than_one_step(pictures: list[tuple[int, str]], questions: list[int]):
    """Between two looks for questions there is one pass or one step, and what came is answered at once."""
    painter = Painter()
    moments: dict[int, list[EditJob | DialogueJob]] = {}
    for number, (moment, instruction) in enumerate(pictures):
        moments.setdefault(moment, []).append(edit(f"e{number}", instruction))
    for number, moment in enumerate(questions):
        moments.setdefault(moment, []).append(question(f"q{number}"))
    served = Served(painter.models, moments, looked=lambda: painter.events.append(("look",)))
    assert set(served.outcomes) == {job.id for jobs in moments.values() for job in jobs}
    work = 0
    for kind, *_ in painter.events:
        if kind == "look":
            work = 0
        elif kind == "decide":
            assert work == 0, "work was done between the arrival of a question and its answer"
        else:
            work += 1
            assert work <= 1
    together = {moment: sum(other == moment for other in questions) for moment in questions}
    decided = [names for kind, *names in painter.events if kind == "decide"]
    assert sorted(map(len, decided)) == sorted(together.values()), "what came together is answered together"
