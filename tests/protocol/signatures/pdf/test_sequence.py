"""Person before agency: within each organisation that signed, by revisions first and by clocks only roughly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from protocol.signatures.outcome import Check, Result, Role, SignatureOutcome, Signer
from protocol.signatures.pdf.sequence import TIMES_ONLY, TOLERANCE, order

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def by(role: Role, organisation: str = "", *codes: str, at: datetime | None = AT) -> tuple[Signer, datetime | None]:
    name = "Trần Thị Mẫu" if role == "person" else organisation
    return Signer(role, name, organisation, codes), at


def judged(*signers: tuple[Signer, datetime | None]) -> str:
    signing = [SignatureOutcome(f"F{number}", signer, at) for number, (signer, at) in enumerate(signers)]
    found = order(signing, {each.place: number for number, each in enumerate(signing)})
    return found[0].result if found else "not asked"


A, B = ("Sở Thử nghiệm", "H99.01"), ("Sở Khác", "H99.02")


@pytest.mark.parametrize(
    ("signers", "result"),
    [
        ([by("person", *A), by("agency", *A)], "good"),
        ([by("agency", *A), by("person", *A)], "bad"),
        ([by("person", *A), by("agency", *A), by("person", *B), by("agency", *B)], "good"),
        ([by("person", *A), by("agency", *A), by("agency", *B), by("person", *B)], "bad"),
        ([by("agency", *B), by("person", *A), by("agency", *A)], "bad"),
        ([by("person", *A), by("person", *A), by("agency", *A)], "good"),
        ([by("person", *A), by("agency", *A), by("person", *A)], "bad"),
        ([by("person", *A), by("agency", *A), by("person")], "bad"),
        ([by("person", *A), by("agency", *A), by("person", *B)], "unknown"),
        ([by("person", *B), by("agency", *A)], "good"),
        ([by("agency", *A), by("person", *B)], "bad"),
        ([by("person"), by("agency", *A), by("person"), by("agency", *B)], "unknown"),
        ([by("person"), by("person"), by("agency", *A), by("agency", *B)], "good"),
        ([by("person", "SỞ THỬ NGHIỆM"), by("agency", *A), by("person", "So Khac"), by("agency", *B)], "good"),
        ([by("person", "Phòng Mẫu", "H99.02.05"), by("agency", *B), by("person", *A), by("agency", *A)], "good"),
        ([by("person", "UBND", "H99"), by("agency", *A), by("person", "UBND", "H99"), by("agency", *B)], "unknown"),
        ([by("person", *A), by("agency", *A), by("agency", *A)], "good"),
        ([by("unknown", A[0]), by("agency", *A), by("person", *A)], "bad"),
        ([by("person", *A), by("agency", *A), by("unknown", A[0]), by("person", *A), by("person")], "bad"),
        ([by("unknown", A[0]), by("agency", *A), by("person", *A), by("person")], "bad"),
        ([by("unknown", A[0]), by("agency", *A), by("person"), by("person", *A)], "bad"),
        ([by("unknown", A[0]), by("agency", *A), by("person")], "unknown"),
        ([by("unknown", A[0]), by("agency", *A), by("person", *B)], "unknown"),
        ([by("unknown", A[0]), by("agency", *A), by("person", *B), by("agency", *B)], "unknown"),
        ([by("agency", *A), by("unknown", A[0]), by("person")], "bad"),
        ([by("person", *A)], "not asked"),
        ([by("agency", *A)], "not asked"),
    ],
)
def test_the_order_is_that_within_each_organisation(signers: list[tuple[Signer, datetime | None]], result: str) -> None:
    assert judged(*signers) == result


@pytest.mark.parametrize(
    ("behind", "result"),
    [(timedelta(seconds=20), "good"), (TOLERANCE - timedelta(seconds=1), "good"), (TOLERANCE, "unknown")],
)
def test_clocks_may_differ_a_little_where_the_revisions_are_right(behind: timedelta, result: str) -> None:
    assert judged(by("person", *A), by("agency", *A, at=AT - behind)) == result


REVISIONS = {"NguoiKy": 1, "CoQuan": 2}


def stamped(role: Role, place: str, at: datetime, proven: datetime, trusted: Result | None) -> SignatureOutcome:
    signer, _ = by(role, *A)
    checks = (Check("timestamp", trusted),) if trusted else ()
    return SignatureOutcome(place, signer, at, proven if trusted == "good" else None, checks)


@pytest.mark.parametrize(
    ("behind", "proven_behind", "trusted", "answer"),
    [
        (0, 60, ("good", "good"), ("unknown", TIMES_ONLY)),
        (60, 60, ("good", "good"), ("unknown", TIMES_ONLY)),
        (60, 0, ("good", "good"), ("good", "")),
        (60, 60, ("good", None), ("unknown", TIMES_ONLY)),
        (60, 60, (None, "good"), ("unknown", TIMES_ONLY)),
        (60, 60, ("unknown", "good"), ("unknown", TIMES_ONLY)),
        (60, 60, ("good", "bad"), ("unknown", TIMES_ONLY)),
        (0, 60, ("good", None), ("good", "")),
    ],
)
def test_times_that_deny_the_revisions_are_in_doubt_and_timestamps_of_both_are_asked_before_claims(
    behind: int, proven_behind: int, trusted: tuple[Result | None, Result | None], answer: tuple[Result, str]
) -> None:
    earlier, proven_earlier = (AT - timedelta(minutes=each) for each in (behind, proven_behind))
    person = stamped("person", "NguoiKy", AT, AT, trusted[0])
    agency = stamped("agency", "CoQuan", earlier, proven_earlier, trusted[1])
    (check,) = order([person, agency], REVISIONS)
    assert (check.result, check.reason) == answer
    assert check.result == "good" or check.got == "2026-11-20T08:00:00+0000 < 2026-11-20T09:00:00+0000"


def test_no_clock_makes_up_for_wrong_revisions() -> None:
    assert judged(by("agency", *A, at=AT), by("person", *A, at=AT - timedelta(hours=1))) == "bad"


def test_clocks_are_compared_within_each_organisation_and_where_there_is_one() -> None:
    later = AT + timedelta(hours=2)
    joint = [by("person", *B, at=later), by("agency", *B, at=later), by("person", *A), by("agency", *A)]
    assert judged(*joint) == "good"
    assert judged(by("person", *A, at=later), by("agency", *A, at=None)) == "good"


def test_a_wrong_clock_hides_no_doubt_about_the_revisions() -> None:
    own = [by("person", *A, at=AT), by("agency", *A, at=AT - timedelta(hours=1))]
    signing = [
        SignatureOutcome("F1", own[0][0], AT),
        SignatureOutcome("F2", own[1][0], AT - timedelta(hours=1)),
        SignatureOutcome("F3", by("person", *B)[0], AT),
    ]
    (check,) = order(signing, {"F1": 1, "F2": 2, "F3": 3})
    assert (check.result, check.reason) == ("unknown", "pdf-agency-before-person")
