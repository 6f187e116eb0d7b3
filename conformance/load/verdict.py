"""The verdict of a load run, a pure function of profile and measurement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from conformance.load.latency import Distribution, three_digits
from conformance.load.measurement import Measurement
from conformance.load.profile import Profile


class Result(StrEnum):
    """How a run ends; ``invalid`` says nothing about the system, because the generator could not do its work."""

    PASSED = "passed"
    FAILED = "failed"
    INVALID = "invalid"


THRESHOLDS = {
    "achieved": "OPS-01",
    "send": "OPS-01",
    "acknowledged": "RCV-09",
    "status-01": "STS-05",
    "lost": "RCV-09",
    "duplicated": "RCV-10",
}
"""The requirement that each threshold proves."""
EXIT_CODES = {Result.PASSED: 0, Result.FAILED: 1, Result.INVALID: 3}


@dataclass(frozen=True, slots=True)
class Line:
    """One threshold: its name in the catalogue, the limit, what was measured, and whether it was held.

    ``comparison`` is ``>=`` or ``<=``; ``unit`` is ``ms``, ``s``, ``%`` or empty. ``reason`` is the registry's code for
    a breach. Without a value (nothing was measured) a limit is not held.
    """

    name: str
    comparison: str
    limit: float
    value: float | None
    unit: str
    reason: str
    requirement: str

    @property
    def held(self) -> bool:
        """Compare the raw value; no rounding comes before the verdict."""
        if self.value is None:
            return False
        return self.value >= self.limit if self.comparison == ">=" else self.value <= self.limit


@dataclass(frozen=True, slots=True)
class LoadVerdict:
    """The result with all lines that led to it."""

    result: Result
    health: tuple[Line, ...]
    thresholds: tuple[Line, ...]

    @property
    def exit_code(self) -> int:
        """0 passed, 1 failed, 3 invalid."""
        return EXIT_CODES[self.result]

    @property
    def breaches(self) -> tuple[Line, ...]:
        """The lines that decided against the run: sick health first, else broken thresholds."""
        lines = self.health if self.result is Result.INVALID else self.thresholds
        return tuple(line for line in lines if not line.held)


def decide(profile: Profile, measured: Measurement) -> LoadVerdict:
    """Judge the generator first and the system only if the generator was well."""
    health = _health(profile, measured)
    thresholds = _thresholds(profile, measured)
    if not all(line.held for line in health):
        return LoadVerdict(Result.INVALID, health, thresholds)
    held = all(line.held for line in thresholds)
    return LoadVerdict(Result.PASSED if held else Result.FAILED, health, thresholds)


def _health(profile: Profile, measured: Measurement) -> tuple[Line, ...]:
    limits, requirement = profile.health, "OPS-01"
    unfinished = sum(not generator.finished for generator in measured.generators)
    cpu = max((generator.cpu for generator in measured.generators), default=0.0)
    lateness = measured.lateness_ms.percentile(99)
    reason = "load-generator-sick"
    return (
        Line("lateness", "<=", limits.lateness_p99_ms, lateness, "ms", reason, requirement),
        Line("cpu", "<=", 100 * limits.cpu, 100 * cpu, "%", reason, requirement),
        Line("missing", "<=", limits.missing, measured.missing, "", reason, requirement),
        Line("unfinished", "<=", 0, unfinished, "", reason, requirement),
    )


def _thresholds(profile: Profile, measured: Measurement) -> tuple[Line, ...]:
    limits = profile.thresholds
    interval = measured.poll_interval_s
    proves = THRESHOLDS
    lines = [
        Line(
            "achieved", ">=", 100 * limits.achieved_ratio, 100 * measured.achieved_ratio, "%",
            "load-arrivals-unserved", proves["achieved"],
        ),
        Line("send", "<=", limits.send_p95_ms, _p95(measured.send_ms), "ms", "load-send-slow", proves["send"]),
        Line(
            "acknowledged", "<=", interval + limits.acknowledged_p95_s, _p95(measured.acknowledged_s), "s",
            "load-acknowledged-late", proves["acknowledged"],
        ),
    ]  # fmt: skip
    if measured.status_01_s is not None:
        limit, value = interval + limits.status_01_p95_s, _p95(measured.status_01_s)
        lines.append(Line("status-01", "<=", limit, value, "s", "load-arrival-late", proves["status-01"]))
    doubled = len(measured.duplicated)
    lines += [
        Line("lost", "<=", limits.lost, len(measured.lost), "", "load-documents-lost", proves["lost"]),
        Line("duplicated", "<=", limits.duplicated, doubled, "", "load-documents-doubled", proves["duplicated"]),
    ]
    return tuple(lines)


def _p95(distribution: Distribution) -> float | None:
    return distribution.percentile(95)


def shown(value: float | None, unit: str) -> str:
    """Give a value as a table shows it."""
    if value is None:
        return "–"
    rounded = three_digits(value)
    text = f"{rounded:g}"
    return f"{text} {unit}".rstrip()
