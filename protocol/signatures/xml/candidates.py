"""Which of the certificates in a signature is meant to have signed, and whether the others belong to it."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from protocol.signatures import certificate
from protocol.signatures.xml.refusal import Refused


def claiming(certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    """Give the certificate that claims to have made a value where no key did: the first that issued no other."""
    readable = [(each, certificate.read(each.public_bytes(Encoding.DER))[0]) for each in certificates]
    issuers = {found.issuer for _, found in readable if found is not None and found.issuer != found.subject}
    ends = (each for each, found in readable if found is not None and found.subject not in issuers)
    return next(ends, certificates[0])


def related(signer: bytes, others: Sequence[bytes]) -> None:
    """Refuse a certificate that neither signed nor can have issued any other (XML Signature 1.1, 4.5.4).

    Some software shows the first certificate that it finds, and names with it somebody who has signed nothing.
    """
    found = [each for each in (certificate.read(der)[0] for der in (signer, *others)) if each is not None]
    for each in found:
        issued = any(other.issuer == each.subject for other in found if other is not each)
        if each.der != signer and not each.ca and not issued:
            raise Refused("certificate", "xml-signature-certificate-unrelated", got=each.fingerprint[:16])
