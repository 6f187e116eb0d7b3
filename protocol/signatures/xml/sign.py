"""Signs a package: enveloped, over the whole document, at the place where the official builder puts its sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.parsers import expat

import pybase64
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from protocol.package.reader import read_package
from protocol.package.reading import Reading
from protocol.signatures.xml import canonical, payloads, place
from protocol.signatures.xml.methods import (
    ENVELOPED,
    EXCLUSIVE,
    XMLDSIG,
    XMLDSIG_11,
    Canonical,
    Method,
    address_of,
    address_of_digest,
)
from protocol.signatures.xml.refusal import Refused
from protocol.signatures.xml.value import CURVES, hash_of, plain, pss
from protocol.signatures.xml.verify import examined

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_HEADER = "edXMLHeader"
_BLANKS = b" \t\r\n"
_VALUE = "@@value@@"
_EXCLUSIVE = Canonical(EXCLUSIVE)


@dataclass(frozen=True, slots=True)
class Style:
    """How to sign: what is left open by the standard and by the list of TT 15/2025/TT-BKHCN.

    ``hash`` as ``hashlib`` names it, for digest and signature value; ``pss`` for RSA keys (PKCS#1 v1.5 otherwise, Q7);
    ``canonical`` for the package and ``SignedInfo`` alike; ``prefix`` of the elements, none by default; ``reference``
    is empty for the document or ``#`` with the ``Id`` of its root; ``key_value`` repeats the key beside the
    certificate.
    """

    hash: str = "sha256"
    pss: bool = True
    canonical: Canonical = _EXCLUSIVE
    prefix: str = ""
    reference: str = ""
    key_value: bool = False


_USUAL = Style()


def sign(data: bytes, key: PrivateKey, certificates: Sequence[x509.Certificate], style: Style = _USUAL) -> bytes:
    """Give a package with a signature: the bytes as they were, and the new element last in the header.

    ``certificates`` is the signer's and, where wanted, those above it without the root. ``ValueError`` where there is
    no package to sign, where it is signed already, is not UTF-8, or would have a signature that nobody may accept; and
    where the key is not that of the first certificate.
    """
    if not certificates or certificates[0].public_key() != key.public_key():
        raise ValueError("key: not that of the first certificate; sign with the key that the signer's certificate has")
    at, break_ = _end_of_header(data)
    unsigned = data[:at] + break_ + _signature(style, key, certificates, b"") + data[at:]
    with read_package(unsigned) as reading:
        root = reading.root
        if root is None or reading.encoding != "utf-8":
            raise ValueError("package: not one that can be read as UTF-8; sign what read_package reads without a fail")
        try:
            digest, value = _made(reading, root, unsigned, key, style)
        except Refused as refused:
            raise ValueError(f"package: cannot be signed as it is ({refused}); sign a clean, unsigned one") from None
    signature = _signature(style, key, certificates, digest).replace(_VALUE.encode("ascii"), pybase64.b64encode(value))
    return data[:at] + break_ + signature + data[at:]


def _made(
    reading: Reading, root: etree._Element, unsigned: bytes, key: PrivateKey, style: Style
) -> tuple[bytes, bytes]:
    """Give digest and signature value; the empty signature stands in its place already.

    ``Refused`` where what comes of it would not be taken by ``verify``.
    """
    element = place.find(root)
    if element is None:
        raise ValueError("package: its header is not at edXML/edXMLEnvelope/edXMLHeader; nothing to sign")
    pieces = canonical.of_package(root, element, style.canonical, whole=not style.reference)
    digest, _ = payloads.digest(unsigned, pieces, style.hash)
    _fill(element, "DigestValue", digest)
    info = element.find(f"{{{XMLDSIG}}}SignedInfo")
    assert info is not None
    value = _value(key, style, canonical.of_element(info, style.canonical))
    _fill(element, "SignatureValue", value)
    examined(reading, root, element)
    return digest, value


def _fill(signature: etree._Element, name: str, octets: bytes) -> None:
    target = signature.find(f".//{{{XMLDSIG}}}{name}")
    assert target is not None
    target.text = _base64(octets)


def _end_of_header(data: bytes) -> tuple[int, bytes]:
    """Find where the last line of the header ends, and the line break and indent that a new one begins with."""
    found: list[int] = []
    parser = expat.ParserCreate()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError("package: UTF-16; sign the package in UTF-8")

    def ended(name: str) -> None:
        if name.rpartition(":")[2] == _HEADER:
            found.append(parser.CurrentByteIndex)

    parser.EndElementHandler = ended
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValueError(f"package: not XML, line {error.lineno}; sign only what can be read") from error
    if len(found) != 1:
        raise ValueError(f"package: {len(found)} elements {_HEADER}; there has to be one")
    end = found[0]
    at = len(data[:end].rstrip(_BLANKS))
    blank = data[at:end]
    return at, blank + b"  " if b"\n" in blank else b""


def _signature(style: Style, key: PrivateKey, certificates: Sequence[x509.Certificate], digest: bytes) -> bytes:
    """Write the element; the signature value is left to be filled in."""
    p = f"{style.prefix}:" if style.prefix else ""
    declared = f'xmlns:{style.prefix}="{XMLDSIG}"' if style.prefix else f'xmlns="{XMLDSIG}"'
    form = _canonical(style.canonical)
    chain = "".join(
        f"<{p}X509Certificate>{_base64(each.public_bytes(Encoding.DER))}</{p}X509Certificate>" for each in certificates
    )
    return (
        f"<{p}Signature {declared}><{p}SignedInfo>"
        f"<{p}CanonicalizationMethod {form}</{p}CanonicalizationMethod>"
        f'<{p}SignatureMethod Algorithm="{address_of(_method(key, style))}"></{p}SignatureMethod>'
        f'<{p}Reference URI="{style.reference}"><{p}Transforms>'
        f'<{p}Transform Algorithm="{ENVELOPED}"></{p}Transform>'
        f"<{p}Transform {form}</{p}Transform></{p}Transforms>"
        f'<{p}DigestMethod Algorithm="{address_of_digest(style.hash)}"></{p}DigestMethod>'
        f"<{p}DigestValue>{_base64(digest)}</{p}DigestValue></{p}Reference></{p}SignedInfo>"
        f"<{p}SignatureValue>{_VALUE}</{p}SignatureValue>"
        f"<{p}KeyInfo>{_key_value(key, p) if style.key_value else ''}<{p}X509Data>{chain}</{p}X509Data></{p}KeyInfo>"
        f"</{p}Signature>"
    ).encode()


def _canonical(form: Canonical) -> str:
    """Write the attributes of a canonicalization and, where it has prefixes, its list of them."""
    opened = f'Algorithm="{form.address}">'
    if not form.prefixes:
        return opened
    listed = " ".join(form.prefixes)
    return f'{opened}<InclusiveNamespaces xmlns="{EXCLUSIVE}" PrefixList="{listed}"></InclusiveNamespaces>'


def _method(key: PrivateKey, style: Style) -> Method:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return Method("ecdsa", style.hash)
    return Method("pss" if style.pss else "pkcs1v15", style.hash)


def _value(key: PrivateKey, style: Style, signed: bytes) -> bytes:
    hashed = hash_of(style.hash)
    if hashed is None:
        raise ValueError(f"hash: {style.hash}; sign with one of the list, such as sha256")
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return plain(key.sign(signed, ec.ECDSA(hashed)), key.curve.key_size)
    return key.sign(signed, pss(hashed) if style.pss else padding.PKCS1v15(), hashed)


def _key_value(key: PrivateKey, p: str) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        modulus, exponent = (_base64(_octets(number)) for number in (numbers.n, numbers.e))
        inside = f"<{p}Modulus>{modulus}</{p}Modulus><{p}Exponent>{exponent}</{p}Exponent>"
        return f"<{p}KeyValue><{p}RSAKeyValue>{inside}</{p}RSAKeyValue></{p}KeyValue>"
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    curve = f'<NamedCurve URI="{CURVES[key.curve.name]}"></NamedCurve><PublicKey>{_base64(point)}</PublicKey>'
    return f'<{p}KeyValue><ECKeyValue xmlns="{XMLDSIG_11}">{curve}</ECKeyValue></{p}KeyValue>'


def _octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _base64(octets: bytes) -> str:
    return pybase64.b64encode_as_string(octets)
