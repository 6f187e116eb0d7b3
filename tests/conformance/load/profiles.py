"""Profiles and measurements for the tests of the load half that never starts a generator."""

from __future__ import annotations

from typing import Any

from conformance.load.latency import Distribution
from conformance.load.measurement import GeneratorUse, Measurement
from conformance.load.profile import Profile, build

TABLE: dict[str, Any] = {
    "name": "thu",
    "title": {"vi": "Thử", "en": "Trial"},
    "seed": 1,
    "arrivals": {"process": "constant", "rate_per_s": 4.0, "duration_s": 3.0, "warm_up_s": 0.5, "drain_s": 5.0},
    "letters": {"files": 1, "file_bytes": 2000},
    "health": {"lateness_p99_ms": 500.0, "cpu": 0.9, "missing": 0, "max_in_flight": 50},
    "thresholds": {
        "achieved_ratio": 0.99,
        "send_p95_ms": 1000.0,
        "acknowledged_p95_s": 1.0,
        "status_01_p95_s": 1.5,
        "lost": 0,
        "duplicated": 0,
    },
}


def table(**changes: dict[str, Any]) -> dict[str, Any]:
    """The table of a profile with some members of its parts changed."""
    return {**TABLE, **{part: {**TABLE[part], **members} for part, members in changes.items()}}


def profile(**changes: dict[str, Any]) -> Profile:
    """A profile that holds easily, with some members changed."""
    return build(table(**changes), "thu")


def measurement(**changes: Any) -> Measurement:
    """A run of 100 arrivals without a flaw, with some fields changed."""
    fields: dict[str, Any] = {
        "offered": 100,
        "accepted": 100,
        "send_ms": Distribution.of([20.0] * 100),
        "acknowledged_s": Distribution.of([0.3] * 100),
        "status_01_s": Distribution.of([0.4] * 100),
        "lost": (),
        "duplicated": (),
        "errors": {},
        "lateness_ms": Distribution.of([1.0] * 100),
        "missing": 0,
        "generators": (GeneratorUse(0.1, True),),
        "poll_interval_s": 0.2,
        "documents": 104,
    }
    return Measurement(**{**fields, **changes})
