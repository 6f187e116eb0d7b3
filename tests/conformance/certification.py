"""Certifies a system that the tests know, against an axis of its own: in this process, or in one of its own.

As a program (``python -m tests.conformance.certification DRIVER GRACE [LEVEL]``) it prints one JSON line: check id →
``[verdict, reason, expected, got]``.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from conformance.checks import scenarios
from conformance.evidence import Evidence
from conformance.plan import DEFAULT, load
from conformance.run import Run
from conformance.settings import Settings
from conformance.verdict import Verdict

ROOT = Path(__file__).resolve().parents[2]
SEED = 28
POLL_S = 0.3
GRACE = 1.0
"""The part of the fixed grace of each phase that a run is given; a busy machine needs more, a quick answer less."""

Verdicts = Mapping[str, tuple[str, str, str, str]]
"""Check id → verdict, reason (empty for a pass), expected, got."""

AGAINST = (Verdict.FAIL, Verdict.WRONG_REASON)


def certified(driver: str, out: Path, *, grace: float = GRACE, seed: int = SEED, level: str | None = None) -> Verdicts:
    """Run the plan up to a level, or else the whole of it, on one system, in this process."""
    plan = load(DEFAULT)
    level = level or plan.levels[-1]
    settings = Settings(driver=driver, out=out, seed=seed, grace_factor=grace, level=level)
    stories = [scenario for scenario in scenarios().values() if plan.includes(scenario.entry, level)]
    conducted = asyncio.run(Run(settings, plan, stories, Evidence(out)).conduct())
    return {
        outcome.entry.id: (outcome.verdict.value, outcome.reason or "", outcome.expected, outcome.got)
        for outcome in conducted.outcomes
    }


def certified_apart(driver: str, *, grace: float = GRACE, timeout_s: float = 600, level: str | None = None) -> Verdicts:
    """Run the same on one system in a process of its own, so that several can run at once."""
    done = subprocess.run(
        [sys.executable, "-m", __name__, driver, str(grace), level or ""],
        cwd=ROOT,
        env={**os.environ, "AXIS28_REFERENCE_DMS_POLL": str(POLL_S)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout_s,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"the run on {driver} ended with {done.returncode}: {done.stderr[-2000:]}")
    return {name: (row[0], row[1], row[2], row[3]) for name, row in json.loads(done.stdout.splitlines()[-1]).items()}


def failed(verdicts: Verdicts) -> set[str]:
    """Give the checks that went against the system."""
    return {name for name, (verdict, *_) in verdicts.items() if verdict in AGAINST}


def undecided(verdicts: Verdicts) -> dict[str, str]:
    """Give the checks that neither passed nor failed, which no system that the tests know should cause."""
    return {
        name: f"{verdict} {reason}".rstrip()
        for name, (verdict, reason, *_) in verdicts.items()
        if verdict not in (*AGAINST, Verdict.PASS)
    }


def in_words(verdicts: Verdicts, names: set[str]) -> str:
    """Tell some verdicts for a person who has to understand why a test failed."""
    rows = (f"  {name}: {' | '.join(verdicts[name])}" for name in sorted(names) if name in verdicts)
    return "\n".join(rows)


def main(driver: str, grace: str, level: str = "") -> None:
    """Run once and print the verdicts as one line."""
    with tempfile.TemporaryDirectory(prefix="axis28-certification-") as folder:
        print(json.dumps(certified(driver, Path(folder), grace=float(grace), level=level or None), ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
