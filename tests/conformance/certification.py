"""Certifies a system that the tests know, in this process, against an axis of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from conformance.checks import scenarios
from conformance.evidence import Evidence
from conformance.outcome import Outcome
from conformance.plan import DEFAULT, load
from conformance.run import Run
from conformance.settings import Settings
from conformance.verdict import Verdict

SEED = 28
GRACE = 0.4
"""The part of the fixed grace that a check of the suite's own waits for: enough on a busy machine with two cores."""


def certified(driver: str, out: Path, *, grace: float = GRACE, seed: int = SEED) -> Mapping[str, Outcome]:
    """Run the whole plan on one system and give the outcomes by check id."""
    settings = Settings(driver=driver, out=out, seed=seed, grace_factor=grace)
    run = Run(settings, load(DEFAULT), list(scenarios().values()), Evidence(out))
    conducted = asyncio.run(run.conduct())
    return {outcome.entry.id: outcome for outcome in conducted.outcomes}


def failed(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """Give the checks that went against the system, with the reason of each."""
    against = (Verdict.FAIL, Verdict.WRONG_REASON)
    return {name: outcome.reason or "" for name, outcome in outcomes.items() if outcome.verdict in against}


def unsettled(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """Give the checks that neither passed nor failed, which no system that the tests know should cause."""
    settled = (Verdict.PASS, Verdict.FAIL, Verdict.WRONG_REASON)
    return {
        name: f"{outcome.verdict.value} {outcome.reason or ''}"
        for name, outcome in outcomes.items()
        if outcome.verdict not in settled
    }
