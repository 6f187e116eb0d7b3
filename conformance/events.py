"""What a run tells while it runs; progress, tables and reports listen, and the run knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.outcome import Outcome
from conformance.plan import Phase
from conformance.system import System


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The system answered ``describe``: which checks will run in which phase, and how many seconds that may take."""

    run_id: str
    seed: int
    plan_id: str
    draft: bool
    level: str
    system: System
    phases: Sequence[tuple[Phase, int]]
    budget_s: float
    uncovered: Sequence[str]


@dataclass(frozen=True, slots=True)
class AxisReady:
    """The axis answers; ``started`` tells whether the suite started it."""

    url: str
    started: bool


@dataclass(frozen=True, slots=True)
class EnterByHand:
    """The driver cannot configure the system: a person has to enter these values within ``wait_s`` seconds."""

    axis_url: str
    system_id: str
    secret: str
    agencies: Sequence[str]
    wait_s: float


@dataclass(frozen=True, slots=True)
class PhaseStarted:
    """A phase began; it ends after ``seconds`` at the latest."""

    phase: Phase
    checks: Sequence[str]
    seconds: float


@dataclass(frozen=True, slots=True)
class CheckDecided:
    """One check has its verdict."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class RunStopped:
    """The run ends early: ``reason`` is ``stopped-polling``, ``axis-lost`` or ``interrupted``."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Residue:
    """Something that the run made could not be removed."""

    text: str


Event = RunStarted | AxisReady | EnterByHand | PhaseStarted | CheckDecided | RunStopped | Residue
Listener = Callable[[Event], None]
