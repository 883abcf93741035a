"""How long to wait before the next try."""

from __future__ import annotations

from collections.abc import Iterator


def delays(first: float, longest: float = 30.0) -> Iterator[float]:
    """Endless seconds to wait: `first`, doubled at every step, at most `longest`."""
    wait = first
    while True:
        yield min(wait, longest)
        wait = min(wait * 2, longest)
