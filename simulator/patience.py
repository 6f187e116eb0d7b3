"""How long the axis waits for a client: whoever dribbles bytes to hold a connection loses it.

A head must be there in full after ``HEAD_SECONDS``; a body must bring ``BODY_RATE`` bytes per second, looked at over
``BODY_SECONDS``. Time that the axis itself lets pass, because it has not asked for the body yet or is busy with what
came, does not count against the client. Somebody looks about once a second, so the cost of a request is a few
assignments.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

HEAD_SECONDS = 30.0
FIRST_SECONDS = 75.0
"""How long a new connection may stay without a single byte; like the keep-alive of one that was used."""
BODY_SECONDS = 30.0
BODY_RATE = 512


@runtime_checkable
class Watched(Protocol):
    """A connection that wants to be looked at about once a second."""

    def look(self) -> None:
        """Ask whether the client still does its part."""


class Patience:
    """What is awaited on one connection, and since when (seconds of the event loop's clock)."""

    __slots__ = ("_body", "_limit", "_mark", "_since")

    def __init__(self, now: float) -> None:
        self._since: float | None = now
        self._limit = FIRST_SECONDS
        self._body: float | None = None
        self._mark = 0

    def head(self, now: float) -> None:
        """Note that the first byte of a head came."""
        self._since, self._limit = now, HEAD_SECONDS

    def body_begins(self, now: float) -> None:
        """Note that the head is there; its body may follow."""
        self._since, self._body, self._mark = None, now, 0

    def body(self, size: int) -> None:
        """Note that some of the body came."""
        self._mark += size

    def over(self) -> None:
        """Note that the request is there in full."""
        self._since = self._body = None

    def head_is_late(self, now: float) -> bool:
        """Tell whether the head took too long."""
        return self._since is not None and now - self._since > self._limit

    def body_is_slow(self, now: float, *, ours: bool) -> bool:
        """Tell whether too little of the body came of late; ``ours`` tells that the axis does not want it just now."""
        if self._body is None:
            return False
        if ours:
            self._body, self._mark = now, 0
            return False
        if now - self._body < BODY_SECONDS:
            return False
        slow = self._mark < BODY_RATE * BODY_SECONDS
        self._body, self._mark = now, 0
        return slow
