"""Accepting packages and answering polls: an axis with its journal on, R, and WireMock in the same rounds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.axis.asking import Letters, letters, polling, sending
from benchmarks.axis.load import load
from benchmarks.axis.rounds import Row, alternating, compared
from benchmarks.axis.servers import Server, axis, raw, wiremock

OK = b'"ErrorCode":"0"'
SMALL, LARGE = 4_000, 298_000
"""Bytes of the attached file: packages of about 10 and 400 KB."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to measure: rounds, and about how many seconds each server works in one."""

    rounds: int
    seconds: float
    folder: Path


@dataclass(slots=True)
class Stream:
    """Requests for one server: as many as it answers in the wanted time, each new."""

    server: Server
    make: Callable[[int], bytes]
    seconds: float
    used: int = 0
    rate: float = 300.0

    def round(self, _: int) -> float:
        """Send for about the wanted time and give requests per second."""
        number = max(64, min(int(self.rate * self.seconds), 40_000))
        requests = [self.make(self.used + index) for index in range(number)]
        self.used += number
        self.rate = load(self.server.port, requests, OK).rate
        return self.rate


def sender(found: Letters) -> Callable[[int], bytes]:
    """Give what makes requests of packages."""
    return lambda number: sending(found.number(number), number)


def accepting(plan: Plan) -> Iterator[Row]:
    """10 KB against R and WireMock, and with and without fsync."""
    make = sender(letters(SMALL))
    with contextlib.ExitStack() as servers:
        ours = servers.enter_context(axis(plan.folder / "synced"))
        loose = servers.enter_context(axis(plan.folder / "unsynced", synced=False))
        competitors = {
            "axis": Stream(ours, make, plan.seconds).round,
            "R": Stream(servers.enter_context(raw()), make, plan.seconds).round,
            "WireMock": Stream(servers.enter_context(wiremock(plan.folder)), make, plan.seconds).round,
            "without fsync": Stream(loose, make, plan.seconds).round,
        }
        found = alternating(competitors, plan.rounds)
        size: dict[str, object] = {"bytes": len(letters(SMALL).number(1)), "group": _group(ours)}
    yield compared("accept 10 KB", "requests/s", found, "axis", "R", goal=0.145, notes=size)
    yield compared("accept 10 KB", "requests/s", found, "axis", "WireMock", goal=1.3)
    yield compared("fsync on against off", "requests/s", found, "axis", "without fsync", goal=0.85)


def large(plan: Plan) -> Iterator[Row]:
    """400 KB against R."""
    found = letters(LARGE)
    make = sender(found)
    with axis(plan.folder / "large") as ours, raw() as limit:
        competitors = {
            "axis": Stream(ours, make, plan.seconds, rate=50).round,
            "R": Stream(limit, make, plan.seconds, rate=500).round,
        }
        values = alternating(competitors, plan.rounds)
    size: dict[str, object] = {"bytes": len(found.number(1))}
    yield compared("accept 400 KB", "requests/s", values, "axis", "R", goal=0.17, notes=size)


def polls(plan: Plan) -> Iterator[Row]:
    """Poll an empty inbox, against R at an empty body."""
    with axis(plan.folder / "polls") as ours, raw() as limit:
        competitors = {
            "axis": Stream(ours, polling, plan.seconds).round,
            "R": Stream(limit, polling, plan.seconds).round,
        }
        found = alternating(competitors, plan.rounds)
    yield compared("empty poll", "requests/s", found, "axis", "R", goal=0.35)


def memory(plan: Plan) -> Iterator[Row]:
    """Take 10 KB and 400 KB packages in turn: the most memory that a server held."""
    small, big = letters(SMALL), letters(LARGE)

    def make(number: int) -> bytes:
        return sending((big if number % 8 == 0 else small).number(number), number)

    with axis(plan.folder / "memory") as ours, wiremock(plan.folder) as peer:
        competitors = {
            "axis": _held(ours, Stream(ours, make, plan.seconds)),
            "WireMock": _held(peer, Stream(peer, make, plan.seconds)),
        }
        found = alternating(competitors, plan.rounds)
    notes: dict[str, object] = {"limit_mb": 120, "within": max(found["axis"]) <= 120}
    yield compared("memory under load", "MB", found, "axis", "WireMock", goal=0.2, at_most=True, notes=notes)


def _held(server: Server, stream: Stream) -> Callable[[int], float]:
    def held(number: int) -> float:
        stream.round(number)
        return server.memory("VmHWM")

    return held


def _group(server: Server) -> float:
    """Give how many pieces of work one transaction held on average."""
    works, transactions = (server.gauge(f"axis28_store_{name}_total") for name in ("works", "transactions"))
    return round((works or 0) / (transactions or 1), 1)
