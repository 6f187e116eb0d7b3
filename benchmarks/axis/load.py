"""The client of the benchmarks: requests that were made beforehand, over connections that stay open.

A client that builds, signs or parses while it measures would measure itself: everything is bytes before the clock
starts, and of an answer only its length and whether it says OK are looked at.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import uvloop

CONNECTIONS = 64
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Unanswered(Exception):  # noqa: N818 - what happened
    """A server closed a connection, or answered something else than was asked for."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one round of load came to."""

    requests: int
    seconds: float
    slowest: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


@dataclass(slots=True)
class _Round:
    requests: Sequence[bytes]
    wanted: bytes
    taken: int = 0
    times: list[float] = field(default_factory=list)

    def next(self) -> bytes | None:
        if self.taken >= len(self.requests):
            return None
        self.taken += 1
        return self.requests[self.taken - 1]


class _Connection(asyncio.Protocol):
    """Sends one request after the other, each when the answer to the one before is there."""

    def __init__(self, work: _Round, done: asyncio.Future[None]) -> None:
        self._work = work
        self._done = done
        self._answer = b""
        self._left = -1
        self._began = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if self._left < 0:
            end = self._answer.find(b"\r\n\r\n")
            if end < 0:
                return
            length = _LENGTH.search(self._answer, 0, end)
            if length is None:
                self._fail(f"no Content-Length in {self._answer[:200]!r}")
                return
            self._left = end + 4 + int(length[1])
        if len(self._answer) >= self._left:
            self._work.times.append(time.perf_counter() - self._began)
            if self._work.wanted not in self._answer:
                self._fail(f"{self._answer[-300:]!r} holds no {self._work.wanted!r}")
                return
            self._answer, self._left = b"", -1
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"the connection was closed: {exc}")

    def _send(self) -> None:
        request = self._work.next()
        assert self._transport is not None
        if request is None:
            if not self._done.done():
                self._done.set_result(None)
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(request)

    def _fail(self, text: str) -> None:
        if not self._done.done():
            self._done.set_exception(Unanswered(text))


def load(port: int, requests: Sequence[bytes], wanted: bytes, connections: int = CONNECTIONS) -> Measured:
    """Send all requests over so many connections at once and give how long it took. Raises ``Unanswered``.

    Every answer has to hold ``wanted``.
    """
    work = _Round(requests, wanted)

    async def run() -> float:
        loop = asyncio.get_running_loop()
        ends = [loop.create_future() for _ in range(min(connections, len(requests)))]
        began = time.perf_counter()
        for end in ends:
            await loop.create_connection(lambda end=end: _Connection(work, end), "127.0.0.1", port)  # type: ignore[misc]
        await asyncio.gather(*ends)
        return time.perf_counter() - began

    seconds = uvloop.run(run())
    return Measured(len(requests), seconds, max(work.times))
