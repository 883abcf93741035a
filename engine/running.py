"""One edit under way in the worker: what it waits for, and what it has cost so far. No torch in here."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import Any

from engine.batch import Editing, Request
from engine.errors import one_line
from engine.jobs import PREVIEW_SECONDS, Edited, EditJob, Refused, Step

log = logging.getLogger(__name__)


class Running:
    """`seconds` counts its own work: what was done for it alone, and its share of what was done together."""

    def __init__(self, job: EditJob, editing: Editing) -> None:
        self.job = job
        self.seconds = 0.0
        self.request: Request | None = None
        self._editing = editing
        self._answer: Any = None
        self._failed: Exception | None = None
        self._shown = float("-inf")

    def answer(self, answer: Any, seconds: float) -> None:
        """What it waited for; it goes on with that in its next turn."""
        self.request, self._answer = None, answer
        self.seconds += seconds

    def fail(self, error: Exception) -> None:
        """What it waited for can't be had; its next turn begins with that, and it may know another way.

        Without the traceback, which would hold the memory that was too little.
        """
        self.request, self._failed = None, error.with_traceback(None)

    def go_on(self) -> Step | Edited | Refused | None:
        """To its next step or its outcome; None where it waits or lets others go first.

        Of the steps only some keep their preview. Raises what the edit raises.
        """
        answer, self._answer = self._answer, None
        failed, self._failed = self._failed, None
        started = time.monotonic()
        try:
            came = self._editing.send(answer) if failed is None else self._editing.throw(failed)
        except StopIteration as end:
            if not isinstance(end.value, Edited | Refused):
                raise TypeError(f"the editor returned {end.value!r:.200}") from None
            return end.value
        finally:
            self.seconds += time.monotonic() - started
        match came:
            case Step():
                return self._shown_at_times(came)
            case Request():
                self.request = came
                return None
            case None:
                return None
        raise TypeError(f"the editor yielded {came!r:.200}")

    def _shown_at_times(self, step: Step) -> Step:
        if step.preview is None:
            return step
        now = time.monotonic()
        if now - self._shown < PREVIEW_SECONDS:
            return replace(step, preview=None)
        self._shown = now
        return step

    def close(self) -> None:
        """Cancel it; never raises."""
        try:
            self._editing.close()
        except Exception as error:
            job_id = self.job.id
            log.warning("job %s could not be closed: %s", job_id, one_line(error), extra={"job": job_id})
