"""Less memory for threads: glibc's allocator keeps up to eight arenas a core, and each holds on to what it once needed.

A server with a writer, readers and a few threads for large packages grows by tens of megabytes so, for nothing: Python
allocates under one lock anyway.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys

_M_ARENA_MAX = -8  # malloc.h of glibc
_ARENAS = 2


def limit() -> None:
    """Keep to two arenas, where the allocator is glibc's; to be called before there are threads."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
