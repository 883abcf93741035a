"""Short ids that sort by the time they were made: 10 signs of milliseconds, 6 of chance (as in ULID)."""

from __future__ import annotations

import secrets
import threading
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
TIME_SIGNS, CHANCE_SIGNS = 10, 6

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A new id of 16 signs, greater than every id that this process made before."""
    global _last
    chance = secrets.randbits(5 * CHANCE_SIGNS)
    with _lock:
        _last = max(_last + 1, (time.time_ns() // 1_000_000 << 5 * CHANCE_SIGNS) | chance)
        value = _last
    return "".join(ALPHABET[value >> 5 * place & 31] for place in reversed(range(TIME_SIGNS + CHANCE_SIGNS)))
