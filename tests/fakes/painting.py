"""Models for the real worker process that need no torch: decisions by simple rules, pictures by their job.

Every start of a job is a line in the file `config.editor`: "edit ID" or "decide ID".
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.batch import Editing
from engine.config import EngineConfig
from engine.jobs import Decision, DialogueJob, Edited, EditJob, Step
from engine.models import Models, Say
from tests.fakes.engine import SIZE, decided, painted

STEPS = 3
STEP_SECONDS = 0.01


def load(config: EngineConfig, say: Say) -> Models:
    journal = Path(config.editor)
    return Models(Decides(journal), Paints(journal), "Ready to paint.", lambda: None, edits_at_once=2)


def _write(journal: Path, line: str) -> None:
    with journal.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


class Decides:
    def __init__(self, journal: Path) -> None:
        self._journal = journal

    def decide(self, jobs: Sequence[DialogueJob]) -> list[Decision]:
        for job in jobs:
            _write(self._journal, f"decide {job.id}")
        return [decided(job) for job in jobs]


class Paints:
    def __init__(self, journal: Path) -> None:
        self._journal = journal

    def predict(self, requests: Sequence[Any]) -> list[Any]:
        raise AssertionError("no edit asks the network for anything")

    def edit(self, job: EditJob) -> Editing:
        _write(self._journal, f"edit {job.id}")
        for step in range(STEPS):
            time.sleep(STEP_SECONDS)
            yield Step(step + 1, STEPS)
        image = painted(job.image, job.instruction)
        return Edited(image, "image/png", *SIZE, editor="exact", seed=job.seed, seconds=0.0)
