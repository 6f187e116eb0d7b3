"""A field of a certificate that is missing, empty or odd is named, its lawful twin is good; nothing raises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from asn1crypto import core
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1

from protocol.signatures import certificate
from protocol.signatures.outcome import Check
from protocol.signatures.pki import Identity, Pki, Validity, forgery
from tests.protocol.signatures.moments import NOW

PKI = Pki(NOW)


def agency() -> Identity:
    return PKI.agency("H99.01", "Sở Thử nghiệm")


def changed(change: Callable[[Any], None] | None) -> Check:
    found, check = certificate.read(forgery.altered_der(agency(), PKI.issuing.identity.key, change))
    assert found is not None
    return check


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
