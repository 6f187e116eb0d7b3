"""The clock of the axis: everything that the axis dates goes by it, and a system under test may synchronise with it.

Vietnam keeps UTC+07:00 all year round, so the zone is a fixed offset.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import formatdate

VIETNAM = timezone(timedelta(hours=7), "+07:00")
MAX_RATE = 1000.0
FIRST = datetime(2000, 1, 1, tzinfo=VIETNAM)
LAST = datetime(2100, 1, 1, tzinfo=VIETNAM)
_LAST = LAST.timestamp()


@dataclass(frozen=True, slots=True)
class ClockState:
    """What ``GET /clock`` shows: the axis time, how many axis seconds pass in one real second, whether it stands."""

    now: datetime
    rate: float
    frozen: bool


class Clock:
    """Real time until it is set; then shifted, sped up (0 < rate ≤ 1000) or frozen. Safe to read from any thread.

    A clock that was set shows a time from ``FIRST`` to ``LAST``, and one that runs up to ``LAST`` stands there: what is
    dated by it must be readable for ever.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._anchor: float | None = None  # axis time (epoch seconds) at _started; None: the host's own time
        self._started = 0.0
        self._rate = 1.0
        self._frozen = False

    def epoch(self) -> float:
        """Axis time in seconds since 1970-01-01 UTC."""
        with self._lock:
            return self._epoch()

    def milliseconds(self) -> int:
        """Axis time in milliseconds since 1970-01-01 UTC, the form that the store keeps."""
        return int(self.epoch() * 1000)

    def now(self) -> datetime:
        """Axis time in Vietnam."""
        return datetime.fromtimestamp(self.epoch(), VIETNAM)

    def http_date(self) -> bytes:
        """Axis time as the value of a ``Date`` header (RFC 9110, GMT)."""
        return formatdate(self.epoch(), usegmt=True).encode("ascii")

    def state(self) -> ClockState:
        """Give what the clock shows now."""
        with self._lock:
            return ClockState(datetime.fromtimestamp(self._epoch(), VIETNAM), self._rate, self._frozen)

    def set(self, *, now: datetime | None = None, rate: float | None = None, frozen: bool | None = None) -> ClockState:
        """Change what is given and keep the rest. ``now`` needs an offset; raises ``ValueError`` naming the field."""
        if now is not None and now.tzinfo is None:
            raise ValueError("now: a time with its offset is needed, such as 2026-11-21T08:00:00+07:00")
        if now is not None and not FIRST <= now <= LAST:
            raise ValueError(f"now: a time from {FIRST.isoformat()} to {LAST.isoformat()} is needed")
        if rate is not None and not 0 < rate <= MAX_RATE:
            raise ValueError(f"rate: a number above 0 and up to {MAX_RATE:g} is needed")
        with self._lock:
            current = self._epoch()
            self._anchor = current if now is None else now.astimezone(UTC).timestamp()
            self._started = time.monotonic()
            self._rate = self._rate if rate is None else rate
            self._frozen = self._frozen if frozen is None else frozen
        return self.state()

    def release(self) -> None:
        """Go back to the host's own time."""
        with self._lock:
            self._anchor, self._rate, self._frozen = None, 1.0, False

    def _epoch(self) -> float:
        if self._anchor is None:
            return time.time()
        if self._frozen:
            return self._anchor
        return min(self._anchor + (time.monotonic() - self._started) * self._rate, _LAST)


def iso(milliseconds: int) -> str:
    """Write a stored instant as ISO 8601 with milliseconds and +07:00."""
    return _local(milliseconds).isoformat(timespec="milliseconds")


def wire_time(milliseconds: int) -> str:
    """Write a stored instant as queue rows carry it: ``dd/MM/yyyy HH:mm:ss``, Vietnamese wall time."""
    return _local(milliseconds).strftime("%d/%m/%Y %H:%M:%S")


def trace_time(milliseconds: int) -> str:
    """Write a stored instant as a ``TraceHeader`` carries it: ``yyyy/MM/dd HH:mm:ss``, Vietnamese wall time."""
    return _local(milliseconds).strftime("%Y/%m/%d %H:%M:%S")


def _local(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, VIETNAM)
