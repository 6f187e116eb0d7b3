"""A signature is judged by all that can be asked of it, and each answer is the file's and the trust's, not a guess."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from asn1crypto import algos, core

from fixtures.letterhead import DECISION, LETTER
from fixtures.paper import new_pdf_document
from fixtures.pdfforgeries import digit_changed, signed_bytes, value_changed, value_is
from fixtures.signedpaper import AGENCY_FIELD, PERSON_FIELD, signed_by_agency, signed_by_person, signed_paper
from protocol.signatures.anchors import Trust
from protocol.signatures.pdf.facts import Change, ChangeKind, Envelope, PaperFacts, SignatureFacts
from protocol.signatures.pdf.judge import judge
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pdf.sign import sign, stamp, with_validation_data
from protocol.signatures.pdf.structures import Hash, Manner, Stamping, envelope
from protocol.signatures.pdf.whole import judge_whole
from protocol.signatures.pki import Pki, Validity, defects, keys
from schemas import registry
from tests.protocol.signatures.moments import DAY, HOUR, NOW, YEAR
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


# --- integrity ---


def test_a_changed_letter_breaks_the_digest_and_not_the_value() -> None:
    for outcome in judged(digit_changed(signed())).values():
        integrity = asked(outcome)["integrity"]
        assert (integrity.result, integrity.reason) == ("bad", "pdf-digest-differs")
        assert [part.result for part in integrity.parts] == ["bad", "good"]


def test_a_changed_value_breaks_the_value_and_not_the_digest() -> None:
    outcome = judged(value_changed(signed()))[AGENCY_FIELD]
    integrity = asked(outcome)["integrity"]
    assert (integrity.result, integrity.reason) == ("bad", "pdf-signature-value-wrong")
    assert [part.result for part in integrity.parts] == ["good", "bad"]


def test_what_cannot_be_checked_is_unknown_and_never_good() -> None:
    unknown = SignatureFacts("F", coverage="file", envelope=Envelope(certificate=agency().der))
    missing = SignatureFacts("F", coverage="file", envelope=Envelope(value_holds=True, digest_holds=True))
    for facts, reason in ((unknown, "pdf-signature-uncheckable"), (missing, "pdf-signer-certificate-missing")):
        outcome = judge(PaperFacts(signatures=(facts,)), trusted(), LATER)[0]
        assert (asked(outcome)["integrity"].result, asked(outcome)["integrity"].reason) == ("unknown", reason)
        assert outcome.result != "good"


def named(oid: str, kind: keys.Kind = "p-256") -> Any:
    """Sign a paper by a key of some kind, and name the algorithm by a number; give what is said of it."""
    seal = pki().agency("H99.01", "Sở Thử nghiệm", kind=kind)
    data = sign(paper(), seal, NOW, field="F")
    info = envelope(hashlib.sha256(signed_bytes(data)).digest(), seal, NOW, Manner())
    algorithm = algos.SignedDigestAlgorithm({"algorithm": oid, "parameters": core.Null()})
    info["content"]["signer_infos"][0]["signature_algorithm"] = algorithm
    return asked(judged(value_is(info.dump(force=True))(data))["F"])


def test_a_value_by_an_unknown_algorithm_is_not_said_to_be_false() -> None:
    found = named("1.3.6.1.4.1.99999.28.5")
    assert (found["integrity"].result, found["integrity"].reason) == ("unknown", "pdf-signature-uncheckable")
    assert (found["algorithm"].result, found["algorithm"].reason) == ("bad", "signature-scheme-not-allowed")


@pytest.mark.parametrize(("kind", "result"), [("p-256", "good"), ("p-384", "good"), ("rsa-2048", "unknown")])
def test_the_name_of_a_kind_of_key_stands_for_its_scheme(kind: keys.Kind, result: str) -> None:
    found = named("1.2.840.10045.2.1", kind)
    assert found["integrity"].result == result
    assert (found["algorithm"].result == "good") is (result == "good")


# --- algorithms ---


@pytest.mark.parametrize("kind", keys.ALLOWED)
@pytest.mark.parametrize("pss", [False, True])
def test_every_allowed_key_and_scheme_verifies(kind: keys.Kind, pss: bool) -> None:
    seal = pki().agency("H99.01", "Sở Thử nghiệm", kind=kind)
    outcome = judged(sign(paper(), seal, NOW, field="F", manner=Manner(pss=pss)))["F"]
    assert outcome.result == "good"
    old = kind.startswith("rsa") and not pss
    assert asked(outcome)["algorithm"].reason == ("signature-pkcs1v15" if old else "")


@pytest.mark.parametrize(
    ("kind", "digest"),
    [
        *(("p-256", digest) for digest in ("sha256", "sha384", "sha512", "sha3_256", "sha3_512")),
        *(("rsa-2048", digest) for digest in ("sha256", "sha384", "sha512", "sha512_256", "sha3_256", "sha3_512")),
    ],
)
def test_every_allowed_hash_function_verifies(kind: keys.Kind, digest: Hash) -> None:
    seal = pki().agency("H99.01", "Sở Thử nghiệm", kind=kind)
    outcome = judged(sign(paper(), seal, NOW, field="F", manner=Manner(digest, pss=True)))["F"]
    assert outcome.result == "good"
    assert asked(outcome)["integrity"].got == digest


@pytest.mark.parametrize("digest", ["sha1", "sha224"])
def test_hash_functions_off_the_list_are_named_though_the_signature_holds(digest: Hash) -> None:
    outcome = judged(sign(paper(), agency(), NOW, field="F", manner=Manner(digest)))["F"]
    assert asked(outcome)["integrity"].result == "good"
    assert told(outcome) == {("algorithm", "bad", "signature-hash-not-allowed")}


@pytest.mark.parametrize("name", ["rsa-1024", "p-192"])
def test_keys_that_are_too_short_are_named(name: str) -> None:
    outcome = judged(sign(paper(), defects.bad(pki(), name), NOW, field="F"))["F"]
    assert ("algorithm", "bad", "signature-key-too-short") in told(outcome)


# --- certificate and time ---


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


# --- timestamps ---


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


# --- what is embedded ---


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


# --- the file as a whole ---


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


def test_the_agency_before_the_person_is_named_by_time() -> None:
    data = signed_by_person(paper(), DECISION, person(), AFTER)
    data = signed_by_agency(data, DECISION, agency(), NOW)
    facts = read_signatures(data)
    order = next(each for each in judge_whole(facts, outcomes(facts)) if each.question == "order")
    assert (order.result, order.reason) == ("bad", "pdf-agency-before-person")


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
