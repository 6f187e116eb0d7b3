"""The test PKI: minted for any clock, with names that say test, and laid out as a folder of trust."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from protocol.signatures import trust
from protocol.signatures.pki import Identity, Pki, authority, defects, keys, names
from protocol.signatures.pki.folder import files
from protocol.signatures.trust import Times
from tests.protocol.signatures.moments import DAY, NOW, YEAR


def agency(pki: Pki) -> Identity:
    return pki.agency("H99.01", "Sở Thử nghiệm")


@pytest.mark.parametrize("kind", ["p-256", "rsa-2048"])
def test_a_response_is_produced_at_its_instant_and_not_at_the_hosts(kind: keys.Kind) -> None:
    pki = Pki(NOW, kind=kind)
    for moment in (NOW - 400 * DAY, NOW + 4000 * DAY):
        response = ocsp.load_der_ocsp_response(pki.ocsp(agency(pki), moment))
        assert (response.produced_at_utc, response.this_update_utc) == (moment, moment)


@pytest.mark.parametrize("year", [1971, 2016, 2049, 2050, 2110, 9000])
def test_it_is_minted_for_any_clock(year: int) -> None:
    now = datetime(year, 7, 1, tzinfo=UTC)
    pki = Pki(now)
    seal = agency(pki)
    checks = trust.judge(seal.der, seal.issuer_ders, pki.trust(now), Times(now, claimed=now))
    assert {check.result for check in checks} == {"good"}
    assert pki.root.identity.certificate.not_valid_before_utc == now - 2 * YEAR


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Pki(datetime(2026, 11, 20))  # noqa: DTZ001 - that is what is refused


def test_keys_are_made_once_a_process_and_anew_where_wanted() -> None:
    once, again, fresh = Pki(NOW), Pki(NOW + DAY), Pki(NOW, fresh=True)
    assert agency(once).key is agency(again).key
    assert agency(once).der != agency(again).der
    assert agency(fresh).key.public_key() != agency(once).key.public_key()
    assert agency(once).key is not once.agency("H99.02", "Sở Thử nghiệm").key


def test_keys_that_nobody_asked_for_lately_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST_KEPT", 2)
    monkeypatch.setattr(keys, "_KEPT", type(keys._KEPT)())
    first = keys.kept("p-256", "a")
    keys.kept("p-256", "b")
    assert keys.kept("p-256", "a") is first
    keys.kept("p-256", "c")
    assert keys.kept("p-256", "a") is first
    assert len(keys._KEPT) == 2


def test_every_subject_says_test() -> None:
    pki = Pki(NOW)
    person = pki.person("Nguyễn Văn Thử", "H99.01", "Sở Thử nghiệm")
    for identity in (pki.root.identity, pki.issuing.identity, pki.timestamp, pki.responder, agency(pki), person):
        assert names.MARK.startswith("TEST")
        assert names.MARK in identity.certificate.subject.rfc4514_string()


def test_a_long_name_is_cut_to_what_certificates_hold() -> None:
    long = "Ủy ban nhân dân thành phố Đối Chứng – Ban Quản lý Thử nghiệm các khu Mẫu và Giả định"
    seal = Pki(NOW).agency("H99.01", long)
    held = seal.certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
    assert held == "Ủy ban nhân dân thành phố Đối Chứng – Ban Quản l"
    assert len(held.encode()) <= names.LONGEST


def test_a_place_to_ask_stands_in_certificates_only_where_wanted() -> None:
    def places(pki: Pki) -> list[str]:
        try:
            found = agency(pki).certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        except x509.ExtensionNotFound:
            return []
        return [name.value for point in found for name in point.full_name or ()]

    assert places(Pki(NOW)) == []
    asked = Pki(NOW, url="http://pki.axis28.test")
    assert places(asked) == ["http://pki.axis28.test/issuing.crl"]
    checks = trust.judge(agency(asked).der, (), asked.trust(NOW), Times(NOW, claimed=NOW))
    assert {check.result for check in checks} == {"good"}


def test_the_folder_is_a_trust_folder_and_marks_its_secrets(tmp_path: Path) -> None:
    pki = Pki(NOW)
    made_files = list(files(pki, {"H99.01": "Sở Thử nghiệm", "H99.02": "Ban Mẫu"}))
    assert {file.name for file in made_files if file.secret} == {
        file.name for file in made_files if b"PRIVATE KEY" in file.content
    }
    for file in made_files:
        (tmp_path / file.name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.name).write_bytes(file.content)
    loaded = trust.load(tmp_path / "trust")
    for code in ("H99.01", "H99.02"):
        for holder in ("seal", "person"):
            pem = (tmp_path / "agencies" / code / f"{holder}.pem").read_bytes()
            der = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
            checks = trust.judge(der, (), loaded, Times(NOW + 300 * DAY, claimed=NOW))
            assert {check.result for check in checks} == {"good"}
            for day in pki.validity:
                checks = trust.judge(der, (), loaded, Times(day, claimed=day))
                assert {check.result for check in checks} == {"good"}, day


def test_a_bad_certificate_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        defects.bad(Pki(NOW), "no-such-thing")


def test_a_profile_can_be_asked_for() -> None:
    odd = Pki(NOW).agency("H99.01", "Sở Thử nghiệm", profile=authority.Profile(usages=("content_commitment",)))
    usage = odd.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.content_commitment
    assert not usage.digital_signature
