"""Time decides as the law has it, and only the words of who may speak about revocation count."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from cryptography import x509

from protocol.signatures import responder, revocation
from protocol.signatures.pki import Pki, Validity, authority
from protocol.signatures.trust import Evidence, Times, Trust
from tests.protocol.signatures.moments import DAY, HOUR, NOW, YEAR
from tests.protocol.signatures.words import agency, impostor, judged, told


def test_expired_since_is_good_only_where_the_time_of_signing_is_proven() -> None:
    pki = Pki(NOW)
    seal = agency(pki, validity=Validity(NOW - 30 * DAY, NOW + 30 * DAY))
    evidence = Evidence(crls=pki.crls(NOW))
    later = NOW + YEAR
    claimed = judged(seal, pki.trust(later), Times(later, claimed=NOW), evidence)
    assert claimed["validity"].result == "unknown"
    assert claimed["validity"].reason == "signing-time-unproven"
    late_proof = judged(seal, pki.trust(later), Times(later, claimed=NOW, proven=NOW + 31 * DAY), evidence)
    assert late_proof["validity"].reason == "signing-time-unproven"
    proven = judged(seal, pki.trust(later), Times(later, claimed=NOW, proven=NOW + HOUR), evidence)
    assert told(proven) == set()


def test_lists_made_after_the_expiry_do_not_speak_for_the_time_before() -> None:
    pki = Pki(NOW)
    seal = agency(pki, validity=Validity(NOW - 30 * DAY, NOW + 30 * DAY))
    later = NOW + YEAR
    checks = judged(seal, pki.trust(later), Times(later, claimed=NOW, proven=NOW + HOUR))
    assert told(checks) == {("revocation", "unknown", "revocation-unknown")}


@pytest.mark.parametrize(
    ("offset", "result"),
    [
        (timedelta(0), "good"),
        (timedelta(seconds=-1), "bad"),
        (60 * DAY, "good"),
        (60 * DAY + timedelta(seconds=1), "bad"),
    ],
)
def test_validity_ends_at_the_second(offset: timedelta, result: str) -> None:
    pki = Pki(NOW)
    seal = agency(pki, validity=Validity(NOW, NOW + 60 * DAY))
    signing = NOW + offset
    checks = judged(seal, pki.trust(signing), Times(signing, claimed=signing))
    assert checks["validity"].result == result


def test_a_claim_later_than_the_proof_does_not_help() -> None:
    pki = Pki(NOW)
    seal = agency(pki, validity=Validity(NOW, NOW + 60 * DAY))
    checks = judged(seal, pki.trust(NOW + DAY), Times(NOW + DAY, claimed=NOW + HOUR, proven=NOW - HOUR))
    assert checks["validity"].reason == "certificate-not-yet-valid"


@pytest.mark.parametrize(
    ("claimed", "proven", "result", "reason"),
    [
        (NOW - HOUR, NOW - HOUR, "good", ""),
        (NOW - HOUR, None, "unknown", "revoked-after-claimed-signing"),
        (NOW - HOUR, NOW + HOUR, "unknown", "revoked-after-claimed-signing"),
        (NOW, None, "bad", "certificate-revoked"),
        (NOW + HOUR, None, "bad", "certificate-revoked"),
        (NOW, NOW, "bad", "certificate-revoked"),
        (None, None, "unknown", "revoked-signing-time-unknown"),
        (None, NOW + HOUR, "unknown", "revoked-signing-time-unknown"),
        (None, NOW, "unknown", "revoked-signing-time-unknown"),
        (None, NOW - HOUR, "good", ""),
    ],
)
@pytest.mark.parametrize("by", ["crl", "ocsp"])
def test_revocation_counts_from_its_instant_and_a_mere_claim_excuses_nothing(
    by: str, claimed: datetime | None, proven: datetime | None, result: str, reason: str
) -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    pki.revoke(seal, NOW)
    trusted = pki.trust(NOW + DAY)
    if by == "ocsp":
        trusted = Trust(trusted.roots, trusted.intermediates, (pki.root.crl(NOW + DAY),), (pki.ocsp(seal, NOW + DAY),))
    check = judged(seal, trusted, Times(NOW + DAY, claimed, proven))["revocation"]
    assert (check.result, check.reason) == (result, reason)


def test_without_lists_revocation_is_unknown_and_not_good() -> None:
    pki = Pki(NOW)
    bare = Trust((pki.root.identity.der,))
    assert told(judged(agency(pki), bare)) == {("revocation", "unknown", "revocation-unknown")}


def test_lists_that_ran_out_leave_it_unknown() -> None:
    pki = Pki(NOW)
    checks = judged(agency(pki), pki.trust(NOW), Times(NOW + 8 * DAY, claimed=NOW))
    assert told(checks) == {("revocation", "unknown", "revocation-stale")}
    assert told(judged(agency(pki), pki.trust(NOW), Times(NOW + 7 * DAY, claimed=NOW))) == set()


def test_lists_of_the_time_that_is_proven_are_enough() -> None:
    pki = Pki(NOW)
    times = Times(NOW + 8 * DAY, claimed=NOW, proven=NOW + HOUR)
    assert told(judged(agency(pki), pki.trust(NOW), times)) == set()


def test_lists_from_the_future_say_nothing() -> None:
    pki = Pki(NOW)
    assert told(judged(agency(pki), pki.trust(NOW + DAY))) == {("revocation", "unknown", "revocation-unknown")}


@pytest.mark.parametrize(("after", "result"), [(timedelta(0), "good"), (timedelta(seconds=1), "unknown")])
def test_a_list_speaks_for_certificates_that_had_not_expired_when_it_was_made(after: timedelta, result: str) -> None:
    pki = Pki(NOW)
    seal = agency(pki, validity=Validity(NOW - DAY, NOW))
    checks = judged(seal, pki.trust(NOW + after), Times(NOW + after, claimed=NOW - HOUR, proven=NOW - HOUR))
    assert checks["revocation"].result == result


@pytest.mark.parametrize(("ahead", "result"), [(timedelta(0), "good"), (timedelta(seconds=1), "unknown")])
def test_an_authority_may_be_ahead_by_some_minutes(ahead: timedelta, result: str) -> None:
    pki = Pki(NOW)
    checks = judged(agency(pki), pki.trust(NOW + revocation.TOLERANCE + ahead))
    assert checks["revocation"].result == result


@pytest.mark.parametrize(("age", "reason"), [(timedelta(0), ""), (timedelta(seconds=1), "revocation-stale")])
def test_a_response_that_names_no_end_speaks_for_half_an_hour(age: timedelta, reason: str) -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    trusted = Trust((pki.root.identity.der,), (), (pki.root.crl(NOW),), (pki.ocsp(seal, NOW, life=None),))
    later = NOW + responder.SHORT_LIFE + age
    assert judged(seal, trusted, Times(later, claimed=NOW))["revocation"].reason == reason


@pytest.mark.parametrize("flag", [x509.ReasonFlags.key_compromise, x509.ReasonFlags.superseded])
def test_a_key_that_was_in_other_hands_counts_as_revoked_since_then(flag: x509.ReasonFlags) -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    pki.revoke(seal, NOW, flag, invalid=NOW - 2 * DAY)
    signed = NOW - DAY
    times = Times(NOW + HOUR, claimed=signed, proven=signed)
    assert judged(seal, pki.trust(NOW + HOUR), times)["revocation"].result == "bad"
    before = Times(NOW + HOUR, claimed=NOW - 3 * DAY, proven=NOW - 3 * DAY)
    assert judged(seal, pki.trust(NOW + HOUR), before)["revocation"].result == "good"


@pytest.mark.parametrize("what", ["crl", "ocsp"])
def test_what_came_with_the_signature_serves(what: str) -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    root_list, issuing_list = pki.crls(NOW)
    evidence = Evidence((root_list, issuing_list)) if what == "crl" else Evidence((root_list,), (pki.ocsp(seal, NOW),))
    assert told(judged(seal, Trust((pki.root.identity.der,)), evidence=evidence)) == set()


def test_a_revoked_issuer_makes_all_below_it_bad() -> None:
    pki = Pki(NOW)
    pki.root.revoke(pki.issuing.identity.certificate, authority.Revocation(NOW - DAY))
    check = judged(agency(pki), pki.trust(NOW))["revocation"]
    assert (check.result, check.reason) == ("bad", "certificate-revoked")
    assert [part.result for part in check.parts] == ["good", "bad"]


@pytest.mark.parametrize("by", ["crl", "ocsp"])
def test_a_hold_counts_while_it_lasts(by: str) -> None:
    pki = Pki(NOW)
    seal = agency(pki)

    def words(at: datetime) -> Evidence:
        return Evidence(pki.crls(at)) if by == "crl" else Evidence((pki.root.crl(at),), (pki.ocsp(seal, at),))

    def held_by(*said: Evidence) -> set[tuple[str, str, str]]:
        crls, ocsps = ([der for each in said for der in each.crls], [der for each in said for der in each.ocsps])
        trusted = Trust((pki.root.identity.der,), (pki.issuing.identity.der,), tuple(crls), tuple(ocsps))
        return told(judged(seal, trusted))

    before = words(NOW - DAY)
    pki.revoke(seal, NOW - 2 * HOUR, x509.ReasonFlags.certificate_hold)
    during = words(NOW - HOUR)
    pki.issuing.revoked.clear()
    assert held_by(before, during) == {("revocation", "bad", "certificate-revoked")}
    assert held_by(before, during, words(NOW)) == set()


def test_a_final_revocation_stays_although_a_later_list_forgets_it() -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    pki.revoke(seal, NOW - 2 * HOUR)
    revoked = pki.crls(NOW - HOUR)
    pki.issuing.revoked.clear()
    trusted = Trust((pki.root.identity.der,), (pki.issuing.identity.der,), (*revoked, *pki.crls(NOW)))
    assert told(judged(seal, trusted)) == {("revocation", "bad", "certificate-revoked")}


def test_a_list_of_the_same_name_by_another_key_is_not_believed() -> None:
    pki = Pki(NOW)
    seal, other = agency(pki), impostor(pki)
    other.issuing.revoke(seal.certificate, authority.Revocation(NOW - DAY))
    root_list = pki.root.crl(NOW)
    trusted = Trust((pki.root.identity.der,), (), (root_list, other.issuing.crl(NOW)))
    assert told(judged(seal, trusted)) == {("revocation", "unknown", "revocation-unknown")}


@pytest.mark.parametrize("responder", ["signer", "impostor", "timestamp"])
def test_a_response_by_somebody_else_is_not_believed(responder: str) -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    wrong = {"signer": seal, "impostor": impostor(pki).responder, "timestamp": pki.timestamp}[responder]
    response = pki.issuing.ocsp(seal.certificate, NOW, wrong)
    trusted = Trust((pki.root.identity.der,), (), (pki.root.crl(NOW),))
    checks = judged(seal, trusted, evidence=Evidence(ocsps=(response,)))
    assert told(checks) == {("revocation", "unknown", "revocation-unknown")}


def test_a_response_about_another_certificate_says_nothing() -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    other = pki.ocsp(pki.agency("H99.02", "Ban Mẫu"), NOW)
    trusted = Trust((pki.root.identity.der,), (), (pki.root.crl(NOW),), (other,))
    assert told(judged(seal, trusted)) == {("revocation", "unknown", "revocation-unknown")}


@pytest.mark.parametrize("damage", ["flipped", "cut", "garbage", "empty"])
def test_damaged_words_are_passed_over(damage: str) -> None:
    pki = Pki(NOW)
    seal = agency(pki)

    def spoiled(der: bytes) -> bytes:
        if damage == "flipped":
            return der[:-5] + bytes([der[-5] ^ 1]) + der[-4:]
        return {"cut": der[: len(der) // 2], "garbage": b"\x30\x03abc", "empty": b""}[damage]

    evidence = Evidence(tuple(map(spoiled, pki.crls(NOW))), (spoiled(pki.ocsp(seal, NOW)),))
    checks = judged(seal, Trust((pki.root.identity.der,)), evidence=evidence)
    assert told(checks) == {("revocation", "unknown", "revocation-unknown")}


def test_too_large_and_too_many_words_are_passed_over() -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    lists = pki.crls(NOW)
    bare = Trust((pki.root.identity.der,))
    late = Evidence((b"\x30\x00",) * revocation.MOST_EMBEDDED + lists)
    assert told(judged(seal, bare, evidence=late)) == {("revocation", "unknown", "revocation-unknown")}
    large = Evidence(tuple(each + bytes(revocation.LARGEST_EMBEDDED) for each in lists))
    assert told(judged(seal, bare, evidence=large)) == {("revocation", "unknown", "revocation-unknown")}
