"""Verdicts: of a check, and, computed from nothing but the raw report, of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

REQUIRED = "required-capability-missing"
INTERRUPTED = "interrupted"


class Verdict(StrEnum):
    """What a check may come to."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    WRONG_REASON = "wrong-reason"
    WARN = "warn"
    NOT_SUPPORTED = "not-supported"
    INCONCLUSIVE = "inconclusive"
    WAIVED = "waived"
    ERROR = "error"


class RunVerdict(StrEnum):
    """What a run may come to."""

    CERTIFIED = "certified"
    NOT_CERTIFIED = "not-certified"
    PARTIAL = "partial"
    INVALID = "invalid"


GOOD, BAD, USAGE, INVALID = 0, 1, 2, 3


def judge(report: Mapping[str, Any]) -> tuple[RunVerdict, int]:
    """Give the verdict of a run and its exit code from its raw report (its own ``verdict`` and ``exit_code`` unread).

    The first that applies: interrupted → ``partial`` (1 where a scored check failed, else 3); a scored failure, or a
    capability missing that the plan requires → ``not-certified``, 1; a scored check that could not be decided, or none
    at all → ``invalid``, 3; a selection of the plan's checks → ``partial``, 0; else ``certified``, 0.
    """
    scored: Sequence[Mapping[str, Any]] = [check for check in report["checks"] if check["scored"]]
    failed = any(_blocks(check) for check in scored)
    if any(check["reason"] == INTERRUPTED for check in report["checks"]):
        return RunVerdict.PARTIAL, BAD if failed else INVALID
    if failed:
        return RunVerdict.NOT_CERTIFIED, BAD
    if any(check["verdict"] in (Verdict.INCONCLUSIVE, Verdict.ERROR) for check in scored):
        return RunVerdict.INVALID, INVALID
    if not any(check["verdict"] in (Verdict.PASS, Verdict.WARN, Verdict.WAIVED) for check in scored):
        return RunVerdict.INVALID, INVALID
    if report["plan"]["selection"] is not None:
        return RunVerdict.PARTIAL, GOOD
    return RunVerdict.CERTIFIED, GOOD


def counts(checks: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Count the checks by verdict; every verdict has its line, also the one that nothing came to."""
    counted = Counter(check["verdict"] for check in checks)
    return {verdict.value: counted[verdict.value] for verdict in Verdict}


def _blocks(check: Mapping[str, Any]) -> bool:
    if check["verdict"] == Verdict.NOT_SUPPORTED:
        return bool(check["reason"] == REQUIRED)
    return check["verdict"] in (Verdict.FAIL, Verdict.WRONG_REASON)
