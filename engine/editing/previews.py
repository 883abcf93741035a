"""When a preview is worth its time: seldom for one edit, and never at the price of all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Previews:
    """At least `seconds` between two of one edit; those of all edits take at most `share` of the time.

    The default leaves none out. `now` is a steady clock in seconds.
    """

    def __init__(
        self, seconds: float = 0.0, share: float = 1.0, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.now = now
        self._seconds = seconds
        self._pause = 1 / share - 1
        self._resting = float("-inf")

    def make(self, shown: float, draw: Callable[[], T]) -> T | None:
        """What `draw` makes, or None where it is too soon. `shown`: when the edit's last was, by `now`."""
        started = self.now()
        if started - shown < self._seconds or started < self._resting:
            return None
        made = draw()
        ended = self.now()
        self._resting = ended + self._pause * (ended - started)
        return made
