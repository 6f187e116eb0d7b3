"""What one X.509 certificate says: whom it names, which organisation codes it is bound to, what its key may do.

The organisation code is read from ``organizationIdentifier`` (2.5.4.97) of the subject, where the test profile of
``protocol.signatures.pki`` puts it; no act names the place. Whatever cannot be read is an answer, never an exception.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asn1crypto import core, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509 import DuplicateExtension, ExtensionNotFound, InvalidVersion, UnsupportedGeneralNameType

from protocol.signatures import algorithms
from protocol.signatures.algorithms import Algorithm
from protocol.signatures.outcome import Check, Role, Signer

LONGEST = 64 * 1024
"""Bytes of a certificate that is read."""
_LONGEST_NAME = 300
_SERIAL_BITS = 160
BROKEN: tuple[type[Exception], ...] = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    NotImplementedError,
    InvalidSignature,
    UnsupportedAlgorithm,
    InvalidVersion,
    DuplicateExtension,
    ExtensionNotFound,
    UnsupportedGeneralNameType,
)
"""The ways in which a certificate, list or response of somebody else's making is broken: what ``asn1crypto`` and
``cryptography`` raise for it. Those of ``cryptography`` are no ``ValueError``."""
_PERSONAL = frozenset({"surname", "given_name", "pseudonym"})
_PERSONAL_PREFIXES = ("CMND", "CCCD", "CC", "HC", "ĐDCN", "DDCN")
_CORPORATE_PREFIXES = ("MST", "MNS", "BHXH", "MDD", "MĐD")
_SHORT = {"country_name": "C", "organization_name": "O", "organizational_unit_name": "OU", "common_name": "CN"}
DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36"
SIGNING_PURPOSES = frozenset(
    {
        DOCUMENT_SIGNING,
        "email_protection",
        "microsoft_document_signing",
        "adobe_authentic_documents_trust",
        "any_extended_key_usage",
    }
)
"""Purposes that let a key sign documents: RFC 9336, S/MIME, those of Microsoft and Adobe, and any."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that could be read. ``usages`` and ``purposes`` are ``None`` where the extension is missing."""

    der: bytes = field(repr=False)
    subject: str
    issuer: str
    names: tuple[tuple[str, str], ...]
    """The attributes of the subject, in its order, by their names in ``asn1crypto`` (``common_name``)."""
    role: Role
    codes: tuple[str, ...]
    serial: int
    not_before: datetime
    not_after: datetime
    key: str
    bits: int
    algorithm: Algorithm
    """How the issuer signed it; kind and length of the key are the issuer's where known, else empty and 0."""
    usages: frozenset[str] | None
    purposes: frozenset[str] | None
    ca: bool

    @property
    def name(self) -> str:
        """Give the common name, or the whole subject where there is none."""
        return self.first("common_name") or self.subject

    @property
    def fingerprint(self) -> str:
        """Give the SHA-256 of the certificate in hexadecimal digits."""
        return hashlib.sha256(self.der).hexdigest()

    def first(self, attribute: str) -> str:
        """Give the first value of an attribute of the subject, or an empty text."""
        return next((value for kind, value in self.names if kind == attribute), "")

    def signer(self) -> Signer:
        """Say who this is in the words of an outcome."""
        return Signer(
            role=self.role,
            name=self.name,
            organisation=self.first("organization_name"),
            codes=self.codes,
            issuer=self.issuer,
            serial=f"{self.serial:x}",
            fingerprint=self.fingerprint,
        )


def read(der: bytes) -> tuple[Certificate | None, Check]:
    """Read a certificate in DER and hold it against NĐ 68/2024/NĐ-CP Article 7 (SIG-04).

    The check has a part for each field that is missing, empty or odd; where nothing can be read at all there is no
    certificate and the check is ``bad`` with ``certificate-unreadable``.
    """
    if len(der) > LONGEST:
        return None, Check("certificate", "bad", "certificate-unreadable", f"<= {LONGEST} B", f"{len(der)} B")
    try:
        parsed = x509.Certificate.load(der, strict=True)
        found = _certificate(der, parsed)
        parts = tuple(_oddities(found, parsed))
    except BROKEN as error:
        return None, Check("certificate", "bad", "certificate-unreadable", "X.509", type(error).__name__)
    if not parts:
        return found, Check("certificate", "good", got=found.name)
    first = parts[0]
    return found, Check("certificate", "bad", first.reason, first.expected, first.got, parts)


def usage(certificate: Certificate) -> Check:
    """Whether the key may sign documents, by the limits that the certificate itself sets."""
    purposes, usages = certificate.purposes, certificate.usages
    got = _listed(usages, purposes)
    if certificate.ca:
        return Check("usage", "bad", "certificate-usage-wrong", "CA:FALSE", "CA:TRUE")
    if usages is not None and not usages & {"digital_signature", "non_repudiation"}:
        return Check("usage", "bad", "certificate-usage-wrong", "digitalSignature | nonRepudiation", got)
    if purposes is not None and not purposes & SIGNING_PURPOSES:
        return Check("usage", "bad", "certificate-usage-wrong", "documentSigning | emailProtection", got)
    return Check("usage", "good", got=got)


def timestamp_usage(certificate: Certificate) -> Check:
    """Whether the key may stamp times, and may nothing else (RFC 3161, 2.3)."""
    got = _listed(certificate.usages, certificate.purposes)
    if certificate.ca or certificate.purposes != frozenset({"time_stamping"}):
        return Check("usage", "bad", "certificate-usage-wrong", "timeStamping", got)
    if certificate.usages is not None and not certificate.usages & {"digital_signature", "non_repudiation"}:
        return Check("usage", "bad", "certificate-usage-wrong", "digitalSignature", got)
    return Check("usage", "good", got=got)


def _certificate(der: bytes, parsed: x509.Certificate) -> Certificate:
    names = tuple(_attributes(parsed.subject))
    validity = parsed["tbs_certificate"]["validity"]
    usages = None if parsed.key_usage_value is None else frozenset(parsed.key_usage_value.native)
    purposes = None if parsed.extended_key_usage_value is None else frozenset(parsed.extended_key_usage_value.native)
    signed = algorithms.of(parsed["signature_algorithm"], parsed.public_key)
    ca = bool(parsed.ca)
    kind, bits = algorithms.key_of(parsed.public_key)
    return Certificate(
        der=der,
        subject=_human(parsed.subject),
        issuer=_human(parsed.issuer),
        names=names,
        role=_role(names, purposes, ca=ca),
        codes=tuple(dict.fromkeys(value.strip().upper() for kind, value in names if kind == "organization_identifier")),
        serial=int(parsed.serial_number),
        not_before=instant(validity["not_before"]),
        not_after=instant(validity["not_after"]),
        key=kind,
        bits=bits,
        algorithm=Algorithm(signed.hash, signed.scheme, "", 0),
        usages=usages,
        purposes=purposes,
        ca=ca,
    )


def instant(time: core.Asn1Value) -> datetime:
    """Give a time of ASN.1 in UTC; ``ValueError`` for one without a zone or out of the calendar."""
    value = time.native
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise ValueError(f"no instant: {value}")
    return value.astimezone(UTC)


def _attributes(name: x509.Name) -> Any:
    for relative in name.chosen:
        for pair in relative:
            yield str(pair["type"].native), str(pair["value"].native)[:_LONGEST_NAME]


def _human(name: x509.Name) -> str:
    """Write a name as one line, in its own order."""
    return ", ".join(f"{_SHORT.get(kind, _camel(kind))}={value}" for kind, value in _attributes(name))[:_LONGEST_NAME]


def _listed(usages: frozenset[str] | None, purposes: frozenset[str] | None) -> str:
    """List usages and purposes by the names of RFC 5280."""
    every = (usages or frozenset()) | (purposes or frozenset())
    return ", ".join(sorted("documentSigning" if each == DOCUMENT_SIGNING else _camel(each) for each in every))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _role(names: tuple[tuple[str, str], ...], purposes: frozenset[str] | None, *, ca: bool) -> Role:
    """Tell who holds a certificate: authorities and timestamps by their extensions, the others by their subject.

    Personal attributes make a person, an organisation code or an organisation's own name as the common name an
    agency. ``userId`` is read with the prefixes observed in certificates of Vietnamese authorities (``MST:``,
    ``CCCD:``).
    """
    if ca:
        return "authority"
    if purposes is not None and "time_stamping" in purposes:
        return "timestamp"
    kinds = {kind for kind, _ in names}
    ids = tuple(value.partition(":")[0].strip().upper() for kind, value in names if kind == "user_id")
    if kinds & _PERSONAL or any(each in _PERSONAL_PREFIXES for each in ids):
        return "person"
    if "organization_identifier" in kinds or any(each in _CORPORATE_PREFIXES for each in ids):
        return "agency"
    common = {value for kind, value in names if kind == "common_name"}
    organisations = {value for kind, value in names if kind in {"organization_name", "organizational_unit_name"}}
    return "agency" if common & organisations else "unknown"


def _oddities(found: Certificate, parsed: x509.Certificate) -> Any:
    """Yield a check for each field that Article 7 wants and that is missing, empty or odd."""
    inner = parsed["tbs_certificate"]
    if str(inner["version"].native) != "v3":
        yield _odd("version", "v3", str(inner["version"].native))
    if not found.issuer:
        yield Check("certificate", "bad", "certificate-field-missing", "issuer")
    if not found.subject:
        yield Check("certificate", "bad", "certificate-field-missing", "subject")
    elif not found.first("common_name").strip():
        yield Check("certificate", "bad", "certificate-field-missing", "subject.commonName")
    yield from (
        Check("certificate", "bad", "certificate-field-empty", f"subject.{_camel(kind)}")
        for kind, value in found.names
        if not value.strip() and kind != "common_name"
    )
    if not 0 < found.serial < 1 << _SERIAL_BITS:
        yield _odd("serialNumber", f"1 … 2^{_SERIAL_BITS}-1", f"{found.serial:x}"[:_LONGEST_NAME])
    if found.not_before >= found.not_after:
        yield _odd("validity", "notBefore < notAfter", f"{found.not_before:%FT%TZ} … {found.not_after:%FT%TZ}")
    if inner["signature"].dump() != parsed["signature_algorithm"].dump():
        yield _odd("signature", str(inner["signature"]["algorithm"].native), found.algorithm.scheme)
    if not parsed["signature_value"].native:
        yield Check("certificate", "bad", "certificate-field-empty", "signatureValue")
    yield from _odd_key(found, parsed)
    extensions = [str(each["extn_id"].dotted) for each in inner["extensions"] or ()]
    yield from (
        _odd("extensions", "1", f"{each} × {extensions.count(each)}")
        for each in dict.fromkeys(extensions)
        if extensions.count(each) > 1
    )
    if found.usages is None and not found.ca:
        yield Check("certificate", "bad", "certificate-field-missing", "keyUsage")
    elif found.usages is not None and not found.usages:
        yield Check("certificate", "bad", "certificate-field-empty", "keyUsage")


def _odd_key(found: Certificate, parsed: x509.Certificate) -> Any:
    if found.key == "rsa":
        exponent = int(parsed.public_key["public_key"].parsed["public_exponent"].native)
        if exponent < 3 or exponent % 2 == 0:
            yield _odd("subjectPublicKey.publicExponent", "3, 5, … 65537", str(exponent)[:_LONGEST_NAME])
    elif found.key == "ec-explicit":
        yield _odd("subjectPublicKey.parameters", "namedCurve", "specifiedCurve")


def _odd(name: str, expected: str, got: str) -> Check:
    return Check("certificate", "bad", "certificate-field-odd", f"{name}: {expected}", got)
