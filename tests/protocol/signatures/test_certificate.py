"""What a certificate says is read as it stands; what is missing, empty or odd is named; nothing raises."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from asn1crypto import core
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.x509.oid import NameOID

from protocol.signatures import certificate
from protocol.signatures.certificate import Certificate
from protocol.signatures.outcome import Check, Signer
from protocol.signatures.pki import Identity, Pki, Validity, authority, forgery, keys
from schemas import registry
from tests.protocol.signatures.moments import NOW

PKI = Pki(NOW)


def agency() -> Identity:
    return PKI.agency("H99.01", "Sở Thử nghiệm")


def read(identity: Identity) -> Certificate:
    found, _ = certificate.read(identity.der)
    assert found is not None
    return found


def changed(change: Callable[[Any], None] | None) -> Check:
    found, check = certificate.read(forgery.altered_der(agency(), PKI.issuing.identity.key, change))
    assert found is not None
    return check


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


def empty(name: str) -> Callable[[Any], None]:
    def change(inner: Any) -> None:
        for relative in inner["subject"].chosen:
            if relative[0]["type"].native == name:
                relative[0]["value"] = asn1.DirectoryString("utf8_string", "")

    return change


def without_subject(inner: Any) -> None:
    inner["subject"] = asn1.Name(name="", value=asn1.RDNSequence([]))


def without_issuer(inner: Any) -> None:
    inner["issuer"] = asn1.Name(name="", value=asn1.RDNSequence([]))


def nothing_for(name: str) -> Callable[[Any], None]:
    def change(inner: Any) -> None:
        for extension in inner["extensions"]:
            if extension["extn_id"].native == name:
                extension["extn_value"] = core.ParsableOctetString(asn1.KeyUsage(set()).dump())

    return change


def of_version(version: str) -> Callable[[Any], None]:
    def change(inner: Any) -> None:
        inner["version"] = version

    return change


def numbered(serial: int) -> Callable[[Any], None]:
    def change(inner: Any) -> None:
        inner["serial_number"] = serial

    return change


def ending_at_its_beginning(inner: Any) -> None:
    inner["validity"]["not_after"] = inner["validity"]["not_before"].copy()


def twice(inner: Any) -> None:
    extensions = list(inner["extensions"])
    inner["extensions"] = [*extensions, next(each for each in extensions if each["extn_id"].native == "key_usage")]


def of_exponent(exponent: int) -> Callable[[Any], None]:
    def change(inner: Any) -> None:
        numbers = asn1_keys.RSAPublicKey({"modulus": (1 << 2047) | 1, "public_exponent": exponent})
        inner["subject_public_key_info"] = asn1_keys.PublicKeyInfo.wrap(numbers, "rsa")

    return change


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        (without_subject, "certificate-field-missing", "subject"),
        (without_issuer, "certificate-field-missing", "issuer"),
        (empty("common_name"), "certificate-field-missing", "subject.commonName"),
        (empty("organization_name"), "certificate-field-empty", "subject.organizationName"),
        (forgery.without_extension("key_usage"), "certificate-field-missing", "keyUsage"),
        (nothing_for("key_usage"), "certificate-field-empty", "keyUsage"),
        (of_version("v1"), "certificate-field-odd", "version: v3"),
        (numbered(0), "certificate-field-odd", "serialNumber: 1 … 2^160-1"),
        (numbered(-5), "certificate-field-odd", "serialNumber: 1 … 2^160-1"),
        (numbered(1 << 160), "certificate-field-odd", "serialNumber: 1 … 2^160-1"),
        (ending_at_its_beginning, "certificate-field-odd", "validity: notBefore < notAfter"),
        (twice, "certificate-field-odd", "extensions: 1"),
        (of_exponent(1), "certificate-field-odd", "subjectPublicKey.publicExponent: 3, 5, … 65537"),
        (of_exponent(4), "certificate-field-odd", "subjectPublicKey.publicExponent: 3, 5, … 65537"),
    ],
)
def test_a_field_that_is_missing_empty_or_odd_is_named(change: Callable[[Any], None], reason: str, field: str) -> None:
    check = changed(change)
    assert (check.result, check.reason, check.expected) == ("bad", reason, field)
    assert len(check.parts) == 1


@pytest.mark.parametrize("change", [numbered(1), numbered((1 << 159) - 1), of_exponent(3), of_exponent(65537), None])
def test_the_twins_within_the_rules_are_good(change: Callable[[Any], None] | None) -> None:
    assert changed(change).result == "good"


def test_two_algorithms_that_differ_are_named() -> None:
    parsed = asn1.Certificate.load(agency().der)
    parsed["signature_algorithm"] = {"algorithm": "sha384_ecdsa"}
    _, check = certificate.read(parsed.dump(force=True))
    assert (check.reason, check.expected) == ("certificate-field-odd", "signature: sha256_ecdsa")


def test_several_odd_fields_are_all_named() -> None:
    def change(inner: Any) -> None:
        numbered(0)(inner)
        ending_at_its_beginning(inner)

    assert [part.expected.partition(":")[0] for part in changed(change).parts] == ["serialNumber", "validity"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x30",
        b"\x30\x80",
        b"not a certificate",
        agency().pem,
        agency().der[:-1],
        agency().der + b"\0",
        agency().der[: len(agency().der) // 2],
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x82\x10\x00" * 4000,
        bytes(certificate.LONGEST + 1),
    ],
    # Not by their lengths: a signature of a fresh key has a byte more or less, and each process makes its own.
    ids=[
        "empty",
        "one-byte",
        "length-unknown",
        "words",
        "pem",
        "cut",
        "longer",
        "half",
        "length-of-4-gigabytes",
        "nested",
        "too-long",
    ],
)
def test_what_cannot_be_read_is_an_answer(content: bytes) -> None:
    found, check = certificate.read(content)
    assert found is None
    assert (check.result, check.reason) == ("bad", "certificate-unreadable")


def test_a_validity_without_a_zone_cannot_be_read() -> None:
    far = datetime(2061, 7, 1, 12, tzinfo=UTC)
    seal = PKI.agency("H99.01", "Sở Thử nghiệm", validity=Validity(NOW, far))
    assert certificate.read(seal.der)[1].result == "good"
    local = seal.der.replace(b"20610701120000Z", b"2061070112.0000")
    assert asn1.Certificate.load(local).not_valid_after.utcoffset() is None
    found, check = certificate.read(local)
    assert (found, check.reason) == (None, "certificate-unreadable")


def test_no_damage_makes_reading_raise() -> None:
    random = Random(28)
    whole = PKI.person("Nguyễn Văn Thử", "H99.01", "Sở Thử nghiệm", position="Giám đốc").der
    readable = 0
    for _ in range(1500):
        damaged = bytearray(whole)
        for _ in range(random.randint(1, 4)):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        found, check = certificate.read(bytes(damaged))
        assert check.result == "good" or check.reason
        if found is not None:
            readable += 1
            certificate.usage(found)
            found.signer()
    assert readable > 100


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
