"""A certificate with its private key and the certificates above it: whoever can sign."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from protocol.signatures.pki.keys import PrivateKey


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who can sign; ``issuers`` are the certificates above, the nearest first, the root last."""

    certificate: x509.Certificate
    key: PrivateKey
    issuers: tuple[x509.Certificate, ...] = ()

    @property
    def der(self) -> bytes:
        """Give the certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def issuer_ders(self) -> tuple[bytes, ...]:
        """Give the certificates above in DER, the root among them."""
        return tuple(each.public_bytes(Encoding.DER) for each in self.issuers)

    @property
    def pem(self) -> bytes:
        """Give the certificate in PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def chain_pem(self) -> bytes:
        """Give the certificate and those above it without the root, in PEM: what a signature should embed."""
        above = [each for each in self.issuers if each.subject != each.issuer]
        return self.pem + b"".join(each.public_bytes(Encoding.PEM) for each in above)

    @property
    def key_pem(self) -> bytes:
        """Give the private key in PEM (PKCS #8), not encrypted: it protects nothing."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
