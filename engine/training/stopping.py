"""Asking a run to stop: ctrl-C, SIGTERM from whoever manages the machine, or the end of a piece of time."""

from __future__ import annotations

import signal
import time
from types import FrameType, TracebackType
from typing import Self


class Stopped(Exception):
    """The run was asked to stop and saved a checkpoint."""

    def __init__(self, step: int) -> None:
        super().__init__(f"Stopped and saved at step {step}; the same command goes on from there.")
        self.step = step


class StopSignal:
    """Inside `with`, the two signals are only noted: the step that runs is finished first.

    `late` becomes true `minutes` after it was made.
    """

    told = False

    def __init__(self, minutes: float | None = None) -> None:
        self._end = None if minutes is None else time.monotonic() + 60 * minutes

    @property
    def late(self) -> bool:
        return self._end is not None and time.monotonic() >= self._end

    def __enter__(self) -> Self:
        self._before = {
            number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.told = True
