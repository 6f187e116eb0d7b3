"""The verdict of a load run is a pure function, and the generator's health comes first."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.load.latency import Distribution
from conformance.load.measurement import GeneratorUse
from conformance.load.verdict import Result, decide
from tests.conformance.load.profiles import measurement, profile


def test_a_run_without_a_flaw_passes() -> None:
    verdict = decide(profile(), measurement())
    assert (verdict.result, verdict.exit_code, verdict.breaches) == (Result.PASSED, 0, ())


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"accepted": 98}, "achieved"),
        ({"send_ms": Distribution.of([20.0] * 94 + [1001.0] * 6)}, "send"),
        ({"acknowledged_s": Distribution.of([0.3] * 94 + [1.201] * 6)}, "acknowledged"),
        ({"acknowledged_s": Distribution.of([])}, "acknowledged"),
        ({"status_01_s": Distribution.of([1.8] * 100)}, "status-01"),
        ({"lost": ("a",)}, "lost"),
        ({"duplicated": ("a",)}, "duplicated"),
    ],
)
def test_each_threshold_alone_fails_a_run(changes: dict[str, Any], line: str) -> None:
    verdict = decide(profile(), measurement(**changes))
    assert (verdict.result, verdict.exit_code) == (Result.FAILED, 1)
    assert [breach.name for breach in verdict.breaches] == [line]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"lateness_ms": Distribution.of([1.0] * 98 + [501.0] * 2)}, "lateness"),
        ({"generators": (GeneratorUse(0.1, True), GeneratorUse(0.95, True))}, "cpu"),
        ({"missing": 1}, "missing"),
        ({"generators": (GeneratorUse(0.0, False),)}, "unfinished"),
        ({"lateness_ms": Distribution.of([])}, "lateness"),
    ],
)
def test_a_sick_generator_makes_the_run_invalid_whatever_was_measured(changes: dict[str, Any], line: str) -> None:
    for accepted in (100, 0):
        verdict = decide(profile(), measurement(accepted=accepted, **changes))
        assert (verdict.result, verdict.exit_code) == (Result.INVALID, 3)
        assert [breach.name for breach in verdict.breaches] == [line]


def test_values_at_the_limit_hold() -> None:
    at_limit = measurement(
        accepted=99,
        send_ms=Distribution.of([1000.0] * 100),
        acknowledged_s=Distribution.of([1.2] * 100),
        lateness_ms=Distribution.of([500.0] * 100),
        generators=(GeneratorUse(0.9, True),),
    )
    assert decide(profile(), at_limit).result is Result.PASSED


def test_nobody_is_asked_for_01_where_nobody_reports() -> None:
    verdict = decide(profile(), measurement(status_01_s=None))
    assert verdict.result is Result.PASSED
    assert "status-01" not in [line.name for line in verdict.thresholds]
