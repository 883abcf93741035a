"""An edit from its first step to its outcome."""

from __future__ import annotations

from engine.batch import Edits, alone
from engine.jobs import Edited, EditJob, Refused, Step


def run(editor: Edits, work: EditJob) -> tuple[list[Step], Edited | Refused]:
    steps, generator = [], alone(editor.edit(work), editor.predict)
    while True:
        try:
            steps.append(next(generator))
        except StopIteration as stop:
            return steps, stop.value
