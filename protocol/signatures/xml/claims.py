"""What a signer says of his signature beside the package: when and with which certificate he made it, and no more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from lxml import etree

from protocol.package.tree import elements, namespace, text_of
from protocol.signatures.outcome import Check
from protocol.signatures.revocation import TOLERANCE
from protocol.signatures.trust import Times
from protocol.signatures.xml import parts
from protocol.signatures.xml.methods import DIGESTS, XMLDSIG
from protocol.signatures.xml.references import Reference
from protocol.signatures.xml.refusal import Refused

_VIETNAM = timezone(timedelta(hours=7))
_YEARS = range(1900, 9000)
_LONGEST = 40
_XADES = "http://uri.etsi.org/01903/"
"""What the namespaces of all versions of XAdES begin with."""
_CERTIFICATES = ("SigningCertificate", "SigningCertificateV2")


def told(objects: Sequence[Reference], times: Times, signer: bytes) -> tuple[Times, tuple[Check, ...]]:
    """Give the times with the claimed one that was signed, and the check of it; both as they were where there is none.

    Call it only where the digests of the objects hold: what was not signed claims nothing. Raises ``Refused`` where the
    certificate (DER) that came with the signature is not the one that was signed with it.
    """
    _same_certificate(objects, signer)
    claimed = _signing_time(objects)
    if claimed is None:
        return times, ()
    return replace(times, claimed=claimed), (_time(claimed, times),)


def _time(claimed: datetime, times: Times) -> Check:
    """Judge the time of signing. What is proven is by when the package was received, by the clock of somebody else."""
    got, latest = claimed.isoformat(), times.now + TOLERANCE
    if claimed > latest:
        return Check("time", "bad", "xml-signature-time-in-future", f"<= {latest.isoformat()}", got)
    if times.proven is not None and claimed > times.proven + TOLERANCE:
        expected = f"<= {(times.proven + TOLERANCE).isoformat()}"
        return Check("time", "unknown", "xml-signature-time-after-sending", expected, got)
    return Check("time", "good", got=got)


def _same_certificate(objects: Iterable[Reference], signer: bytes) -> None:
    """Hold the certificate against ``SigningCertificate`` of XAdES, which names it by its digest.

    ``KeyInfo`` itself is not signed, and an authority may have certified one key twice. Those above the signer may be
    named as well, in any order: one that is the signer's is enough. Hash functions that are not known say nothing.
    """
    stated = [
        digest
        for reference in objects
        if reference.target is not None
        for name in _CERTIFICATES
        for element in reference.target.iter(f"{{*}}{name}")
        if namespace(element).startswith(_XADES)
        for digest in element.iterfind("{*}Cert/{*}CertDigest")
    ]
    own = [_is_of(digest, signer) for digest in stated]
    if own and not any(each is not False for each in own):
        print_ = hashlib.sha256(signer).hexdigest()
        raise Refused("certificate", "xml-signature-certificate-exchanged", expected="SigningCertificate", got=print_)


def _is_of(stated: etree._Element, certificate: bytes) -> bool | None:
    """Say whether a digest is that of a certificate; ``None`` where it cannot be told."""
    method, value = stated.find(f"{{{XMLDSIG}}}DigestMethod"), stated.find(f"{{{XMLDSIG}}}DigestValue")
    known = None if method is None else DIGESTS.get(method.get("Algorithm") or "")
    if known is None or value is None:
        return None
    try:
        return parts.octets(value) == hashlib.new(known, certificate).digest()
    except Refused:
        return None


def _signing_time(objects: Iterable[Reference]) -> datetime | None:
    """Give the one instant that all ``SigningTime`` say, of XAdES or in another property; ``None`` without one."""
    stated = {
        _instant(text_of(element) or "")
        for reference in objects
        if reference.target is not None
        for element in reference.target.iter("{*}SigningTime")
        if not any(True for _ in elements(element))
    }
    return stated.pop() if len(stated) == 1 else None


def _instant(text: str) -> datetime | None:
    """Read an ``xs:dateTime``; one without an offset is Vietnamese time."""
    try:
        read = datetime.fromisoformat(text) if "T" in text and len(text) <= _LONGEST else None
    except ValueError:
        return None
    if read is None or read.year not in _YEARS:
        return None
    return read if read.utcoffset() is not None else read.replace(tzinfo=_VIETNAM)
