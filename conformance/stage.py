"""What all scenarios of a run share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from conformance.axis import AxisControl
from conformance.drivers import Driver
from conformance.evidence import Evidence
from conformance.look import Look
from conformance.observer import Observer
from conformance.peers import Peers
from conformance.signatures import Signatures
from conformance.system import System

VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class AxisClock:
    """The axis clock as the suite follows it: what it showed at one instant of the event loop's clock.

    A frozen clock and one that runs at another rate are followed by asking again, which the scenarios of a run with an
    ordinary clock never need.
    """

    shown: datetime
    at: float

    def now(self) -> datetime:
        """Give the axis time, in Vietnamese time."""
        passed = asyncio.get_running_loop().time() - self.at
        return (self.shown + timedelta(seconds=passed)).astimezone(VIETNAM)


@dataclass(frozen=True, slots=True)
class Stage:
    """The axis, its journal, the system under test and its driver, the peers, the seed, the evidence.

    ``own_axis`` is false on an axis that others use too. ``arrival_numbers`` are those that the system gave so far, in
    whichever story.
    """

    axis: AxisControl
    clock: AxisClock
    observer: Observer
    driver: Driver
    look: Look
    sut: System
    peers: Peers
    evidence: Evidence
    seed: int
    run_id: str
    lang: str
    signatures: Signatures
    own_axis: bool = True
    arrival_numbers: list[int] = field(default_factory=list)
