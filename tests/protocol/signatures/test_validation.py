"""What is held against a chain: the times of everybody in it, and what its root says of itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import core
from asn1crypto import x509 as asn1

from protocol.signatures import trust
from protocol.signatures.pki import Identity, Pki, Validity, authority, forgery, names
from protocol.signatures.trust import Times, Trust
from tests.protocol.signatures.moments import DAY, HOUR, NOW, YEAR
from tests.protocol.signatures.openssl import at, needed, openssl, stored
from tests.protocol.signatures.words import AT_ONCE, agency, judged, told

UNPROVEN = {("chain", "unknown", "signing-time-unproven")}


def below(pki: Pki, term: Validity) -> tuple[Identity, Trust]:
    """Make a signer below an authority of that term, and a trust with lists that go on after it."""
    between = pki.root.issue(names.authority("TEST CA cũ"), pki.key("past"), authority.ISSUER, term)
    issuer = authority.Authority(between)
    subject = names.agency("Sở Thử nghiệm", ("H99.01",))
    signer = issuer.issue(subject, pki.key("leaf"), authority.SIGNER, Validity(NOW - YEAR, NOW + YEAR))
    lists = tuple(each.crl(term.end - HOUR, life=30 * DAY) for each in (pki.root, issuer))
    return signer, Trust((pki.root.identity.der,), (between.der,), lists)


@pytest.mark.parametrize(
    ("claimed", "proven", "found"),
    [
        (NOW - 10 * DAY, None, UNPROVEN),
        (NOW - 10 * DAY, NOW - DAY, UNPROVEN),
        (NOW - 10 * DAY, NOW - 9 * DAY, set()),
        (None, None, UNPROVEN),
        (None, NOW - DAY, UNPROVEN),
        (None, NOW - 9 * DAY, set()),
        (NOW - DAY, None, {("chain", "bad", "certificate-issuer-not-valid")}),
        (NOW - 300 * DAY, NOW - 9 * DAY, {("chain", "bad", "certificate-issuer-not-valid")}),
        (None, NOW - 300 * DAY, {("chain", "bad", "certificate-issuer-not-valid")}),
    ],
)
def test_an_issuer_that_expired_since_is_held_to_the_same_rule_as_the_signer(
    claimed: Any, proven: Any, found: set[tuple[str, str, str]]
) -> None:
    """Otherwise whoever holds the key of an expired authority certifies and backdates whatever he likes."""
    signer, trusted = below(Pki(NOW), Validity(NOW - 200 * DAY, NOW - 2 * DAY))
    checks = judged(signer, trusted, Times(NOW, claimed, proven))
    assert {each for each in told(checks) if each[0] == "chain"} == found
    if checks["chain"].result != "bad":
        assert checks["revocation"].result == "good"


def test_an_issuer_that_ended_before_the_signer_began_is_bad_at_every_time() -> None:
    signer, trusted = below(Pki(NOW), Validity(NOW - 3 * YEAR, NOW - 2 * YEAR))
    assert told(judged(signer, trusted, Times(NOW))) == {("chain", "bad", "certificate-issuer-not-valid")}


@pytest.mark.parametrize(
    ("times", "found"),
    [
        (Times(NOW), ("unknown", "signing-time-unproven")),
        (Times(NOW, proven=NOW - HOUR), ("unknown", "signing-time-unproven")),
        (Times(NOW, proven=NOW - 2 * DAY), ("good", "")),
        (Times(NOW, claimed=NOW - HOUR), ("bad", "certificate-expired")),
        (Times(NOW, proven=NOW - 31 * DAY), ("bad", "certificate-not-yet-valid")),
    ],
)
def test_without_a_time_of_signing_only_that_is_bad_which_always_is(times: Times, found: tuple[str, str]) -> None:
    pki = Pki(NOW)
    seal = agency(pki, validity=Validity(NOW - 30 * DAY, NOW - DAY))
    check = judged(seal, pki.trust(NOW), times)["validity"]
    assert (check.result, check.reason) == found


def test_a_certificate_that_was_revoked_from_its_beginning_never_signed() -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    pki.revoke(seal, NOW - HOUR, invalid=seal.certificate.not_valid_before_utc)
    assert told(judged(seal, pki.trust(NOW), Times(NOW))) == {("revocation", "bad", "certificate-revoked")}


def test_an_issuer_that_was_revoked_before_the_signer_was_certified_is_bad_at_every_time() -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    begin = seal.certificate.not_valid_before_utc
    for since, found in (
        (begin - DAY, ("revocation", "bad", "certificate-revoked")),
        (begin + DAY, ("revocation", "unknown", "revoked-signing-time-unknown")),
    ):
        pki.root.revoke(pki.issuing.identity.certificate, authority.Revocation(since))
        assert told(judged(seal, pki.trust(NOW), Times(NOW))) == {found}


# --- renewed authorities ---


@pytest.mark.parametrize("renewals", [3, 5, 20, 100])
def test_however_often_an_authority_renewed_its_certificate_the_valid_one_is_found(renewals: int) -> None:
    pki = Pki(NOW)
    own = pki.issuing.identity
    old = [
        pki.root.issue(
            own.certificate.subject, own.key, authority.ISSUER, Validity(NOW - YEAR, NOW - (number + 1) * DAY)
        ).der
        for number in range(renewals)
    ]
    trusted = Trust((pki.root.identity.der,), (*old, own.der), pki.crls(NOW))
    checks = trust.judge(agency(pki).der, (), trusted, AT_ONCE)
    assert {check.result for check in checks} == {"good"}


@pytest.mark.parametrize("embedded", [False, True])
@pytest.mark.parametrize("old_first", [False, True])
@pytest.mark.parametrize("claimed", [None, NOW - DAY])
def test_an_authority_whose_old_certificate_was_revoked_is_judged_by_its_new_one(
    claimed: Any, *, old_first: bool, embedded: bool
) -> None:
    pki = Pki(NOW)
    old = pki.issuing.identity
    term = Validity(NOW - 20 * DAY, NOW + YEAR)
    new = pki.root.issue(old.certificate.subject, old.key, authority.ISSUER, term)
    pki.root.revoke(old.certificate, authority.Revocation(NOW - 10 * DAY))
    issuers = (old.der, new.der) if old_first else (new.der, old.der)
    seal = agency(pki)
    trusted = Trust((pki.root.identity.der,), () if embedded else issuers, pki.crls(NOW))
    checks = trust.judge(seal.der, issuers if embedded else (), trusted, Times(NOW, claimed))
    assert {check.result for check in checks} == {"good"}
    pki.root.revoke(new.certificate, authority.Revocation(NOW - 10 * DAY))
    both = Trust(trusted.roots, issuers, pki.crls(NOW))
    assert trust.judge(seal.der, (), both, Times(NOW, NOW - DAY))[-1].reason == "certificate-revoked"


def test_a_new_certificate_of_an_authority_hides_no_revocation_that_was_listed_before_it() -> None:
    pki = Pki(NOW)
    old, seal = pki.issuing.identity, agency(pki)
    pki.revoke(seal, NOW - 3 * DAY)
    listed = pki.issuing.crl(NOW - 2 * DAY)
    new = pki.root.issue(old.certificate.subject, old.key, authority.ISSUER, Validity(NOW - DAY, NOW + YEAR))
    pki.root.revoke(old.certificate, authority.Revocation(NOW - HOUR))
    trusted = Trust((pki.root.identity.der,), (new.der, old.der), (pki.root.crl(NOW), listed))
    checks = {check.question: check for check in trust.judge(seal.der, (), trusted, Times(NOW, NOW - DAY))}
    assert (checks["revocation"].result, checks["revocation"].reason) == ("bad", "certificate-revoked")


def test_two_old_roots_and_two_old_issuers_hide_no_chain() -> None:
    pki = Pki(NOW)
    own, root = pki.issuing.identity, pki.root.identity
    past = Validity(NOW - YEAR, NOW - DAY)
    roots = [authority.self_signed(root.certificate.subject, root.key, authority.ROOT, past).der for _ in range(2)]
    old = [pki.root.issue(own.certificate.subject, own.key, authority.ISSUER, past).der for _ in range(2)]
    trusted = Trust((*roots, root.der), (*old, own.der), pki.crls(NOW))
    checks = trust.judge(agency(pki).der, (), trusted, AT_ONCE)
    assert {check.result for check in checks} == {"good"}


# --- what a root says of itself ---


def replaced(name: str, value: Any, *, critical: bool = True) -> Callable[[Any], None]:
    """Put an extension in, in the place of one of that name."""

    def change(inner: Any) -> None:
        entry = {"extn_id": name, "critical": critical, "extn_value": core.ParsableOctetString(value.dump())}
        others = [each for each in inner["extensions"] if each["extn_id"].native != name]
        inner["extensions"] = [*others, asn1.Extension(entry)]

    return change


def names_within(kind: str, country: str) -> Callable[[Any], None]:
    within = asn1.GeneralName(name="directory_name", value=asn1.Name.build({"country_name": country}))
    return replaced("name_constraints", asn1.NameConstraints({kind: [{"base": within}]}))


def valid(begin: Any, end: Any) -> Callable[[Any], None]:
    def change(inner: Any) -> None:
        inner["validity"] = {
            "not_before": asn1.Time({"general_time": begin}),
            "not_after": asn1.Time({"general_time": end}),
        }

    return change


def policies(*oids: str) -> Callable[[Any], None]:
    said = asn1.CertificatePolicies([{"policy_identifier": each} for each in oids])
    return replaced("certificate_policies", said, critical=False)


ROOTS: dict[str, tuple[Callable[[Any], None], str, str]] = {
    "room below": (
        replaced("basic_constraints", asn1.BasicConstraints({"ca": True, "path_len_constraint": 1})),
        "",
        "",
    ),
    "no room below": (
        replaced("basic_constraints", asn1.BasicConstraints({"ca": True, "path_len_constraint": 0})),
        "certificate-chain-broken",
        "pathLenConstraint",
    ),
    "no authority": (
        replaced("basic_constraints", asn1.BasicConstraints({"ca": False})),
        "certificate-chain-broken",
        "basicConstraints",
    ),
    "these names": (names_within("permitted_subtrees", "VN"), "", ""),
    "other names": (names_within("permitted_subtrees", "ZZ"), "certificate-chain-broken", "nameConstraints"),
    "not these names": (names_within("excluded_subtrees", "VN"), "certificate-chain-broken", "nameConstraints"),
    "signs no certificates": (
        replaced("key_usage", asn1.KeyUsage({"crl_sign"})),
        "certificate-chain-broken",
        "keyUsage",
    ),
    "critical": (replaced("1.2.3.4", core.Null()), "certificate-chain-broken", "critical"),
    "uncritical": (replaced("1.2.3.4", core.Null(), critical=False), "", ""),
    "any policy": (policies("2.5.29.32.0"), "", ""),
    "a policy": (policies("1.2.3.4"), "", ""),
    "expired": (valid(NOW - YEAR, NOW - DAY), "certificate-root-not-valid", ""),
    "not yet valid": (valid(NOW + DAY, NOW + YEAR), "certificate-root-not-valid", ""),
}


def rooted(name: str) -> tuple[Identity, Pki, Identity]:
    """Make a root that says something of itself, and a signer two steps below."""
    pki = Pki(NOW)
    own = pki.root.identity
    root = forgery.altered(own, own.key, ROOTS[name][0])
    return root, pki, agency(pki)


@pytest.mark.parametrize("name", ROOTS)
def test_a_root_binds_those_below_it(name: str) -> None:
    root, pki, seal = rooted(name)
    trusted = Trust((root.der,), (pki.issuing.identity.der,), pki.crls(NOW))
    check = trust.judge(seal.der, (), trusted, AT_ONCE)[1]
    reason, expected = ROOTS[name][1:]
    assert (check.result, check.reason) == ("bad" if reason else "good", reason)
    if expected:
        assert check.expected == expected


@needed
@pytest.mark.parametrize("name", ROOTS)
def test_openssl_is_of_the_same_mind_about_roots(name: str, tmp_path: Path) -> None:
    root, pki, seal = rooted(name)
    stored(tmp_path, root_pem=root.pem, issuing_pem=pki.issuing.identity.pem, seal_pem=seal.pem)
    answer = openssl(tmp_path, "verify", *at(NOW), "-CAfile", "root.pem", "-untrusted", "issuing.pem", "seal.pem")
    assert (answer.returncode == 0) is not bool(ROOTS[name][1]), answer.stderr


def test_a_root_that_expired_since_is_held_to_the_same_rule() -> None:
    root, pki, seal = rooted("expired")
    trusted = Trust((root.der,), (pki.issuing.identity.der,), (*pki.crls(NOW), *pki.crls(NOW - 2 * DAY)))
    for times, found in (
        (Times(NOW, claimed=NOW - 2 * DAY), UNPROVEN),
        (Times(NOW), UNPROVEN),
        (Times(NOW, claimed=NOW - 2 * DAY, proven=NOW - 2 * DAY), set()),
    ):
        checks = trust.judge(seal.der, (), trusted, times)
        assert {each for each in told({check.question: check for check in checks}) if each[0] == "chain"} == found
