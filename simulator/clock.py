"""The clock of the axis: everything that the axis dates goes by it, and a system under test may synchronise with it.

Axis time is a function of the host's monotonic time, the same one in every process: a list of courses, each of which
holds from an instant on. How the courses are changed and kept is told in ``timekeeping``. Vietnam keeps UTC+07:00 all
year round, so the zone is a fixed offset.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import formatdate

VIETNAM = timezone(timedelta(hours=7), "+07:00")
MAX_RATE = 1000.0
FIRST = datetime(2000, 1, 1, tzinfo=VIETNAM)
LAST = datetime(2100, 1, 1, tzinfo=VIETNAM)
_LAST = LAST.timestamp()
_CORRECTION = 60.0  # seconds; a host's clock that is set back by more was wrong, and is followed


@dataclass(frozen=True, slots=True)
class ClockState:
    """What ``GET /clock`` shows: the axis time, how many axis seconds pass in one real second, whether it stands."""

    now: datetime
    rate: float
    frozen: bool


@dataclass(frozen=True, slots=True)
class Course:
    """How axis time runs from ``since`` (monotonic seconds of the host) on.

    It shows ``anchor`` (seconds since 1970-01-01 UTC) then and gains ``rate`` seconds in each second, unless it is
    ``frozen``. ``anchor`` ``None``: it shows the host's own time.
    """

    since: float
    anchor: float | None = None
    rate: float = 1.0
    frozen: bool = False

    def at(self, instant: float) -> float:
        """Give the axis time at an instant of the host's monotonic time."""
        if self.anchor is None:
            return time.time() + instant - time.monotonic()
        gained = 0.0 if self.frozen else (instant - self.since) * self.rate
        return min(self.anchor + gained, _LAST)


HOST: tuple[Course, ...] = (Course(float("-inf")),)


def holding(courses: tuple[Course, ...], instant: float) -> Course:
    """Give the course that holds at an instant; ``courses`` stand in the order in which they begin."""
    return next((course for course in reversed(courses) if course.since <= instant), courses[0])


class Clock:
    """Real time until it is set; then shifted, sped up (0 < rate ≤ 1000) or frozen. Safe to read from any thread.

    A clock that was set shows a time from ``FIRST`` to ``LAST``, and one that runs up to ``LAST`` stands there: what is
    dated by it must be readable for ever. It goes back only when it is set back; where the host's own clock is
    corrected by some seconds, it stands until they are over.
    """

    def __init__(self) -> None:
        self._courses = HOST
        self._shown = 0.0
        self._dated = -1, b""  # the last second that was written as a date, and how

    def follow(self, courses: tuple[Course, ...]) -> None:
        """Go by these courses from now on."""
        self._courses = courses

    def epoch(self) -> float:
        """Axis time in seconds since 1970-01-01 UTC."""
        instant = time.monotonic()
        return self._by(holding(self._courses, instant), instant)

    def milliseconds(self) -> int:
        """Axis time in milliseconds since 1970-01-01 UTC, the form that the store keeps."""
        return int(self.epoch() * 1000)

    def http_date(self, shift: float = 0) -> bytes:
        """Axis time as the value of a ``Date`` header (RFC 9110, GMT), off by ``shift`` seconds."""
        second = int(self.epoch() + shift)
        if second != self._dated[0]:
            self._dated = second, formatdate(second, usegmt=True).encode("ascii")
        return self._dated[1]

    def state(self) -> ClockState:
        """Give what the clock shows now."""
        instant = time.monotonic()
        course = holding(self._courses, instant)
        return ClockState(datetime.fromtimestamp(self._by(course, instant), VIETNAM), course.rate, course.frozen)

    def _by(self, course: Course, instant: float) -> float:
        shown = course.at(instant)
        if course.anchor is None:
            if 0 < self._shown - shown < _CORRECTION:
                return self._shown
            self._shown = shown
        return shown


def local(milliseconds: int) -> datetime:
    """Give a stored instant as a time in Vietnam."""
    return datetime.fromtimestamp(milliseconds / 1000, VIETNAM)


def iso(milliseconds: int) -> str:
    """Write a stored instant as ISO 8601 with milliseconds and +07:00."""
    return local(milliseconds).isoformat(timespec="milliseconds")


def wire_time(milliseconds: int) -> str:
    """Write a stored instant as queue rows carry it: ``dd/MM/yyyy HH:mm:ss``, Vietnamese wall time."""
    return local(milliseconds).strftime("%d/%m/%Y %H:%M:%S")


def trace_time(milliseconds: int) -> str:
    """Write a stored instant as a ``TraceHeader`` carries it: ``yyyy/MM/dd HH:mm:ss``, Vietnamese wall time."""
    return local(milliseconds).strftime("%Y/%m/%d %H:%M:%S")
