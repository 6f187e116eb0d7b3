"""How much each system may ask: requests per second and requests at a time.

Only what proved by its MAC to come from a system counts for it, so nobody can use up another's share. Where several
workers serve one axis each has an equal part of both limits, rounded up: nothing has to be told between processes, and
the kernel deals connections out among them evenly (decision 0024).
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass


class Bucket:
    """Allows ``rate`` things per second on average, and ``burst`` at once. Not for several threads."""

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._at = now

    def take(self, now: float) -> float:
        """Take one; give 0, or the seconds to wait where none is left."""
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._rate


@dataclass(frozen=True, slots=True)
class Excess:
    """Which limit (``rate`` or ``concurrency``) was met, what it is for the whole axis, and the seconds to wait."""

    limit: str
    most: float
    wait: int


class Limits:
    """The limits of one process; ``None`` for none. ``rate`` may be met for one second at once."""

    def __init__(
        self,
        rate: float | None,
        concurrency: int | None,
        workers: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate, self._concurrency = rate, concurrency
        self._rate_here = None if rate is None else rate / workers
        self._concurrency_here = None if concurrency is None else math.ceil(concurrency / workers)
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._at_work: Counter[str] = Counter()

    def enter(self, system: str) -> Excess | None:
        """Let a request of a system begin, to be ended by ``leave``; or say which limit forbids it."""
        here = self._concurrency_here
        if self._concurrency is not None and here is not None and self._at_work[system] >= here:
            return Excess("concurrency", self._concurrency, 1)
        if self._rate is not None and self._rate_here is not None:
            now = self._clock()
            bucket = self._buckets.get(system)
            if bucket is None:
                bucket = self._buckets[system] = Bucket(self._rate_here, max(1.0, self._rate_here), now)
            wait = bucket.take(now)
            if wait:
                return Excess("rate", self._rate, math.ceil(wait))
        self._at_work[system] += 1
        return None

    def leave(self, system: str) -> None:
        """Note that a request which entered has been answered."""
        self._at_work[system] -= 1
        if not self._at_work[system]:
            del self._at_work[system]
