"""Memory that one replication has used is kept for the next, where the C library is told so.

Freed, it would go back to the system, which hands it out again page by page and wiped: that took
half as long again as a replication's events. A process holds on to what it has used until it ends.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Final

TRIM_THRESHOLD: Final = -1
MMAP_THRESHOLD: Final = -3
"""Numbers of glibc's ``mallopt(3)``: what is free at the end before it is given back, and from
which size on an array gets pages of its own, which are given back with it."""
NEVER: Final = -1
LARGE_BYTES: Final = 1 << 30


@functools.cache
def hold_memory() -> bool:
    """Let this process keep freed memory for itself, once; return whether it does.

    Nothing changes where the C library has no ``mallopt`` (macOS, Windows, musl).
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(TRIM_THRESHOLD, NEVER) and mallopt(MMAP_THRESHOLD, LARGE_BYTES))
