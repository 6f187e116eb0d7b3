"""Revocation lists: who stands on a genuine one is revoked, and a list is parsed once for all signatures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from protocol.signatures import paths, revocationlist
from protocol.signatures.pki import Identity, Pki, authority, keys, names
from protocol.signatures.revocationlist import RevocationList
from protocol.signatures.trust import Times, Trust
from tests.protocol.signatures.moments import DAY, HOUR, NOW
from tests.protocol.signatures.words import agency, judged, told

MINUTE = timedelta(minutes=1)
BAD = {("revocation", "bad", "certificate-revoked")}
UNKNOWN = {("revocation", "unknown", "revocation-unknown")}
ODD = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
Extensions = Sequence[tuple[x509.ExtensionType, bool]]


def revoked(who: x509.Certificate | int, at: datetime, *extensions: tuple[x509.ExtensionType, bool]) -> Any:
    serial = who if isinstance(who, int) else who.serial_number
    builder = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.build()


def listed(
    by: Identity,
    *entries: Any,
    extensions: Extensions = (),
    made: datetime = NOW - HOUR,
    key: keys.PrivateKey | None = None,
) -> bytes:
    """Make a list as an authority's software may make it."""
    builder = x509.CertificateRevocationListBuilder(by.certificate.subject, made, NOW + DAY, [], list(entries))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key or by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def point(**members: Any) -> tuple[x509.ExtensionType, bool]:
    """Say which certificates a list is about."""
    every: dict[str, Any] = dict.fromkeys(
        (
            "only_contains_user_certs",
            "only_contains_ca_certs",
            "indirect_crl",
            "only_contains_attribute_certs",
        ),
        False,
    )
    every |= {"full_name": None, "relative_name": None, "only_some_reasons": None, **members}
    return x509.IssuingDistributionPoint(**every), True


def asked(pki: Pki, seal: Identity, *lists: bytes, times: Times | None = None) -> set[tuple[str, str, str]]:
    trusted = Trust((pki.root.identity.der,), (), (pki.root.crl(NOW), *lists))
    return told(judged(seal, trusted, times or Times(NOW, claimed=NOW)))


@pytest.mark.parametrize("after", [timedelta(seconds=2), 5 * MINUTE, 10 * MINUTE])
def test_a_revocation_later_than_the_time_that_the_list_gives_itself_counts(after: timedelta) -> None:
    """Windows' authority sets ``thisUpdate`` back by ten minutes."""
    pki = Pki(NOW)
    seal = agency(pki)
    pki.revoke(seal, NOW - HOUR - 10 * MINUTE + after)
    made = pki.issuing.crl(NOW - HOUR, backdated=10 * MINUTE)
    assert x509.load_der_x509_crl(made).last_update_utc == NOW - HOUR - 10 * MINUTE
    assert asked(pki, seal, made) == BAD
    before = NOW - HOUR - 10 * MINUTE
    assert asked(pki, seal, made, times=Times(NOW, claimed=before, proven=before)) == set()
    assert asked(pki, agency(pki), made) == set()


def test_who_was_taken_off_a_list_is_not_revoked() -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    lifted = (x509.CRLReason(x509.ReasonFlags.remove_from_crl), False)
    assert asked(pki, seal, listed(pki.issuing.identity, revoked(seal.certificate, NOW - DAY, lifted))) == set()
    assert asked(pki, seal, listed(pki.issuing.identity, revoked(seal.certificate, NOW - DAY))) == BAD


def test_what_was_in_other_hands_counts_without_a_reason_too() -> None:
    """RFC 5280, 5.3.2: the key was compromised, or the certificate became invalid otherwise."""
    pki = Pki(NOW)
    seal = agency(pki)
    entry = revoked(seal.certificate, NOW - DAY, (x509.InvalidityDate(NOW - 3 * DAY), False))
    between, before = (Times(NOW, claimed=at, proven=at) for at in (NOW - 2 * DAY, NOW - 4 * DAY))
    assert asked(pki, seal, listed(pki.issuing.identity, entry), times=between) == BAD
    assert asked(pki, seal, listed(pki.issuing.identity, entry), times=before) == set()


SPEAKING: dict[str, Extensions] = {
    "plain": (),
    "of users": (point(only_contains_user_certs=True),),
    "numbered": ((x509.CRLNumber(7), True),),
}
SILENT: dict[str, Extensions] = {
    "of authorities": (point(only_contains_ca_certs=True),),
    "of attributes": (point(only_contains_attribute_certs=True),),
    "of some reasons": (point(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise})),),
    "of another place": (point(full_name=[x509.UniformResourceIdentifier("http://ca.example/1.crl")]),),
    "delta": ((x509.DeltaCRLIndicator(3), True),),
    "odd": ((ODD, True),),
}


@pytest.mark.parametrize("name", [*SPEAKING, *SILENT])
def test_a_list_speaks_of_those_whom_it_is_about(name: str) -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    made = listed(pki.issuing.identity, extensions={**SPEAKING, **SILENT}[name])
    assert asked(pki, seal, made) == (set() if name in SPEAKING else UNKNOWN)


def test_a_list_of_some_reasons_speaks_of_those_who_stand_on_it() -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    made = listed(pki.issuing.identity, revoked(seal.certificate, NOW - DAY), extensions=SILENT["of some reasons"])
    assert asked(pki, seal, made) == BAD


def test_a_list_of_the_place_that_the_certificate_names_speaks() -> None:
    pki = Pki(NOW, url="http://ca.example")
    seal = agency(pki)
    for place, found in (("http://ca.example/issuing.crl", set()), ("http://ca.example/other.crl", UNKNOWN)):
        here = point(full_name=[x509.UniformResourceIdentifier(place)])
        assert asked(pki, seal, listed(pki.issuing.identity, extensions=[here])) == found


def test_an_entry_of_an_indirect_list_is_about_the_issuer_named_last() -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    own, strange = pki.issuing.identity, pki.root.identity.certificate.subject

    def indirect(*issuers: x509.Name | None) -> bytes:
        entries = [
            revoked(
                seal.certificate if number == len(issuers) - 1 else 1000 + number,
                NOW - DAY,
                *([(x509.CertificateIssuer([x509.DirectoryName(issuer)]), True)] if issuer else []),
            )
            for number, issuer in enumerate(issuers)
        ]
        return listed(own, *entries, extensions=[point(indirect_crl=True)])

    assert asked(pki, seal, indirect(None)) == BAD
    assert asked(pki, seal, indirect(strange)) == set()
    assert asked(pki, seal, indirect(strange, None)) == set()
    assert asked(pki, seal, indirect(strange, own.certificate.subject)) == BAD


def test_an_entry_with_something_critical_that_nobody_understands_makes_the_list_silent() -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    made = listed(pki.issuing.identity, revoked(seal.certificate, NOW - DAY, (ODD, True)))
    assert asked(pki, seal, made) == UNKNOWN


def test_only_the_issuer_makes_its_list_and_only_while_it_may() -> None:
    pki = Pki(NOW)
    seal, own = agency(pki), pki.issuing.identity
    for key in (seal.key, pki.root.identity.key, keys.make("p-256")):
        assert asked(pki, seal, listed(own, key=key)) == UNKNOWN
    early = own.certificate.not_valid_before_utc - DAY
    assert asked(pki, seal, listed(own, made=early)) == UNKNOWN
    mute = pki.root.issue(
        names.authority("TEST CA không ký danh sách"),
        pki.key("mute"),
        authority.Profile(usages=("key_cert_sign",), ca=True),
        pki.validity,
    )
    below = authority.Authority(mute).issue(
        names.agency("Sở Thử nghiệm", ("H99.01",)), pki.key("leaf"), authority.SIGNER, pki.validity
    )
    assert asked(pki, below, listed(mute)) == UNKNOWN


def test_the_lists_of_a_trust_are_parsed_and_verified_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed, verified = [], []
    real_init, real_verify = RevocationList.__init__, paths.verified

    def parse(self: RevocationList, der: bytes) -> None:
        parsed.append(der)
        real_init(self, der)

    def verify(*arguments: Any) -> bool:
        verified.append(arguments)
        return real_verify(*arguments)

    monkeypatch.setattr(RevocationList, "__init__", parse)
    monkeypatch.setattr(paths, "verified", verify)
    pki = Pki(NOW, fresh=True)
    trusted = Trust((pki.root.identity.der,), (pki.issuing.identity.der,), pki.crls(NOW))
    for number in range(5):
        seal = pki.agency(f"H99.{number:02d}", "Ban Mẫu")
        assert told(judged(seal, trusted)) == set()
    assert sorted(parsed) == sorted(trusted.crls)
    data = [each[1] for each in verified]
    lists = [x509.load_der_x509_crl(der).tbs_certlist_bytes for der in trusted.crls]
    assert [data.count(each) for each in lists] == [1, 1]


def test_lists_that_came_with_a_signature_are_not_kept() -> None:
    pki = Pki(NOW, fresh=True)
    before = revocationlist._kept.cache_info().currsize
    for lists in (pki.crls(NOW), pki.crls(NOW - HOUR)):
        assert len(tuple(revocationlist.read(lists))) == 2
    assert revocationlist._kept.cache_info().currsize == before
