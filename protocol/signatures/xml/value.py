"""Whether a signature value was made by a key, and with which of the certificates that came along."""

from __future__ import annotations

from collections.abc import Sequence

import pybase64
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from lxml import etree

from protocol.package.tree import elements, local_name, namespace
from protocol.signatures.certificate import BROKEN
from protocol.signatures.xml.methods import XMLDSIG, XMLDSIG_11, Method
from protocol.signatures.xml.refusal import Refused

_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha3_224": hashes.SHA3_224,
    "sha3_256": hashes.SHA3_256,
    "sha3_384": hashes.SHA3_384,
    "sha3_512": hashes.SHA3_512,
}
CURVES = {
    "secp256r1": "urn:oid:1.2.840.10045.3.1.7",
    "secp384r1": "urn:oid:1.3.132.0.34",
    "secp521r1": "urn:oid:1.3.132.0.35",
}
LARGEST_RSA = 8192
"""Bits: a key beyond that is not looked at, because to verify with it costs more than anything else here."""


def hash_of(name: str) -> hashes.HashAlgorithm | None:
    """Give the hash function of a name of ``hashlib``; ``None`` for one that no signature here may use."""
    found = _HASHES.get(name)
    return None if found is None else found()


def load(der: bytes) -> x509.Certificate | None:
    """Read a certificate; ``None`` where it is none."""
    try:
        return x509.load_der_x509_certificate(der)
    except BROKEN:
        return None


def key_of(certificate: x509.Certificate) -> PublicKeyTypes | None:
    """Give the public key of a certificate; ``None`` for one that cannot be used here."""
    try:
        return certificate.public_key()
    except BROKEN:
        return None


def able(method: Method, key: PublicKeyTypes | None) -> bool:
    """Say whether a value of that method can be verified with the key at all."""
    if hash_of(method.hash) is None or (method.mgf and hash_of(method.mgf) is None):
        return False
    if isinstance(key, rsa.RSAPublicKey):
        return method.scheme in {"pkcs1v15", "pss"} and key.key_size <= LARGEST_RSA
    return isinstance(key, ec.EllipticCurvePublicKey) and method.scheme == "ecdsa"


def holds(method: Method, key: PublicKeyTypes | None, value: bytes, signed: bytes) -> bool:
    """Say whether a value is the key's signature of the octets by that method.

    RSASSA-PSS has a salt as long as the hash (RFC 9231, 2.3.10) where the method does not say otherwise, ECDSA is the
    plain pair of numbers, each as long as the order of the curve (XML Signature 1.1, 6.4.3), never DER.
    """
    hashed = hash_of(method.hash)
    if hashed is None or not able(method, key):
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, signed, _padding(method, hashed), hashed)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_der(value, key.key_size), signed, ec.ECDSA(hashed))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _padding(method: Method, hashed: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
    return padding.PKCS1v15() if method.scheme == "pkcs1v15" else pss(hashed, hash_of(method.mgf), method.salt)


def pss(hashed: hashes.HashAlgorithm, mask: hashes.HashAlgorithm | None = None, salt: int | None = None) -> padding.PSS:
    """Give the padding of RSASSA-PSS: by default, mask and salt are those of the hash function."""
    return padding.PSS(padding.MGF1(mask or hashed), hashed.digest_size if salt is None else salt)


def _der(value: bytes, bits: int) -> bytes:
    length = (bits + 7) // 8
    if len(value) != 2 * length:
        raise ValueError("not a pair of numbers of the curve")
    return utils.encode_dss_signature(int.from_bytes(value[:length]), int.from_bytes(value[length:]))


def plain(der: bytes, bits: int) -> bytes:
    """Give an ECDSA signature in DER as the pair of numbers that XML Signature wants."""
    length = (bits + 7) // 8
    r, s = utils.decode_dss_signature(der)
    return r.to_bytes(length) + s.to_bytes(length)


def signer(
    method: Method, certificates: Sequence[x509.Certificate], value: bytes, signed: bytes
) -> x509.Certificate | None:
    """Give the certificate whose key made a value; ``None`` where none of them did.

    Raises ``Refused`` where more than one did: two certificates of one key name two signers for one signature.
    """
    able = [each for each in certificates if holds(method, key_of(each), value, signed)]
    if len(able) > 1:
        prints = " | ".join(each.fingerprint(hashes.SHA256()).hex()[:16] for each in able)
        raise Refused("certificate", "xml-signature-certificate-ambiguous", expected="1", got=prints)
    return able[0] if able else None


def agree(key_value: etree._Element, key: PublicKeyTypes | None) -> bool:
    """Say whether a ``KeyValue`` is the key of the certificate; one that is not could be believed by somebody else."""
    parts = list(elements(key_value))
    if len(parts) != 1:
        return False
    stated = {(namespace(part), local_name(part)): part for part in parts[0].iter(etree.Element)}
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        expected = {"Modulus": numbers.n, "Exponent": numbers.e}
        given = {name: _number(stated.get((XMLDSIG, name))) for name in expected}
        return parts[0].tag == f"{{{XMLDSIG}}}RSAKeyValue" and given == expected and len(stated) == 3
    if isinstance(key, ec.EllipticCurvePublicKey):
        curve, point = stated.get((XMLDSIG_11, "NamedCurve")), stated.get((XMLDSIG_11, "PublicKey"))
        at = key.public_numbers()
        length = (key.key_size + 7) // 8
        own = b"\x04" + at.x.to_bytes(length) + at.y.to_bytes(length)
        named = curve is not None and curve.get("URI") == CURVES.get(key.curve.name)
        is_ours = parts[0].tag == f"{{{XMLDSIG_11}}}ECKeyValue" and len(stated) == 3
        return is_ours and named and _octets(point) == own
    return False


def _octets(element: etree._Element | None) -> bytes:
    text = "" if element is None else "".join((element.text or "").split())
    try:
        return pybase64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _number(element: etree._Element | None) -> int:
    return int.from_bytes(_octets(element))
