"""An edit from its first step to its outcome."""

from __future__ import annotations

from engine.jobs import Edited, EditJob, Refused, Step
from engine.models import Edits


def run(editor: Edits, work: EditJob) -> tuple[list[Step], Edited | Refused]:
    steps, generator = [], editor.edit(work)
    while True:
        try:
            steps.append(next(generator))
        except StopIteration as stop:
            return steps, stop.value
