"""Light models for the real worker process; what a job says is what happens, faults included.

An instruction is a word and perhaps an argument: "steps 3", "until FILE" (steps on until it is there),
"hang", "freeze" (hangs as a call into a driver may: no other thread can run), "die", "raise", "oom", "cuda",
"garbage", "yield-garbage", "unpicklable", "refuse", "stubborn" (won't be closed), "ask FILE FAULT" (asks the
network until the file is there, then once more with the fault in its request, if any). In a question the
newest turn says it; "edit …" orders that edit.

`config.dialogue` may be a fault of the start: "no-weights", "no-network", "raise", "die", "hang" (over its
limit), "slow" (no limit), "once FILE" (dies unless it is there, and makes it), or "without FILE" (can't start
until it is there); "no-free" is one of later.

Every start of a job is a line in the file `config.editor`, so tests see what has really run.
"""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from engine.batch import Editing, Request
from engine.config import EngineConfig
from engine.errors import WeightsError
from engine.jobs import Decision, DialogueJob, Edited, EditJob, Refused, Step
from engine.models import Models, Say

PREVIEW = b"\xff\xd8 preview"


def load(config: EngineConfig, say: Say) -> Models:
    say("Pretending.", 60.0)
    journal = Path(config.editor)
    fault, _, argument = config.dialogue.partition(" ")
    match fault:
        case "no-weights":
            raise WeightsError("The weights are not complete: unet/config.json is missing.")
        case "no-network":
            raise WeightsError("The Hub can't be reached.", temporary=True)
        case "raise":
            raise RuntimeError("the start\nbroke")
        case "die":
            os._exit(3)
        case "once" if not Path(argument).exists():
            Path(argument).touch()
            os._exit(4)
        case "without" if not Path(argument).exists():
            raise WeightsError("The card is gone.", temporary=True)
        case "hang":
            say("Hanging.", 0.2)
            time.sleep(3600)
        case "slow":
            time.sleep(3600)
        case _:
            pass
    free = partial(_free, journal, works=fault != "no-free")
    at_once = config.edits_at_once or 2
    return Models(FakeDialogue(journal), FakeEditor(journal), "Ready to pretend.", free, at_once)


def _write(journal: Path, line: str) -> None:
    with journal.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def _free(journal: Path, works: bool) -> None:
    _write(journal, "freed")
    if not works:
        raise RuntimeError("can't be freed")


def _fault(word: str, journal: Path) -> None:
    match word:
        case "slow":
            time.sleep(0.3)
        case "hang":
            _write(journal, "hanging")
            time.sleep(3600)
        case "freeze":
            _write(journal, "freezing")
            ctypes.PyDLL(None).sleep(3600)
        case "die":
            os._exit(11)
        case "print":
            print("noise", flush=True)
        case "raise":
            raise ValueError("no such\nthing")
        case "oom":
            raise MemoryError("too big")
        case "cuda":
            raise RuntimeError("CUDA error: device-side assert triggered")
        case _:
            pass


class FakeDialogue:
    def __init__(self, journal: Path) -> None:
        self._journal = journal

    def decide(self, jobs: Sequence[DialogueJob]) -> list[Decision]:
        _write(self._journal, "decide " + " ".join(job.id for job in jobs))
        for job in jobs:
            _fault(job.turns[-1].text, self._journal)
        if any(job.turns[-1].text == "garbage" for job in jobs):
            return []
        return [_decided(job.turns[-1].text) for job in jobs]


def _decided(text: str) -> Decision:
    order, _, instruction = text.partition(" ")
    if order == "edit":
        return Decision("edit", f"Did: {instruction}", instruction)
    return Decision("chat", f"You said: {text}")


@dataclass(frozen=True, slots=True)
class Ask(Request):
    job_id: str
    fault: str

    @property
    def kind(self) -> str:
        return "of one size"


class FakeEditor:
    def __init__(self, journal: Path) -> None:
        self._journal = journal

    def predict(self, requests: Sequence[Ask]) -> list[str]:
        if any(request.fault for request in requests):
            _write(self._journal, "predict " + " ".join(request.job_id for request in requests))
        for request in requests:
            _fault(request.fault, self._journal)
        return [request.job_id for request in requests]

    def _ask(self, job: EditJob, argument: str) -> Editing:
        file, _, fault = argument.partition(" ")
        waiting = True
        while waiting:
            waiting = not Path(file).exists()
            assert (yield Ask(job.id, "" if waiting else fault)) == job.id, "another's answer"
            yield Step(1, 1000)
            time.sleep(0.005)
        return Edited(job.image + job.id.encode(), "image/png", 8, 8, "diffusion", job.seed, 0.1)

    def edit(self, job: EditJob) -> Editing:
        _write(self._journal, f"edit {job.id}")
        word, _, argument = job.instruction.partition(" ")
        if word == "ask":
            return (yield from self._ask(job, argument))
        step = 0
        while word == "until" and not Path(argument).exists():
            step += 1
            yield Step(step, 1000, PREVIEW)
            time.sleep(0.005)
        for number in range(int(argument) if word == "steps" else 1):
            yield Step(number + 1, 3, PREVIEW)
        _fault(word, self._journal)
        if word == "refuse":
            return Refused("I can't do that.")
        if word == "garbage":
            return "a picture"  # type: ignore[return-value]
        if word == "yield-garbage":
            yield "a step"  # type: ignore[misc]
        while word == "stubborn":
            try:
                yield Step(1, 1)
                time.sleep(0.005)
            except GeneratorExit:
                yield Step(1, 1)
        image = (lambda: None) if word == "unpicklable" else job.image + job.id.encode()
        return Edited(image, "image/png", 8, 8, "diffusion", job.seed, 0.1)  # type: ignore[arg-type]
