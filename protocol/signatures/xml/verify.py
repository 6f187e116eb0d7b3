"""Whether the signature of a package is what it seems: one pass from the element to the answers about it.

What was verified is what the reader used, by construction: the canonical form is that of the reader's own tree, with
the texts of the payloads put in from the bytes received, and each of these texts has to decode to the attachment that
the reader took. The one reference to the package is to the document or to its root element, so nothing that is read can
lie beside what is signed. Memory: the markup of the package (the reader's bound, eight megabytes) a few times over,
and 64 KiB of payload at a time, however large the package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from protocol.package.model import DocumentPackage
from protocol.package.reading import Reading
from protocol.package.scanner import PAYLOAD_ELEMENT
from protocol.package.tree import child, children, where
from protocol.signatures import algorithms, certificate, party, trust
from protocol.signatures.algorithms import Algorithm
from protocol.signatures.outcome import Check, SignatureOutcome, Signer
from protocol.signatures.trust import Evidence, Times, Trust
from protocol.signatures.xml import candidates, canonical, claims, form, payloads, place, placeholder, value
from protocol.signatures.xml.form import Form
from protocol.signatures.xml.payloads import Content
from protocol.signatures.xml.references import Reference
from protocol.signatures.xml.refusal import Refused

UNDECLARED = "undeclared-prefix"
_PAYLOAD = PAYLOAD_ELEMENT.decode("ascii")
_ISSUER_MISSING = "certificate-issuer-missing"


def verify(reading: Reading, source: BinaryIO | bytes, *, trusted: Trust, times: Times) -> SignatureOutcome | None:
    """Judge the signature of a package that has been read; ``None`` where it carries none.

    ``source`` has the bytes that ``reading`` was made of, from their beginning. XML-DSig itself has no place for the
    time of signing; where the signer put one beside the package (XAdES) and signed it, it is what he claims, before
    ``times.claimed``. Bad input is an answer, never an exception; ``OSError`` of the stream is the caller's.
    """
    root = reading.root
    if root is None:
        return None
    try:
        signature = place.find(root)
    except Refused as refused:
        return SignatureOutcome(place.PLACE, checks=(refused.check,))
    if signature is None:
        return None
    where_it_is = where(signature)
    dummy = placeholder.judge(signature)
    if dummy is not None:
        return SignatureOutcome(where_it_is, checks=(dummy,))
    try:
        signer, known, checks = _verified(reading, source, examined(reading, root, signature), trusted, times)
    except Refused as refused:
        return SignatureOutcome(where_it_is, checks=(refused.check,))
    return SignatureOutcome(where_it_is, signer, known.claimed, known.proven, checks)


def examined(reading: Reading, root: etree._Element, signature: etree._Element) -> Form:
    """Take the signature apart; ``Refused`` where it, or the package around it, is not built as it has to be."""
    if any(finding.reason == UNDECLARED for finding in reading.findings):
        # The reader guessed what these prefixes mean; a canonical form of a guess is nobody's.
        raise Refused("form", canonical.NO_FORM, expected="xmlns:…")
    place.examine(root, signature, reading.skeleton)
    return form.read(signature)


def _verified(
    reading: Reading, source: BinaryIO | bytes, found: Form, trusted: Trust, times: Times
) -> tuple[Signer | None, Times, tuple[Check, ...]]:
    certificates = [_certificate(der) for der in found.key_info.certificates]
    signed = canonical.of_element(found.signed_info, found.canonical)
    signed_by = value.signer(found.method, certificates, found.value, signed)
    claimed = signed_by or candidates.claiming(certificates)
    key = value.key_of(claimed)
    if found.key_info.key_value is not None and not value.agree(found.key_info.key_value, key):
        raise Refused("certificate", "xml-signature-key-mismatch", expected="X509Certificate", got="KeyValue")
    der = claimed.public_bytes(Encoding.DER)
    others = [each for each in found.key_info.certificates if each != der]
    if signed_by is not None:
        candidates.related(der, others)
    own, _ = certificate.read(der)
    algorithm = _algorithm(found, own)
    made = _value(algorithm, holds=signed_by is not None, able=value.able(found.method, key))
    integrity = _integrity(_digest(reading, source, found), *map(_object, found.objects), made)
    known, told = claims.told(found.objects, times, der) if integrity.result == "good" else (times, ())
    checks = [Check("form", "good"), Check("coverage", "good"), integrity, algorithm, *told]
    judged = trust.judge(der, others, trusted, known, evidence=Evidence(crls=found.key_info.crls))
    checks += _told(judged)
    if own is None:
        return None, known, tuple(checks)
    signer = own.signer()
    return signer, known, (*checks, party.of_package(_sender(reading), signer))


def _certificate(der: bytes) -> x509.Certificate:
    loaded = value.load(der)
    if loaded is None:
        raise Refused("certificate", "certificate-unreadable", expected="X.509", got=f"{len(der)} bytes")
    return loaded


def _digest(reading: Reading, source: BinaryIO | bytes, found: Form) -> Check:
    root = found.element.getroottree().getroot()
    to = found.package
    pieces = canonical.of_package(root, found.element, to.canonical, whole=to.target is None)
    digest, contents = payloads.digest(source, pieces, to.digest)
    _same_attachments(reading, root, contents)
    return _equal(to, digest, "xml-signature-digest-wrong")


def _object(reference: Reference) -> Check:
    """Judge what the signer put beside the package and signed with it."""
    assert reference.target is not None
    octets = canonical.of_element(reference.target, reference.canonical)
    return _equal(reference, hashlib.new(reference.digest, octets).digest(), "xml-signature-object-changed")


def _equal(reference: Reference, digest: bytes, reason: str) -> Check:
    if digest == reference.digest_value:
        return Check("integrity", "good")
    return Check("integrity", "bad", reason, reference.digest_value[:64].hex(), digest.hex())


def _value(algorithm: Check, *, holds: bool, able: bool) -> Check:
    """Judge the signature value; one that nothing here can verify is unknown, for that reason."""
    if holds:
        return Check("integrity", "good")
    if not able and algorithm.result == "bad":
        return Check("integrity", "unknown", algorithm.reason, algorithm.expected, algorithm.got)
    if not able:
        return Check("integrity", "unknown", "xml-signature-value-unverified")
    return Check("integrity", "bad", "xml-signature-value-wrong")


def _integrity(*parts: Check) -> Check:
    for result in ("bad", "unknown"):
        for part in parts:
            if part.result == result:
                return Check("integrity", part.result, part.reason, part.expected, part.got, parts)
    return Check("integrity", "good", parts=parts)


def _same_attachments(reading: Reading, root: etree._Element, contents: tuple[Content, ...]) -> None:
    """Refuse where an attachment of the reading is not what the payload at its place decodes to."""
    if not isinstance(reading.package, DocumentPackage):
        return
    elements = root.iter("{*}" + _PAYLOAD)
    at_place = dict(zip(elements, contents, strict=True))
    described = [each for encoded in children(root, "AttachmentEncoded") for each in children(encoded, "Attachment")]
    for element, attachment in zip(described, reading.package.attachments, strict=True):
        payload = child(element, _PAYLOAD)
        used = Content(attachment.size, attachment.sha256)
        if payload is not None and at_place[payload] != used:
            signed = at_place[payload].sha256
            raise Refused("coverage", "xml-signature-bytes-differ", expected=signed, got=attachment.sha256)


def _algorithm(found: Form, own: certificate.Certificate | None) -> Check:
    key, bits = (own.key, own.bits) if own else ("", 0)
    hashes = [found.method.hash, found.method.mgf, found.package.digest, *(each.digest for each in found.objects)]
    judged = [algorithms.judge(Algorithm(name, found.method.scheme, key, bits)) for name in filter(None, hashes)]
    worst = next((each for each in judged if each.result == "bad"), judged[0])
    return Check("algorithm", worst.result, worst.reason, worst.expected, worst.got, tuple(judged))


def _told(judged: Iterable[Check]) -> Iterator[Check]:
    """Take a chain that ends for want of an issuer's certificate for unknown: nothing obliges a package to bring it."""
    for each in judged:
        if each.reason == _ISSUER_MISSING:
            yield replace(each, result="unknown", reason="xml-signature-issuer-unknown")
        else:
            yield each


def _sender(reading: Reading) -> str | None:
    return reading.package.header.sender.organ_id if reading.package else None
