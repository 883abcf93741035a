"""An engine without models: decisions by simple rules or by script, pictures by their job alone."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from PIL import Image

from engine.jobs import (
    Act,
    Cancelled,
    Decision,
    DialogueJob,
    Edited,
    EditJob,
    Job,
    Observer,
    Outcome,
    Progress,
    Status,
    Step,
    Waiting,
)

SIZE = (32, 24)
TEXT_GUIDANCE, IMAGE_GUIDANCE = 7.5, 1.5
"""What the fake's weights recommend."""


def painted(image: bytes, instruction: str) -> bytes:
    """The picture that the fake makes of `image`: a PNG in a colour of its own."""
    red, green, blue = hashlib.sha256(image + instruction.encode()).digest()[:3]
    out = io.BytesIO()
    Image.new("RGB", SIZE, (red, green, blue)).save(out, "PNG")
    return out.getvalue()


def diffused(image: bytes, instruction: str, seed: int, text_guidance: float, image_guidance: float) -> bytes:
    """The picture that the fake paints for an instruction that begins with "paint": all of it matters."""
    return painted(image, f"{instruction} {seed} {text_guidance} {image_guidance}")


def decided(job: DialogueJob) -> Decision:
    """The first word decides: undo, reset, chat, ask; anything else is an instruction."""
    text = job.turns[-1].text
    acts: dict[str, Act] = {"undo": "undo", "reset": "reset", "chat": "chat", "ask": "ask"}
    act = acts.get(text.split()[0].lower(), "edit")
    if act == "ask" and not job.may_ask:
        act = "edit"
    if act == "edit":
        return Decision("edit", f"Did: {text}", instruction=text)
    return Decision(act, {"ask": "Which one?", "chat": "How nice!"}.get(act, ""))


class ScriptedEngine:
    """`outcomes` are given to the next jobs before the rules apply; `hold()` keeps edits from finishing."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.outcomes: deque[Outcome | Exception] = deque()
        self.dialogue_outcomes: deque[Outcome | Exception] = deque()
        self.running: dict[str, asyncio.Event] = {}
        self.cancelled: set[str] = set()
        self._free = asyncio.Event()
        self._free.set()
        self.started = asyncio.Event()

    @property
    def edits(self) -> list[EditJob]:
        return [job for job in self.jobs if isinstance(job, EditJob)]

    @property
    def dialogues(self) -> list[DialogueJob]:
        return [job for job in self.jobs if isinstance(job, DialogueJob)]

    def hold(self) -> None:
        self._free.clear()
        self.started.clear()

    def release(self) -> None:
        self._free.set()

    def observe(self, observer: Observer) -> None: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def run(self, job: Job, on_progress: Callable[[Progress], None] | None = None) -> Outcome:
        self.jobs.append(job)
        script = self.outcomes if isinstance(job, EditJob) else self.dialogue_outcomes
        if script:
            outcome = script.popleft()
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        if isinstance(job, DialogueJob):
            return decided(job)
        return await self._edit(job, on_progress)

    async def _edit(self, job: EditJob, on_progress: Callable[[Progress], None] | None) -> Outcome:
        gone = self.running[job.id] = asyncio.Event()
        try:
            if on_progress is not None:
                on_progress(Waiting(1, 2.0))
                on_progress(Step(1, 2, b"preview"))
            self.started.set()
            waits = [asyncio.ensure_future(self._free.wait()), asyncio.ensure_future(gone.wait())]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
            if gone.is_set():
                return Cancelled()
            return _edited(job)
        finally:
            del self.running[job.id]

    def cancel(self, job_id: str) -> bool:
        if job_id not in self.running:
            return False
        self.cancelled.add(job_id)
        self.running[job_id].set()
        return True

    def status(self) -> Status:
        return Status("ready", "scripted", 0, len(self.running))


def _edited(job: EditJob) -> Edited:
    for each in job.earlier:
        scales = {"text_guidance": each.text_guidance, "image_guidance": each.image_guidance}
        before = replace(job, instruction=each.instruction, seed=each.seed, earlier=(), **scales)
        job = replace(job, image=_edited(before).image)
    if not job.instruction.startswith("paint"):
        image = painted(job.image, job.instruction)
        return Edited(image, "image/png", *SIZE, editor="exact", seed=job.seed, seconds=0.0)
    scales = (job.text_guidance or TEXT_GUIDANCE, job.image_guidance or IMAGE_GUIDANCE)
    image = diffused(job.image, job.instruction, job.seed, *scales)
    return Edited(image, "image/png", *SIZE, "diffusion", job.seed, 0.0, None, *scales)
