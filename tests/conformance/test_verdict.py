from __future__ import annotations

from typing import Any

import pytest

from conformance.verdict import INTERRUPTED, REQUIRED, RunVerdict, Verdict, counts, judge


def check(verdict: str, *, scored: bool = True, reason: str | None = None) -> dict[str, Any]:
    return {"verdict": verdict, "scored": scored, "reason": reason}


def report(*checks: dict[str, Any], selection: str | None = None) -> dict[str, Any]:
    return {"checks": list(checks), "plan": {"selection": selection}}


PASS = check("pass")


@pytest.mark.parametrize(
    ("checks", "selection", "verdict", "exit_code"),
    [
        ((PASS,), None, "certified", 0),
        ((PASS, check("warn", reason="x")), None, "certified", 0),
        ((PASS, check("waived", reason="x")), None, "certified", 0),
        ((PASS, check("not-supported", reason="capability-not-declared")), None, "certified", 0),
        ((PASS, check("fail", scored=False, reason="x")), None, "certified", 0),
        ((PASS, check("error", scored=False, reason="x")), None, "certified", 0),
        ((PASS, check("fail", reason="x")), None, "not-certified", 1),
        ((PASS, check("wrong-reason", reason="x")), None, "not-certified", 1),
        ((PASS, check("not-supported", reason=REQUIRED)), None, "not-certified", 1),
        ((PASS, check("fail", reason="x"), check("inconclusive", reason="y")), None, "not-certified", 1),
        ((PASS, check("inconclusive", reason="x")), None, "invalid", 3),
        ((PASS, check("error", reason="x")), None, "invalid", 3),
        ((check("not-supported", reason="capability-not-declared"),), None, "invalid", 3),
        ((), None, "invalid", 3),
        ((PASS,), "RCV", "partial", 0),
        ((PASS, check("fail", reason="x")), "RCV", "not-certified", 1),
        ((PASS, check("inconclusive", reason="x")), "RCV", "invalid", 3),
        ((PASS, check("inconclusive", reason=INTERRUPTED)), None, "partial", 3),
        ((check("fail", reason="x"), check("inconclusive", reason=INTERRUPTED)), None, "partial", 1),
    ],
)
def test_the_first_rule_that_applies_decides_a_run(
    checks: tuple[dict[str, Any], ...], selection: str | None, verdict: str, exit_code: int
) -> None:
    assert judge(report(*checks, selection=selection)) == (RunVerdict(verdict), exit_code)


def test_what_a_report_claims_about_itself_is_not_read() -> None:
    lying = {**report(check("fail", reason="x")), "verdict": "certified", "exit_code": 0}
    assert judge(lying) == (RunVerdict.NOT_CERTIFIED, 1)


def test_every_verdict_is_counted_also_those_that_nothing_came_to() -> None:
    counted = counts([PASS, PASS, check("fail", reason="x")])
    assert set(counted) == {verdict.value for verdict in Verdict}
    assert (counted["pass"], counted["fail"], counted["error"]) == (2, 1, 0)
