"""A timestamp proves a time where it is whole, for these data, and of an authority for timestamps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fixtures.signedpaper import AGENCY_FIELD, PERSON_FIELD
from protocol.signatures.pdf.facts import Envelope
from protocol.signatures.pdf.judge import judge
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pdf.sign import sign, stamp
from protocol.signatures.pdf.structures import Manner, Stamping
from protocol.signatures.pki import Pki, Validity
from tests.protocol.signatures.moments import DAY, HOUR, NOW, YEAR
from tests.protocol.signatures.pdf.parties import (
    AFTER,
    LATER,
    agency,
    asked,
    judged,
    outcomes,
    paper,
    person,
    pki,
    signed,
    told,
    trusted,
)


def test_a_timestamp_proves_the_time() -> None:
    made = Stamping(pki().timestamp, AFTER)
    outcome = judged(sign(paper(), agency(), NOW, field="F", stamping=made))["F"]
    assert (outcome.result, outcome.proven_at) == ("good", AFTER)
    assert asked(outcome)["timestamp"].result == "good"


def test_a_timestamp_over_the_file_proves_the_time_of_all_before_it() -> None:
    data = stamp(signed(), Stamping(pki().timestamp, LATER), field="T")
    found = judged(data)
    assert {each.result for each in found.values()} == {"good"}
    assert [found[field].proven_at for field in (PERSON_FIELD, AGENCY_FIELD, "T")] == [LATER, LATER, LATER]


def test_an_expired_certificate_is_good_with_a_timestamp_and_not_without() -> None:
    hierarchy = Pki(NOW)
    seal = hierarchy.agency("H99.01", "Sở Thử nghiệm", validity=Validity(NOW - 30 * DAY, NOW + 30 * DAY))
    then, now = hierarchy.trust(NOW), NOW + YEAR
    plain = sign(paper(), seal, NOW, field="F", manner=Manner(crls=then.crls))
    proven = sign(
        paper(), seal, NOW, field="F", manner=Manner(crls=then.crls), stamping=Stamping(hierarchy.timestamp, NOW)
    )
    answers = [judge(read_signatures(data), hierarchy.trust(now), now)[0] for data in (plain, proven)]
    assert [asked(each)["validity"].result for each in answers] == ["unknown", "good"]


@pytest.mark.parametrize("case", ["wrong-data", "untrusted", "not-a-tsa", "sha1", "future", "late"])
def test_a_bad_timestamp_is_named(case: str) -> None:
    stranger = Pki(NOW, name="khác")
    stampings = {
        "untrusted": Stamping(stranger.timestamp, NOW),
        "not-a-tsa": Stamping(agency(), NOW),
        "sha1": Stamping(pki().timestamp, NOW, "sha1"),
        "future": Stamping(pki().timestamp, LATER + HOUR),
        "late": Stamping(pki().timestamp, NOW - HOUR),
    }
    reasons = {
        "wrong-data": "pdf-timestamp-wrong-data",
        "untrusted": "pdf-timestamp-untrusted",
        "not-a-tsa": "pdf-timestamp-untrusted",
        "sha1": "pdf-timestamp-algorithm",
        "future": "pdf-timestamp-in-future",
        "late": "pdf-signing-time-after-timestamp",
    }
    if case == "wrong-data":
        facts = read_signatures(sign(paper(), agency(), NOW, field="F", stamping=Stamping(pki().timestamp, NOW)))
        other = read_signatures(sign(paper(), person(), NOW, field="F", stamping=Stamping(pki().timestamp, NOW)))
        token = replace(other.signatures[0].tokens[0], matches=False)
        outcome = outcomes(replace(facts, signatures=(replace(facts.signatures[0], tokens=(token,)),)))[0]
    else:
        outcome = judged(sign(paper(), agency(), NOW, field="F", stamping=stampings[case]))["F"]
    assert reasons[case] in {reason for _, result, reason in told(outcome) if result == "bad"}
    if case != "late":
        assert outcome.proven_at is None


@pytest.mark.parametrize(
    ("change", "result", "reason"),
    [
        ({"made_at": None}, "bad", "pdf-timestamp-malformed"),
        ({"envelope": Envelope(trouble="signer-count")}, "bad", "pdf-timestamp-malformed"),
        ({"matches": None, "imprint": "shake128"}, "bad", "pdf-timestamp-algorithm"),
        ({"envelope": Envelope(certificate=b"x", digest_holds=False, value_holds=True)}, "bad", "pdf-timestamp-broken"),
        ({"envelope": Envelope()}, "unknown", "pdf-timestamp-unproven"),
    ],
)
def test_a_token_that_is_not_whole_proves_nothing(change: dict[str, Any], result: str, reason: str) -> None:
    facts = read_signatures(sign(paper(), agency(), NOW, field="F", stamping=Stamping(pki().timestamp, NOW)))
    token = replace(facts.signatures[0].tokens[0], **change)
    outcome = outcomes(replace(facts, signatures=(replace(facts.signatures[0], tokens=(token,)),)))[0]
    assert told(outcome) == {("timestamp", result, reason)}
    assert outcome.proven_at is None


def test_a_timestamp_of_unknown_standing_proves_nothing() -> None:
    data = sign(paper(), agency(), NOW, field="F", stamping=Stamping(pki().timestamp, NOW))
    outcome = judged(data, replace(trusted(), crls=(), ocsps=()))["F"]
    assert ("timestamp", "unknown", "pdf-timestamp-unproven") in told(outcome)
    assert outcome.proven_at is None
