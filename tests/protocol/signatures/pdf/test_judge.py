"""A signature is judged by all that can be asked of it, and each answer is the file's and the trust's, not a guess."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from fixtures.letterhead import DECISION, LETTER
from fixtures.paper import new_pdf_document
from fixtures.signedpaper import AGENCY_FIELD, PERSON_FIELD, signed_by_agency, signed_by_person, signed_paper
from protocol.signatures.anchors import Trust
from protocol.signatures.pdf.facts import Change, ChangeKind, PaperFacts
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pdf.sign import sign, stamp, with_validation_data
from protocol.signatures.pdf.structures import Manner, Stamping
from protocol.signatures.pdf.whole import judge_whole
from protocol.signatures.pki import Pki, defects
from schemas import registry
from tests.protocol.signatures.moments import DAY, HOUR, NOW
from tests.protocol.signatures.pdf.parties import (
    AFTER,
    LATER,
    agency,
    asked,
    facts_of,
    judged,
    outcomes,
    paper,
    person,
    pki,
    signed,
    signed_twice,
    told,
    trusted,
)


def test_a_paper_signed_in_order_is_good_in_everything() -> None:
    facts = read_signatures(signed())
    found = outcomes(facts)
    assert [each.place for each in found] == [PERSON_FIELD, AGENCY_FIELD]
    for each in found:
        assert each.result == "good"
        assert told(each) == set()
        assert {"form", "integrity", "coverage", "changes", "algorithm", "certificate", "chain", "usage", "validity",
                "revocation", "embedded", "time"} == set(asked(each))  # fmt: skip
    assert [each.signer.role for each in found if each.signer] == ["person", "agency"]
    assert [each.signed_at for each in found] == [NOW, AFTER]
    assert {check.result for check in judge_whole(facts, found)} == {"good"}


def test_the_second_signature_is_named_as_a_permitted_change_of_the_first() -> None:
    changes = facts_of(signed(), PERSON_FIELD).changes
    assert [(each.kind, each.revision, each.where, each.permitted) for each in changes] == [
        ("signature", 3, AGENCY_FIELD, True)
    ]
    assert facts_of(signed(), AGENCY_FIELD).changes == ()


@pytest.mark.parametrize("document", [DECISION, LETTER])
def test_what_is_drawn_does_not_matter(document: object) -> None:
    data = signed_paper(DECISION if document is DECISION else LETTER, person(), agency(), NOW)
    assert {each.result for each in judged(data).values()} == {"good"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("expired", "certificate-expired"),
        ("not-yet-valid", "certificate-not-yet-valid"),
        ("revoked-before", "certificate-revoked"),
        ("wrong-usage", "certificate-usage-wrong"),
        ("self-signed", "certificate-self-signed"),
        ("public-ca", "certificate-issuer-missing"),  # its root is not embedded, as no root should be
        ("tampered", "certificate-signature-wrong"),
    ],
)
def test_a_bad_certificate_makes_a_bad_signature_with_its_reason(name: str, reason: str) -> None:
    hierarchy = Pki(NOW)
    data = sign(paper(), defects.bad(hierarchy, name), NOW, field="F")
    outcome = judged(data, hierarchy.trust(LATER))["F"]
    assert outcome.result == "bad"
    assert reason in {each.reason for check in outcome.checks for each in check.walk()}


def test_without_revocation_data_the_answer_is_unknown() -> None:
    bare = replace(trusted(), crls=(), ocsps=())
    outcome = judged(signed(), bare)[PERSON_FIELD]
    assert (outcome.result, asked(outcome)["revocation"].result) == ("unknown", "unknown")


@pytest.mark.parametrize("place", ["signature", "store"])
def test_revocation_data_in_the_file_are_used(place: str) -> None:
    bare = Trust(roots=trusted().roots)
    lists = pki().crls(LATER)
    answers = (pki().ocsp(agency(), LATER),)
    if place == "signature":
        data = sign(paper(), agency(), NOW, field="F", manner=Manner(crls=lists, ocsps=answers))
    else:
        data = with_validation_data(sign(paper(), agency(), NOW, field="F"), crls=lists, ocsps=answers)
    outcome = judged(data, bare)["F"]
    assert outcome.result == "good", told(outcome)


def test_a_signature_from_the_future_is_bad() -> None:
    data = sign(paper(), agency(), LATER + HOUR, field="F")
    assert ("time", "bad", "pdf-signing-time-in-future") in told(judged(data)["F"])


def test_a_signature_without_a_time_is_unknown() -> None:
    data = sign(paper(), agency(), NOW, field="F", manner=Manner(claim=False))
    outcome = judged(data)["F"]
    assert outcome.signed_at is None
    assert told(outcome) == {("time", "unknown", "pdf-signing-time-missing")}


def test_two_times_in_one_signature_that_differ_are_named() -> None:
    facts = read_signatures(sign(paper(), agency(), NOW, field="F"))
    other = replace(facts, signatures=(replace(facts.signatures[0], claimed_at=NOW - DAY),))
    assert told(outcomes(other)[0]) == {("time", "unknown", "pdf-signing-times-differ")}


def test_a_signature_without_its_chain_is_named_though_the_chain_is_at_hand() -> None:
    outcome = judged(sign(paper(), agency(), NOW, field="F", manner=Manner(chain=False)))["F"]
    assert told(outcome) == {("embedded", "bad", "pdf-chain-not-embedded")}
    assert asked(outcome)["chain"].result == "good"


def test_the_chain_may_stand_in_the_security_store() -> None:
    bare = sign(paper(), agency(), NOW, field="F", manner=Manner(chain=False))
    data = with_validation_data(bare, certificates=agency().issuer_ders[:-1])
    assert judged(data)["F"].result == "good"


def test_a_chain_that_nobody_trusts_is_not_asked_for_being_embedded() -> None:
    outcome = judged(sign(paper(), defects.bad(Pki(NOW), "self-signed"), NOW, field="F"))["F"]
    assert "embedded" not in asked(outcome)


def test_an_unsigned_file_is_named() -> None:
    facts = read_signatures(paper())
    assert [(each.result, each.reason) for each in judge_whole(facts, ())] == [("bad", "pdf-not-signed")]


@pytest.mark.parametrize(
    ("by", "reason"),
    [("person", "pdf-agency-signature-missing"), ("agency", "pdf-person-signature-missing")],
)
def test_one_signature_of_two_is_named(by: str, reason: str) -> None:
    data = sign(paper(), person() if by == "person" else agency(), NOW, field="F")
    facts = read_signatures(data)
    found = outcomes(facts)
    assert {each.reason for each in judge_whole(facts, found) if each.result == "bad"} == {reason}
    assert {each.result for each in judge_whole(facts, found, needed=())} <= {"good"}


def test_the_agency_before_the_person_is_named_by_revision() -> None:
    data = signed_by_agency(paper(), DECISION, agency(), NOW)
    data = signed_by_person(data, DECISION, person(), AFTER)
    facts = read_signatures(data)
    reasons = {each.reason for each in judge_whole(facts, outcomes(facts))}
    assert "pdf-agency-before-person" in reasons


def test_the_agency_before_the_person_by_their_own_times_is_in_doubt() -> None:
    data = signed_by_person(paper(), DECISION, person(), AFTER)
    data = signed_by_agency(data, DECISION, agency(), NOW)
    facts = read_signatures(data)
    order = next(each for each in judge_whole(facts, outcomes(facts)) if each.question == "order")
    assert (order.result, order.reason) == ("unknown", "pdf-signing-times-out-of-order")


def test_timestamps_against_the_revisions_are_a_wrong_clock_too() -> None:
    data = sign(paper(), person(), NOW, field="P", stamping=Stamping(pki().timestamp, AFTER))
    data = sign(data, agency(), NOW, field="A", stamping=Stamping(pki().timestamp, NOW))
    facts = read_signatures(data)
    order = next(each for each in judge_whole(facts, outcomes(facts)) if each.question == "order")
    assert (order.result, order.reason) == ("unknown", "pdf-signing-times-out-of-order")


def test_a_file_that_was_not_read_is_unknown() -> None:
    assert [(each.result, each.reason) for each in judge_whole(PaperFacts("damaged"), ())] == [
        ("unknown", "pdf-signatures-unread")
    ]


def test_every_later_signature_and_all_validation_data_are_permitted() -> None:
    data = signed_twice(new_pdf_document(DECISION))
    data = with_validation_data(data, certificates=agency().issuer_ders, crls=pki().crls(LATER))
    data = stamp(data, Stamping(pki().timestamp, LATER + timedelta(seconds=1)), field="T")
    data = with_validation_data(data, certificates=(pki().timestamp.der,))
    found = judged(data)
    assert {each.result for each in found.values()} == {"good"}
    assert facts_of(data, "T").coverage == "revision"


def test_a_certification_that_forbids_changes_permits_the_second_signature() -> None:
    data = signed_by_person(paper(), DECISION, person(), NOW, manner=Manner(certify=True))
    assert judged(data)[PERSON_FIELD].result == "good"
    assert facts_of(data, PERSON_FIELD).permission == 2


@pytest.mark.parametrize("kind", get_args(ChangeKind))
def test_every_kind_of_change_has_a_reason_unless_it_is_permitted(kind: ChangeKind) -> None:
    facts = read_signatures(sign(paper(), agency(), NOW, field="F"))
    for permitted in (False, True):
        changed = replace(facts.signatures[0], changes=(Change(kind, 3, "7", "p.1", permitted=permitted),))
        check = asked(outcomes(replace(facts, signatures=(changed,)))[0])["changes"]
        assert check.parts[0].got == f"r3 {kind} p.1 7"
        assert check.result == ("good" if permitted else "bad")
        assert permitted or registry.reason(check.reason).strict == "fail"
