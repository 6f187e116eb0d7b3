"""What is held of a signer: each bad certificate gets its own reason, and what cannot be read has an answer."""

from __future__ import annotations

import asyncio
import socket

import pytest

from protocol.signatures import algorithms, trust
from protocol.signatures.algorithms import Algorithm
from protocol.signatures.certificate import read
from protocol.signatures.pki import Identity, Pki, defects, keys
from protocol.signatures.trust import Times, Trust
from schemas import registry
from tests.protocol.signatures.moments import NOW
from tests.protocol.signatures.words import AT_ONCE, agency, impostor, judged, told

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


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Times(NOW, claimed=NOW.replace(tzinfo=None))


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
