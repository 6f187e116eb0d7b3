"""What a certificate says is read as it stands, and what it may be used for."""

from __future__ import annotations

import warnings
from dataclasses import replace
from random import Random

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from protocol.signatures import certificate
from protocol.signatures.certificate import Certificate
from protocol.signatures.outcome import Signer
from protocol.signatures.pki import Identity, Pki, authority, keys
from schemas import registry
from tests.protocol.signatures.moments import NOW

PKI = Pki(NOW)


def agency() -> Identity:
    return PKI.agency("H99.01", "Sở Thử nghiệm")


def read(identity: Identity) -> Certificate:
    found, _ = certificate.read(identity.der)
    assert found is not None
    return found


def test_an_agency_is_read_with_its_codes() -> None:
    seal = PKI.agency("H99.01", "Sở Thử nghiệm", codes=("h99.01", "000.00.01.H99", "H99.01"))
    found = read(seal)
    assert found.signer() == Signer(
        role="agency",
        name="Sở Thử nghiệm",
        organisation="Sở Thử nghiệm",
        codes=("H99.01", "000.00.01.H99"),
        issuer=found.issuer,
        serial=f"{seal.certificate.serial_number:x}",
        fingerprint=found.fingerprint,
    )
    assert "CN=TEST CA chuyên dùng công vụ" in found.issuer
    assert (found.key, found.bits, found.ca) == ("ec", 256, False)
    assert found.not_before == seal.certificate.not_valid_before_utc
    assert found.not_after == seal.certificate.not_valid_after_utc


def test_a_person_is_read_with_organisation_and_position() -> None:
    found = read(PKI.person("Nguyễn Văn Thử", "H99.01", "Sở Thử nghiệm", position="Giám đốc"))
    signer = found.signer()
    assert (signer.role, signer.name, signer.organisation) == ("person", "Nguyễn Văn Thử", "Sở Thử nghiệm")
    assert signer.codes == ("H99.01",)
    assert found.first("title") == "Giám đốc"


def test_authorities_and_timestamps_are_told_by_their_extensions() -> None:
    assert read(PKI.root.identity).role == "authority"
    assert read(PKI.issuing.identity).role == "authority"
    assert read(PKI.timestamp).role == "timestamp"
    assert read(PKI.responder).role == "unknown"


@pytest.mark.parametrize(
    ("attributes", "role"),
    [
        ({NameOID.COMMON_NAME: "Sở Thử nghiệm", NameOID.USER_ID: "MST:0000000000"}, "agency"),
        ({NameOID.COMMON_NAME: "Nguyễn Văn Thử", NameOID.USER_ID: "CCCD:000000000000"}, "person"),
        ({NameOID.COMMON_NAME: "Nguyễn Văn Thử", NameOID.PSEUDONYM: "Thử"}, "person"),
        ({NameOID.COMMON_NAME: "Sở Thử nghiệm", NameOID.ORGANIZATION_NAME: "Sở Thử nghiệm"}, "agency"),
        ({NameOID.COMMON_NAME: "Phòng Mẫu", NameOID.ORGANIZATIONAL_UNIT_NAME: "Phòng Mẫu"}, "agency"),
        ({NameOID.COMMON_NAME: "Nguyễn Văn Thử", NameOID.ORGANIZATION_NAME: "Sở Thử nghiệm"}, "unknown"),
        ({NameOID.COMMON_NAME: "Nguyễn Văn Thử", NameOID.USER_ID: "thu.nv"}, "unknown"),
    ],
)
def test_the_role_follows_from_the_subject(attributes: dict[x509.ObjectIdentifier, str], role: str) -> None:
    subject = x509.Name([x509.NameAttribute(kind, value) for kind, value in attributes.items()])
    issued = PKI.issuing.issue(subject, keys.kept("p-256", "role"), authority.SIGNER, PKI.validity)
    assert read(issued).role == role


@pytest.mark.parametrize(
    ("profile", "document", "timestamp"),
    [
        (authority.SIGNER, "good", "bad"),
        (authority.Profile(), "good", "bad"),
        (authority.Profile(usages=("digital_signature",)), "good", "bad"),
        (authority.Profile(usages=("content_commitment",)), "good", "bad"),
        (authority.TLS_SERVER, "bad", "bad"),
        (authority.ENCIPHERMENT, "bad", "bad"),
        (authority.RESPONDER, "bad", "bad"),
        (authority.TIMESTAMP, "bad", "good"),
        (replace(authority.TIMESTAMP, usages=("key_encipherment",)), "bad", "bad"),
        (
            replace(authority.TIMESTAMP, purposes=(*authority.TIMESTAMP.purposes, *authority.SIGNER.purposes)),
            "good",
            "bad",
        ),
        (authority.ISSUER, "bad", "bad"),
    ],
)
def test_usage_follows_the_limits_of_the_certificate(profile: authority.Profile, document: str, timestamp: str) -> None:
    found = read(PKI.agency("H99.01", "Sở Thử nghiệm", profile=profile))
    for check, expected in ((certificate.usage(found), document), (certificate.timestamp_usage(found), timestamp)):
        assert check.result == expected
        assert check.reason == ("" if expected == "good" else "certificate-usage-wrong")


def test_usages_are_named_as_the_standard_names_them() -> None:
    found = read(PKI.agency("H99.01", "Sở Thử nghiệm", profile=authority.TLS_SERVER))
    assert certificate.usage(found).got == "digitalSignature, keyEncipherment, serverAuth"


def test_the_reasons_stand_in_the_registry_for_this_requirement() -> None:
    for code in ("unreadable", "field-missing", "field-empty", "field-odd", "usage-wrong"):
        assert registry.reason(f"certificate-{code}").requirement == "SIG-04"


def test_whatever_the_libraries_raise_for_a_broken_certificate_is_on_the_one_list() -> None:
    random, der = Random(28), agency().der
    version = bytes.fromhex("a003020102")
    assert der.count(version) == 1
    broken = [der.replace(version, version[:-1] + bytes([number])) for number in (0, 1, 3, 5, 0x7F)]
    for _ in range(3000):
        content = bytearray(der)
        content[random.randrange(len(content))] = random.randrange(256)
        broken.append(bytes(content))
    met: set[str] = set()
    with warnings.catch_warnings(action="ignore"):
        for each in broken:
            certificate.read(each)
            try:
                loaded = x509.load_der_x509_certificate(each)
                _ = loaded.extensions, loaded.subject, loaded.not_valid_after_utc, loaded.public_key()
            except certificate.BROKEN as error:
                met.add(type(error).__name__)
    assert {"ValueError", "InvalidVersion"} <= met
