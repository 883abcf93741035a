"""Asking a run to stop: ctrl-C, or SIGTERM from whoever manages the machine."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Self


class Stopped(Exception):
    """The run was asked to stop and saved a checkpoint."""

    def __init__(self, step: int) -> None:
        super().__init__(f"Stopped and saved at step {step}; the same command goes on from there.")


class StopSignal:
    """Inside `with`, the two signals are only noted: the step that runs is finished first."""

    told = False

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
