"""The chain above a signer: what came along and what is trusted make one, and no heap of certificates hides it."""

from __future__ import annotations

from random import Random

import pytest
from asn1crypto import x509 as asn1

from protocol.signatures import paths, trust
from protocol.signatures.pki import Identity, Pki, Validity, authority, defects, forgery, keys, names
from protocol.signatures.trust import Evidence, Trust
from tests.protocol.signatures.moments import DAY, NOW, YEAR
from tests.protocol.signatures.words import AT_ONCE, agency, judged, told


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
