"""An edit never comes out differently because others came, went or were cancelled beside it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    UniPCMultistepScheduler,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.batch import by_kind
from engine.editing import sampler
from engine.editing.editor import Defaults, Editor
from engine.editing.network import Network
from engine.jobs import Cancelled, Decision, DialogueJob, Edited, EditJob, Round
from engine.messages import Cancel
from engine.models import Models
from tests.engine.editing.tiny import TINY, encoded, photo, standard_parts
from tests.engine.edits import run
from tests.engine.script import Message, Served

TOLERANCE = 1e-4
"""Of the latents' largest value. Float sums depend on the order, and that on the number of rows."""
LEVELS = 1
"""Of 255, in the finished picture."""

SCHEDULERS = {
    kind.__name__: kind(beta_schedule="scaled_linear")
    for kind in (
        DDIMScheduler,
        DPMSolverMultistepScheduler,
        EulerAncestralDiscreteScheduler,
        UniPCMultistepScheduler,
    )
}


@dataclass(frozen=True)
class Painting:
    """An edit of the sampler alone. `joins` and `leaves` count passes; it may be done before it leaves."""

    scheduler: str
    size: tuple[int, int]
    views: int
    steps: int
    seed: int
    text: float
    image: float
    joins: int
    leaves: int

    def begin(self) -> sampler.Denoising:
        random = torch.Generator().manual_seed(self.seed)

        def noise(*shape: int) -> torch.Tensor:
            return torch.randn(shape, generator=random)

        text = (1, TINY.text_length, TINY.text_width)
        known = sampler.Conditions(noise(*text), noise(*text), noise(self.views, 4, *self.size))
        guidance = sampler.Guidance(self.text, self.image)
        return sampler.denoise(SCHEDULERS[self.scheduler], known, guidance, self.steps, random)


paintings = st.builds(
    Painting,
    scheduler=st.sampled_from(sorted(SCHEDULERS)),
    size=st.sampled_from([(8, 8), (8, 8), (4, 12)]),
    views=st.integers(1, 4),
    steps=st.integers(2, 6),
    seed=st.integers(0, 2**32),
    text=st.floats(1, 8),
    image=st.floats(0.5, 2),
    joins=st.integers(0, 6),
    leaves=st.integers(1, 30),
)


@cache
def network() -> Any:
    return Network(standard_parts().unet)


def denoised(painting: Painting) -> torch.Tensor:
    """By itself."""
    edit, answer = painting.begin(), None
    while True:
        try:
            came = edit.send(answer)
        except StopIteration as end:
            return end.value
        answer = sampler.predict(network(), [came])[0] if isinstance(came, sampler.Predict) else None


def together(paintings: Sequence[Painting]) -> dict[int, torch.Tensor]:
    """The latents of all that did not leave, by their place in `paintings`."""
    running: dict[int, sampler.Denoising] = {}
    answers: dict[int, torch.Tensor] = {}
    done: dict[int, torch.Tensor] = {}
    for tick in range(50):
        for number, painting in enumerate(paintings):
            if painting.joins == tick:
                running[number] = painting.begin()
            if painting.joins + painting.leaves == tick and number in running:
                running.pop(number).close()
        asked: dict[int, sampler.Predict] = {}
        for number, edit in list(running.items()):
            came: sampler.Predict | sampler.Denoised | None = None
            while not isinstance(came, sampler.Predict):
                try:
                    came = edit.send(answers.pop(number, None))
                except StopIteration as end:
                    done[number] = end.value
                    del running[number]
                    break
            else:
                asked[number] = came
        for group in by_kind(asked.items()):
            found = sampler.predict(network(), [asked[number] for number in group])
            answers.update(zip(group, found, strict=True))
    assert not running
    return done


@settings(max_examples=25, deadline=None)
@given(st.lists(paintings, min_size=1, max_size=6))
def test_the_same_latents_alone_and_batched(paintings: list[Painting]):
    for number, latents in together(paintings).items():
        alone = denoised(paintings[number])
        assert (latents - alone).abs().max() <= TOLERANCE * alone.abs().max().clamp_min(1)


def test_one_pass_serves_different_steps_views_scales_and_schedulers():
    asked = [
        next(Painting(name, (8, 8), views, 3 + views, views, 1.0 + views, 1.5, 0, 99).begin())
        for views, name in enumerate(SCHEDULERS, 1)
    ]
    assert all(isinstance(each, sampler.Predict) for each in asked)
    assert len({each.kind for each in asked}) == 1  # type: ignore[union-attr]
    assert len({float(each.timestep) for each in asked}) > 1  # type: ignore[union-attr]
    found = sampler.predict(network(), asked)  # type: ignore[arg-type]
    assert [len(each) for each in found] == [1, 2, 3, 4]


def test_what_is_not_a_number_stays_with_the_edit_that_has_it():
    good, bad = (next(Painting("DDIMScheduler", (8, 8), 2, 3, seed, 3, 1, 0, 99).begin()) for seed in (1, 2))
    assert isinstance(good, sampler.Predict) and isinstance(bad, sampler.Predict)
    bad.latents.fill_(float("nan"))
    before, broken, after = sampler.predict(network(), [good, bad, good])
    alone = sampler.predict(network(), [good])[0]
    assert broken.isnan().all()
    for found in (before, after):
        assert torch.allclose(found, alone, atol=TOLERANCE * float(alone.abs().max()))


@pytest.fixture(scope="module")
def editor() -> Editor:
    return Editor(standard_parts(), Defaults(64, False, views=2, steps=3), None)


class Mute:
    def decide(self, jobs: Sequence[DialogueJob]) -> list[Decision]:
        raise AssertionError("nobody asked")


class Counting:
    """The editor, and how many edits each pass of it served."""

    def __init__(self, editor: Editor) -> None:
        self.edit = editor.edit
        self._editor = editor
        self.passes: list[int] = []

    def predict(self, requests: Sequence[sampler.Predict]) -> list[torch.Tensor]:
        self.passes.append(len(requests))
        return self._editor.predict(requests)


def served(editor: Editor, moments: dict[int, list[Message]]) -> tuple[Served, list[int]]:
    counting = Counting(editor)
    return Served(Models(Mute(), counting, "", lambda: None, 8), moments), counting.passes


def pixels(outcome: object) -> np.ndarray:
    assert isinstance(outcome, Edited), outcome
    with Image.open(io.BytesIO(outcome.image)) as picture:
        return np.asarray(picture.convert("RGB"), np.int16)


WISHES = ["make it night", "crop it square", "make it night and rotate it 90 degrees"]
EARLIER = [(), (Round("make it winter", 5, 2.0, 1.1),), (Round("flip it", 1),)]


@st.composite
def jobs(draw: st.DrawFn) -> tuple[int, EditJob, int | None]:
    """When it comes, the job, and how much later it is cancelled, if ever."""
    size = draw(st.sampled_from([(64, 64), (90, 60), (60, 90)]))
    number = draw(st.integers(0, 3))
    job = EditJob(
        "", "ann", encoded(photo(*size, number)), draw(st.sampled_from(WISHES)), draw(st.integers(0, 9)),
        draw(st.none() | st.floats(1, 6)), earlier=draw(st.sampled_from(EARLIER)),
    )  # fmt: skip
    return draw(st.integers(0, 15)), job, draw(st.none() | st.integers(1, 15))


@settings(max_examples=8, deadline=None)
@given(st.lists(jobs(), min_size=2, max_size=4))
def test_the_worker_gives_everyone_the_picture_that_they_would_get_alone(
    editor: Editor, plan: list[tuple[int, EditJob, int | None]]
):
    moments: dict[int, list[Message]] = {}
    wanted: dict[str, tuple[EditJob, int | None]] = {}
    for number, (comes, job, leaves) in enumerate(plan):
        job = EditJob(
            f"e{number}", job.user, job.image, job.instruction, job.seed, job.text_guidance,
            earlier=job.earlier,
        )  # fmt: skip
        wanted[job.id] = job, leaves
        moments.setdefault(comes, []).append(job)
        if leaves is not None:
            moments.setdefault(comes + leaves, []).append(Cancel(job.id))
    found, _ = served(editor, moments)
    assert found.outcomes.keys() == wanted.keys()
    for name, (job, leaves) in wanted.items():
        if found.outcomes[name] == Cancelled():
            assert leaves is not None
            continue
        steps, alone = run(editor, job)
        assert np.abs(pixels(found.outcomes[name]) - pixels(alone)).max() <= LEVELS
        assert [(each.step, each.steps) for each in found.steps(name)] == [
            (each.step, each.steps) for each in steps
        ]


def test_pictures_of_one_size_share_every_pass(editor: Editor):
    image = encoded(photo())
    all_at_once: list[Message] = [
        EditJob(name, name, image, "make it night", n) for n, name in enumerate("abc")
    ]
    _, passes = served(editor, {0: all_at_once})
    assert passes == [3, 3, 3]
