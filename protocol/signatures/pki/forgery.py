"""Certificates that no honest tool makes: fields changed, then signed again with whatever hash is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from protocol.signatures.pki.identity import Identity
from protocol.signatures.pki.keys import PrivateKey, signature

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),  # noqa: S303 - made in order to be refused
    "sha1": hashes.SHA1(),  # noqa: S303 - made in order to be refused
    "sha256": hashes.SHA256(),
}


def altered(
    identity: Identity, signer: PrivateKey, change: Callable[[Any], None] | None = None, hashed: str = "sha256"
) -> Identity:
    """Change a certificate as ``altered_der`` does; ``ValueError`` where ``cryptography`` refuses to load it then."""
    made = x509.load_der_x509_certificate(altered_der(identity, signer, change, hashed))
    return Identity(made, identity.key, identity.issuers)


def altered_der(
    identity: Identity, signer: PrivateKey, change: Callable[[Any], None] | None = None, hashed: str = "sha256"
) -> bytes:
    """Change the ``TBSCertificate`` (of ``asn1crypto``) of a certificate and sign it with ``signer`` again.

    ``hashed`` is ``sha256``, ``sha1`` or, for an RSA signer, ``md5``: the weak ones, which libraries refuse to use.
    """
    certificate = asn1.Certificate.load(identity.der)
    inner = certificate["tbs_certificate"]
    if change is not None:
        change(inner)
    algorithm = {"algorithm": f"{hashed}_{'rsa' if isinstance(signer, rsa.RSAPrivateKey) else 'ecdsa'}"}
    inner["signature"] = algorithm
    certificate["signature_algorithm"] = algorithm
    certificate["signature_value"] = signature(signer, inner.dump(force=True), _HASHES[hashed])
    return bytes(certificate.dump(force=True))


def tampered(identity: Identity) -> Identity:
    """Give a certificate whose signature does not hold, because a digit of its serial number was changed."""
    certificate = asn1.Certificate.load(identity.der)
    inner = certificate["tbs_certificate"]
    inner["serial_number"] = int(inner["serial_number"].native) ^ 1
    made = x509.load_der_x509_certificate(certificate.dump(force=True))
    return Identity(made, identity.key, identity.issuers)


def usurper(identity: Identity, key: PrivateKey) -> Identity:
    """Give a copy of a certificate with another key under the old signature, which does not hold any more."""
    certificate = asn1.Certificate.load(identity.der)
    own = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    certificate["tbs_certificate"]["subject_public_key_info"] = asn1_keys.PublicKeyInfo.load(own)
    made = x509.load_der_x509_certificate(certificate.dump(force=True))
    return Identity(made, key, identity.issuers)


def without_extension(name: str) -> Callable[[Any], None]:
    """Give a change that takes an extension out, by its name in ``asn1crypto`` (``key_usage``)."""

    def change(inner: Any) -> None:
        inner["extensions"] = [each for each in inner["extensions"] if each["extn_id"].native != name]

    return change
