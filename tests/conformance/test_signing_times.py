"""Certificates that have expired: what a system may make of what they signed, and what it may not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from conformance.mutants import DEFECTS
from conformance.reference_dms import verifying
from conformance.reference_dms.behaviour import Behaviour
from conformance.reference_dms.verifying import Verdict as Found
from conformance.variants import VARIANTS
from conformance.verdict import Verdict
from protocol.signatures.outcome import Check, Result, SignatureOutcome
from protocol.signatures.pdf.facts import PaperFacts
from protocol.signatures.trust import Trust
from tests.conformance import odd_systems
from tests.conformance.odd_systems import Change
from tests.conformance.stories import WAYS, as_it_is, judged, verdict

EXPIRED, FORGED = "SIG-13/expired-before-signing", "SIG-12/forged-timestamp"
PATIENT = 4.0
Outcomes = Callable[[PaperFacts, Trust, datetime], tuple[SignatureOutcome, ...]]
NO_SUCH_DAY = "2026-02-30T10:00:00+07:00"
pytestmark = pytest.mark.timeout(300)


def _undecided(check: Check) -> Result:
    """Call nothing bad that follows from the end of the validity, and nothing good either."""
    return "unknown" if check.question == "validity" and check.result != "good" else verifying.weigh(check)


def _at_the_claimed_time(check: Check) -> Result:
    """Take the time that the signer wrote for the time of signing."""
    believed = check.reason in ("signing-time-unproven", "revocation-stale")
    return "good" if believed else verifying.weigh(check)


LAWFUL: dict[str, Callable[[], Behaviour]] = {
    "refuses": Behaviour,
    "holds": lambda: VARIANTS["holds-bad-signatures"].applied(Behaviour(), WAYS)[0],
    "marks": lambda: VARIANTS["marks-bad-signatures"].applied(Behaviour(), WAYS)[0],
    "cannot-say": lambda: replace(Behaviour(), weigh=_undecided),
    "marks-what-it-cannot-say": lambda: replace(
        VARIANTS["marks-bad-signatures"].applied(Behaviour(), WAYS)[0], weigh=_undecided
    ),
    "judges-at-the-claimed-time": lambda: replace(Behaviour(), weigh=_at_the_claimed_time),
    "judges-at-receipt": lambda: DEFECTS["judged-as-of-today"].applied(Behaviour()),
}


@pytest.mark.parametrize("way", LAWFUL)
def test_an_expired_certificate_may_be_refused_held_marked_or_left_undecided(way: str, tmp_path: Path) -> None:
    outcome = judged(EXPIRED, tmp_path, behaviour=LAWFUL[way](), grace=PATIENT)
    assert verdict(outcome) == (Verdict.PASS, None), outcome.got


def _needing_a_claim(judge: Outcomes) -> Outcomes:
    """Say nothing of a signature whose signer claims no time, however it is stamped."""
    undated = Check("time", "unknown", "pdf-signing-time-missing")

    def outcomes(facts: PaperFacts, trust: Trust, now: datetime) -> tuple[SignatureOutcome, ...]:
        found = judge(facts, trust, now)
        return tuple(each if each.signed_at else replace(each, checks=(*each.checks, undated)) for each in found)

    return outcomes


STAMPED = LAWFUL.keys() - {"judges-at-receipt"}


@pytest.mark.parametrize("way", sorted(STAMPED))
def test_a_forged_timestamp_may_be_refused_held_marked_or_left_undecided(way: str, tmp_path: Path) -> None:
    outcome = judged(FORGED, tmp_path, behaviour=LAWFUL[way](), grace=PATIENT)
    assert verdict(outcome) == (Verdict.PASS, None), outcome.got


def test_who_decides_nothing_without_a_claim_is_asked_of_signatures_with_one(tmp_path: Path) -> None:
    behaviour = replace(Behaviour(), outcomes=_needing_a_claim(verifying.outcomes))
    outcome = judged(FORGED, tmp_path, behaviour=behaviour, grace=PATIENT)
    assert verdict(outcome) == (Verdict.PASS, None), outcome.got


def test_who_believes_what_signers_claim_proves_nothing_of_their_timestamps(tmp_path: Path) -> None:
    lawful = replace(Behaviour(), outcomes=_needing_a_claim(verifying.outcomes), weigh=_at_the_claimed_time)
    outcome = judged(FORGED, tmp_path, behaviour=lawful, grace=PATIENT)
    assert verdict(outcome) == (Verdict.WARN, "forged-timestamp-unproven"), outcome.got


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("any-timestamp-believed", "forged-timestamp-accepted"),
        ("any-timestamp-believed-where-dated", "forged-timestamp-accepted"),
        ("judged-as-of-today", "good-signature-not-accepted"),
    ],
)
def test_who_believes_forged_timestamps_or_none_at_all_fails(name: str, reason: str, tmp_path: Path) -> None:
    outcome = judged(FORGED, tmp_path, behaviour=DEFECTS[name].applied(Behaviour()), grace=PATIENT)
    assert verdict(outcome) == (Verdict.FAIL, reason), outcome.got


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(odd_systems.shows_nothing_of_refused_letters, id="shows-nothing-of-refused-letters"),
        pytest.param(odd_systems.late(2.0, odd_systems.hidden), id="shown-late"),
    ],
)
def test_what_was_returned_need_not_be_shown_and_what_is_shown_may_come_late(change: Change, tmp_path: Path) -> None:
    outcome = judged(EXPIRED, tmp_path, change=change, grace=PATIENT)
    assert verdict(outcome) == (Verdict.PASS, None), outcome.got


def test_what_cannot_be_judged_is_registered_by_nobody_but_an_officer(tmp_path: Path) -> None:
    behaviour = DEFECTS["registers-what-it-cannot-judge"].applied(Behaviour())
    outcome = judged("SIG-13/revocation-out-of-reach", tmp_path, behaviour=behaviour, grace=PATIENT)
    assert verdict(outcome) == (Verdict.FAIL, "unknown-shown-as-valid"), outcome.got
    assert "03" in outcome.got


def test_a_day_that_does_not_exist_is_a_wrong_time_and_no_fault_of_the_suite(tmp_path: Path) -> None:
    def shown(found: Found) -> dict[str, Any]:
        return verifying.shown_signature(found) | {"signed_at": NO_SUCH_DAY}

    behaviour = replace(Behaviour(), shown_signature=shown)
    outcome = judged("SIG-06/signatures-are-shown", tmp_path, behaviour=behaviour, grace=PATIENT)
    assert (*verdict(outcome), outcome.got) == (Verdict.FAIL, "signing-time-wrong", NO_SUCH_DAY)


@pytest.mark.parametrize("check", [EXPIRED, FORGED])
def test_what_is_decided_later_is_waited_for(check: str, tmp_path: Path) -> None:
    slowly = replace(WAYS, poll_interval_s=0.5)
    behaviour, _ = VARIANTS["verifies-in-background"].applied(Behaviour(), slowly)
    outcome = judged(check, tmp_path, behaviour=behaviour, change=as_it_is, ways=slowly, grace=PATIENT)
    assert verdict(outcome) == (Verdict.PASS, None), outcome.got
