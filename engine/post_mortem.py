"""What is known about a worker process that is gone, and when the next one is started."""

from __future__ import annotations

from dataclasses import dataclass

from engine.jobs import Death
from engine.messages import Unable

LONGEST_PAUSE = 60.0  # between two attempts to start the worker


@dataclass(slots=True)
class LastWords:
    """Of one worker: `hung`, it was killed for it; `unable`, it said why it could not start; `broken`, why it
    had to end."""

    hung: bool = False
    unable: Unable | None = None
    broken: str | None = None

    def cause(self, exit_code: int | None, doing: str) -> tuple[str, Death]:
        """Why it is gone: a sentence for the admin, and its class. `doing`: what it was last busy with."""
        if self.unable is not None:
            return self.unable.sentence, "unable"
        if self.hung:
            return f"The worker hung ({doing}) and was killed.", "hung"
        if self.broken is not None:
            return f"The worker had to end ({self.broken}).", "device"
        return f"The worker died with exit code {exit_code} ({doing}).", "died"


def back_off(failures: int) -> float:
    """Seconds before the worker is started again, after so many failures in a row before this one."""
    return min(LONGEST_PAUSE, 2.0 ** min(failures, 9))
