"""What is held of a signer: each bad certificate gets its own reason, and time decides as the law has it."""

from __future__ import annotations

import asyncio
import socket
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import get_args

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509

from protocol.signatures import algorithms, anchors, paths, responder, revocation, trust
from protocol.signatures.algorithms import Algorithm
from protocol.signatures.certificate import read
from protocol.signatures.pki import Identity, Pki, Validity, authority, defects, forgery, keys, names
from protocol.signatures.trust import Evidence, Times, Trust, TrustError
from schemas import messages, registry
from tests.protocol.signatures.moments import DAY, HOUR, NOW, YEAR
from tests.protocol.signatures.words import AT_ONCE, agency, judged, told

ROOT = "TEST CA gốc chuyên dùng công vụ"


def test_a_good_certificate_is_good_in_everything() -> None:
    pki = Pki(NOW)
    for identity in (agency(pki), pki.person("Nguyễn Văn Thử", "H99.01", "Sở Thử nghiệm")):
        checks = judged(identity, pki.trust(NOW))
        assert list(checks) == ["certificate", "chain", "usage", "validity", "revocation"]
        assert {check.result for check in checks.values()} == {"good"}
        assert told(checks) == set()
        assert checks["chain"].got == ROOT
        assert len(checks["revocation"].parts) == 2


@pytest.mark.parametrize("kind", keys.ALLOWED)
@pytest.mark.parametrize("pss", [False, True])
def test_every_allowed_kind_of_key_is_good(kind: keys.Kind, pss: bool) -> None:
    pki = Pki(NOW, kind=kind, pss=pss)
    assert told(judged(agency(pki), pki.trust(NOW))) == set()


BAD = {
    "expired": {("validity", "bad", "certificate-expired"), ("revocation", "unknown", "revocation-unknown")},
    "not-yet-valid": {("validity", "bad", "certificate-not-yet-valid")},
    "revoked-before": {("revocation", "bad", "certificate-revoked")},
    "revoked-after": set(),
    "wrong-usage": {("usage", "bad", "certificate-usage-wrong")},
    "encipherment-only": {("usage", "bad", "certificate-usage-wrong")},
    "authority": {("usage", "bad", "certificate-usage-wrong")},
    "self-signed": {("chain", "bad", "certificate-self-signed")},
    "public-ca": {("chain", "bad", "certificate-root-untrusted")},
    "impostor": {("chain", "bad", "certificate-root-untrusted")},
    "rsa-1024": set(),
    "p-192": set(),
    "sha-1": {("chain", "bad", "certificate-algorithm-weak")},
    "nameless": {("certificate", "bad", "certificate-field-missing")},
    "no-key-usage": {("certificate", "bad", "certificate-field-missing")},
    "reversed-validity": {
        ("certificate", "bad", "certificate-field-odd"),
        ("validity", "bad", "certificate-not-yet-valid"),
        ("revocation", "unknown", "revocation-unknown"),
    },
    "tampered": {("chain", "bad", "certificate-signature-wrong")},
}


def test_the_table_knows_every_bad_certificate() -> None:
    assert set(BAD) == set(defects.NAMES)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_certificate_gets_its_reason_and_no_other(name: str) -> None:
    pki = Pki(NOW)
    assert told(judged(defects.bad(pki, name), pki.trust(NOW))) == BAD[name]


@pytest.mark.parametrize(("name", "key", "bits"), [("rsa-1024", "rsa", 1024), ("p-192", "ec", 192)])
def test_a_weak_key_is_found_by_its_algorithm(name: str, key: str, bits: int) -> None:
    found, _ = read(defects.bad(Pki(NOW), name).der)
    assert found is not None
    assert (found.key, found.bits) == (key, bits)
    scheme = "pss" if key == "rsa" else "ecdsa"
    assert algorithms.judge(Algorithm("sha256", scheme, found.key, found.bits)).reason == "signature-key-too-short"


def test_every_reason_is_in_the_registry_and_weighs_as_its_result() -> None:
    pki = Pki(NOW)
    seen = {part for name in BAD for part in told(judged(defects.bad(pki, name), pki.trust(NOW)))}
    for _, result, reason in seen:
        assert registry.reason(reason).strict == ("fail" if result == "bad" else "warn")


# --- time ---


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


# --- forged words about revocation ---


def impostor(pki: Pki) -> Pki:
    return Pki(pki.now, fresh=True)


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


# --- chains ---


def test_without_roots_a_chain_is_unknown() -> None:
    pki = Pki(NOW)
    assert ("chain", "unknown", "trust-roots-missing") in told(judged(agency(pki), Trust()))


def test_an_issuer_that_came_not_along_is_named() -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    check = trust.judge(seal.der, (), Trust((pki.root.identity.der,)), AT_ONCE)[1]
    assert (check.result, check.reason) == ("bad", "certificate-issuer-missing")
    assert check.expected == "TEST CA chuyên dùng công vụ"


def test_the_chain_from_the_file_alone() -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    root_only = Trust((pki.root.identity.der,))
    whole = (seal.der, pki.issuing.identity.der, pki.root.identity.der)
    assert trust.chain(seal.der, seal.issuer_ders, root_only) == whole
    assert trust.chain(seal.der, (), root_only) == ()
    assert trust.chain(seal.der, (), pki.trust(NOW)) == whole
    assert trust.chain(b"no certificate", (), root_only) == ()


def test_a_certificate_in_its_own_name_that_did_not_sign_itself_is_not_called_self_signed() -> None:
    pki = Pki(NOW)
    alone = forgery.tampered(defects.bad(pki, "self-signed"))
    assert told(judged(alone, pki.trust(NOW))) == {("chain", "bad", "certificate-issuer-missing")}


def issued(pki: Pki, above: authority.Authority, owner: str, profile: authority.Profile, term: Validity) -> Identity:
    return above.issue(names.authority(f"TEST {owner}"), pki.key(owner), profile, term)


@pytest.mark.parametrize(
    ("profile", "told_of"),
    [
        (authority.Profile(usages=("digital_signature",)), "basicConstraints"),
        (authority.Profile(usages=("digital_signature",), ca=True), "keyUsage"),
        (authority.ISSUER, "pathLenConstraint"),
    ],
)
def test_who_may_not_issue_makes_a_broken_chain(profile: authority.Profile, told_of: str) -> None:
    pki = Pki(NOW)
    term = pki.validity
    above = pki.root if told_of != "pathLenConstraint" else pki.issuing
    between = authority.Authority(issued(pki, above, f"between {told_of}", profile, term))
    leaf = between.issue(names.agency("Sở Thử nghiệm", ("H99.01",)), pki.key("leaf"), authority.SIGNER, term)
    check = judged(leaf, pki.trust(NOW))["chain"]
    assert (check.result, check.reason, check.expected) == ("bad", "certificate-chain-broken", told_of)


def test_an_issuer_that_was_not_valid_is_named() -> None:
    pki = Pki(NOW)
    term = Validity(NOW - YEAR, NOW - DAY)
    between = authority.Authority(issued(pki, pki.root, "past", authority.ISSUER, term))
    leaf = between.issue(names.agency("Sở Thử nghiệm", ("H99.01",)), pki.key("leaf"), authority.SIGNER, pki.validity)
    check = judged(leaf, pki.trust(NOW))["chain"]
    assert (check.result, check.reason) == ("bad", "certificate-issuer-not-valid")
    assert check.got.startswith("TEST past: 2025-11-20T02:30:00Z")


def test_a_weak_signature_of_an_issuer_is_bad_wherever_it_stands() -> None:
    pki = Pki(NOW, kind="rsa-2048")
    weak = forgery.altered(pki.issuing.identity, pki.root.identity.key, hashed="md5")
    above = authority.Authority(weak)
    leaf = above.issue(names.agency("Sở Thử nghiệm", ("H99.01",)), pki.key("leaf"), authority.SIGNER, pki.validity)
    check = judged(leaf, Trust((pki.root.identity.der,)))["chain"]
    assert (check.reason, check.got) == ("certificate-algorithm-weak", "md5")


def test_an_authority_that_renewed_its_certificate_has_two_that_fit() -> None:
    pki = Pki(NOW)
    old = pki.root.issue(
        names.authority("TEST CA chuyên dùng công vụ"),
        pki.issuing.identity.key,
        authority.ISSUER,
        Validity(NOW - YEAR, NOW - DAY),
    )
    seal = agency(pki)
    outdated = Trust((pki.root.identity.der,), (old.der,), pki.crls(NOW))
    assert told(judged(seal, outdated)) == set()
    checks = trust.judge(seal.der, (), outdated, AT_ONCE)
    assert checks[1].reason == "certificate-issuer-not-valid"


def test_a_large_store_of_trust_is_read_whole() -> None:
    many = [Pki(NOW, name=f"số {number}") for number in range(paths.MOST_OTHERS + 2)]
    trusted = Trust(
        tuple(each.root.identity.der for each in many),
        tuple(each.issuing.identity.der for each in many),
        tuple(der for each in (many[0], many[-1]) for der in each.crls(NOW)),
    )
    for each in (many[0], many[-1]):
        checks = trust.judge(agency(each).der, (), trusted, AT_ONCE)
        assert {check.result for check in checks} == {"good"}


def test_no_damage_to_what_came_along_makes_judging_raise() -> None:
    random = Random(28)
    pki = Pki(NOW)
    seal = agency(pki)
    bare = Trust((pki.root.identity.der,))

    def damaged(der: bytes) -> bytes:
        content = bytearray(der)
        for _ in range(random.randint(1, 3)):
            content[random.randrange(len(content))] = random.randrange(256)
        return bytes(content)

    parts = (pki.issuing.identity.der, *pki.crls(NOW), pki.ocsp(seal, NOW))
    for _ in range(300):
        issuer, root_list, issuing_list, response = map(damaged, parts)
        others = (issuer, pki.issuing.identity.der) if random.random() < 0.5 else (issuer,)
        evidence = Evidence((root_list, issuing_list), (response,))
        checks = trust.judge(seal.der, others, bare, AT_ONCE, evidence=evidence)
        assert [check.question for check in checks][:4] == ["certificate", "chain", "usage", "validity"]
        assert all(check.result == "good" or check.reason for check in checks)


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Times(NOW, claimed=NOW.replace(tzinfo=None))


def circle(pki: Pki, size: int) -> tuple[Identity, list[bytes]]:
    """Make authorities of one name that all certify each other, and a leaf below: every order is a path."""
    name = names.authority("TEST vòng tròn")
    members = [
        authority.Authority(authority.self_signed(name, keys.make("p-256"), authority.ROOT, pki.validity))
        for _ in range(size)
    ]
    cross = [
        above.issue(name, below.identity.key, authority.ROOT, pki.validity).der
        for above in members
        for below in members
        if above is not below
    ]
    leaf = members[0].issue(names.agency("Sở Thử nghiệm", ("H99.01",)), pki.key("leaf"), authority.SIGNER, pki.validity)
    return leaf, cross


def test_authorities_that_certify_each_other_in_circles_do_not_keep_anybody_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verified = []
    real = paths.signed_by

    def counted(signed: asn1.Certificate, issuer: asn1.Certificate) -> bool:
        verified.append(signed)
        return real(signed, issuer)

    monkeypatch.setattr(paths, "signed_by", counted)
    pki = Pki(NOW)
    leaf, cross = circle(pki, 8)
    check = trust.judge(leaf.der, cross, pki.trust(NOW), AT_ONCE)[1]
    assert check.result == "bad"
    assert len(verified) <= paths.MOST_STEPS


def test_a_heap_of_strange_certificates_hides_no_chain() -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    strange = [pki.agency(f"H99.{number:02d}", "Ban Mẫu").der for number in range(2, 60)]
    checks = trust.judge(seal.der, (*strange, b"no certificate", *seal.issuer_ders), pki.trust(NOW), AT_ONCE)
    assert {check.result for check in checks} == {"good"}


def test_what_cannot_be_read_has_one_answer() -> None:
    checks = trust.judge(b"\x30\x00", (), Pki(NOW).trust(NOW), AT_ONCE)
    assert [(check.question, check.reason) for check in checks] == [("certificate", "certificate-unreadable")]


def test_it_judges_within_a_running_event_loop_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    pki = Pki(NOW)
    seal, trusted = agency(pki), pki.trust(NOW)

    async def ask() -> set[str]:
        return {check.result for check in trust.judge(seal.der, (), trusted, AT_ONCE)}

    assert asyncio.run(ask()) == {"good"}
    judged(seal, Trust(trusted.roots, (), (pki.root.crl(NOW), impostor(pki).issuing.crl(NOW))))
    assert capfd.readouterr() == ("", "")


def test_nothing_reaches_for_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    def reached(*arguments: object, **_: object) -> None:
        calls.append(arguments)
        raise OSError("the network is not there")

    monkeypatch.setattr(socket, "socket", reached)
    monkeypatch.setattr(socket, "getaddrinfo", reached)
    pki = Pki(NOW, url="http://127.0.0.1:9")
    bare = Trust((pki.root.identity.der,))
    assert told(judged(agency(pki), bare)) == {("revocation", "unknown", "revocation-unknown")}
    assert calls == []
    with pytest.raises(OSError, match="not there"):
        socket.create_connection(("127.0.0.1", 9))
    assert len(calls) == 1, "a call would have been noted"


# --- timestamps ---


def test_a_timestamp_authority_is_judged_for_its_own_use() -> None:
    pki = Pki(NOW)

    def stamped(identity: Identity, trusted: Trust) -> set[tuple[str, str, str]]:
        checks = trust.judge(identity.der, identity.issuer_ders, trusted, AT_ONCE, purpose="timestamp")
        return told({check.question: check for check in checks})

    trusted = pki.trust(NOW)
    assert stamped(pki.timestamp, trusted) == set()
    assert stamped(agency(pki), trusted) == {("usage", "bad", "certificate-usage-wrong")}
    assert told(judged(pki.timestamp, trusted)) == {("usage", "bad", "certificate-usage-wrong")}
    other = Pki(NOW, name="công cộng")
    assert stamped(other.timestamp, trusted) == {("chain", "bad", "certificate-root-untrusted")}
    both = Trust(
        trusted.roots, trusted.intermediates, (*trusted.crls, *other.crls(NOW)), (), (other.root.identity.der,)
    )
    assert stamped(other.timestamp, both) == set()
    assert stamped(pki.timestamp, both) == {("chain", "bad", "certificate-root-untrusted")}


# --- the folder ---


def laid_out(folder: Path, pki: Pki) -> Path:
    for name in anchors.FOLDERS:
        (folder / name).mkdir()
    (folder / "roots" / "root.pem").write_bytes(pki.root.identity.pem)
    (folder / "intermediates" / "issuing.cer").write_bytes(pki.issuing.identity.der)
    for name, der in zip(("root", "issuing"), pki.crls(NOW), strict=True):
        (folder / "crls" / f"{name}.crl").write_bytes(der)
    (folder / "ocsp" / "seal.der").write_bytes(pki.ocsp(agency(pki), NOW))
    (folder / "roots" / "README.md").write_text("passed over")
    (folder / "roots" / ".hidden").write_text("passed over")
    return folder


def test_a_folder_is_read_whatever_the_coding(tmp_path: Path) -> None:
    pki = Pki(NOW)
    loaded = trust.load(laid_out(tmp_path, pki))
    assert loaded.roots == (pki.root.identity.der,)
    assert loaded.intermediates == (pki.issuing.identity.der,)
    assert (len(loaded.crls), len(loaded.ocsps), loaded.tsa_roots) == (2, 1, ())
    assert told(judged(agency(pki), loaded)) == set()


def test_a_bundle_holds_several_roots(tmp_path: Path) -> None:
    first, second = Pki(NOW), Pki(NOW, name="công cộng")
    (tmp_path / "roots").mkdir()
    bundle = b"first\n" + first.root.identity.pem + b"second\n" + second.root.identity.pem
    (tmp_path / "roots" / "all.pem").write_bytes(bundle)
    assert trust.load(tmp_path).roots == (first.root.identity.der, second.root.identity.der)


@pytest.mark.parametrize(
    ("place", "content", "problem"),
    [
        ("roots/key.pem", Pki(NOW).root.identity.key_pem, "private-key"),
        ("roots/both.pem", Pki(NOW).root.identity.pem + Pki(NOW).root.identity.key_pem, "private-key"),
        ("roots/seal.pem", agency(Pki(NOW)).pem, "no-authority"),
        ("roots/text.pem", b"nothing", "no-certificate"),
        ("intermediates/cut.der", Pki(NOW).root.identity.der[:-1], "no-certificate"),
        ("tsa/tsa.pem", Pki(NOW).timestamp.pem, "no-authority"),
        ("roots/open.pem", b"-----BEGIN CERTIFICATE-----\nMIIB", "unreadable"),
        ("roots/bad.pem", b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n", "unreadable"),
        ("crls/root.pem", Pki(NOW).root.identity.pem, "no-crl"),
        ("ocsp/crl.der", Pki(NOW).crls(NOW)[0], "no-ocsp"),
        ("ocsp/refused.der", bytes.fromhex("30030a0106"), "no-ocsp"),
    ],
)
def test_what_does_not_belong_into_the_folder_is_named(
    place: str, content: bytes, problem: str, tmp_path: Path
) -> None:
    folder = laid_out(tmp_path, Pki(NOW))
    (folder / place).write_bytes(content)
    with pytest.raises(TrustError) as refused:
        trust.load(folder)
    assert refused.value.problem == problem
    assert refused.value.path == folder / place
    for lang in messages.LANGUAGES:
        assert refused.value.text(lang).startswith(f"{folder / place}: ")
        assert "\n" not in refused.value.text(lang)


def test_a_folder_without_roots_or_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "roots").mkdir()
    for folder, problem in ((tmp_path, "no-roots"), (tmp_path / "gone", "no-folder")):
        with pytest.raises(TrustError) as refused:
            trust.load(folder)
        assert refused.value.problem == problem


def test_a_folder_that_is_too_large_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = laid_out(tmp_path, Pki(NOW))
    monkeypatch.setattr(anchors, "MOST_FILES", 1)
    with pytest.raises(TrustError, match="too many files"):
        trust.load(folder)
    monkeypatch.setattr(anchors, "LARGEST", 10)
    with pytest.raises(TrustError, match="too large"):
        trust.load(folder)


def test_a_subfolder_where_a_file_belongs_is_named(tmp_path: Path) -> None:
    folder = laid_out(tmp_path, Pki(NOW))
    (folder / "roots" / "more").mkdir()
    with pytest.raises(TrustError) as refused:
        trust.load(folder)
    assert refused.value.problem == "unreadable"


def test_every_problem_has_its_sentence() -> None:
    told_of = {key.removeprefix("trust.") for key in messages.catalogue("en") if key.startswith("trust.")}
    assert told_of == set(get_args(anchors.Problem))
