"""Memory that pictures took goes back to the system when they are gone.

glibc keeps a heap for each thread that allocates, and raises the size from which on it gives memory back at
once with every large block that it frees (https://man7.org/linux/man-pages/man3/mallopt.3.html). Pictures of
some megabytes, decoded in several threads, leave holes everywhere: the process grows for a long time though
nothing is kept. Two heaps and a fixed size stop that.
"""

from __future__ import annotations

import ctypes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h
HEAPS = 2
LARGE = 256 * 1024
"""Bytes: larger blocks are mapped one by one; smaller than any decoded picture, larger than most objects."""


def give_back_what_is_freed() -> bool:
    """For the whole process; False where the C library is another one than glibc."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    wanted = ((_M_ARENA_MAX, HEAPS), (_M_MMAP_THRESHOLD, LARGE), (_M_TRIM_THRESHOLD, LARGE))
    taken = [mallopt(option, value) for option, value in wanted]
    return all(taken)
