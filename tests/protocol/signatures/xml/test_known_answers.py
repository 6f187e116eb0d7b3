"""The examples that W3C prints come out as printed: canonical forms, digests, signature values."""

from __future__ import annotations

import hashlib
import io

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from pybase64 import b64decode, b64encode

from protocol.package.model import XMLDSIG_NAMESPACE
from protocol.signatures.xml import canonical, methods, value
from protocol.signatures.xml.methods import Canonical
from tests.protocol.signatures.xml import known
from tests.protocol.signatures.xml.known import CANONICAL, INTEROPERABLE, Signed

DS = f"{{{XMLDSIG_NAMESPACE}}}"
DS11 = f"{{{methods.XMLDSIG_11}}}"
CURVES: dict[str, type[ec.EllipticCurve]] = {
    "urn:oid:1.2.840.10045.3.1.7": ec.SECP256R1,
    "urn:oid:1.3.132.0.34": ec.SECP384R1,
}


@pytest.mark.parametrize("form", [methods.INCLUSIVE, methods.INCLUSIVE_11])
@pytest.mark.parametrize("section", CANONICAL)
def test_canonical_xml_gives_what_the_recommendation_prints(section: str, form: str) -> None:
    given, printed = CANONICAL[section]
    parser = etree.XMLParser(attribute_defaults=True, resolve_entities="internal", no_network=True, load_dtd=False)
    tree = etree.parse(io.BytesIO(given.encode("latin-1")), parser)
    assert canonical.written(tree, Canonical(form)).decode() == printed


@pytest.mark.parametrize(
    ("context", "form", "printed"),
    [
        (known.FIRST_CONTEXT, methods.EXCLUSIVE, known.EXCLUSIVE),
        (known.SECOND_CONTEXT, methods.EXCLUSIVE, known.EXCLUSIVE),
        (known.FIRST_CONTEXT, methods.INCLUSIVE, known.INCLUSIVE_FIRST),
        (known.SECOND_CONTEXT, methods.INCLUSIVE, known.INCLUSIVE_SECOND),
    ],
    ids=["exclusive-first", "exclusive-second", "inclusive-first", "inclusive-second"],
)
def test_an_element_in_its_context_gives_what_the_recommendation_prints(context: str, form: str, printed: str) -> None:
    element = etree.fromstring(context)[0]
    assert canonical.of_element(element, Canonical(form)).decode() == printed


@pytest.mark.parametrize("signed", INTEROPERABLE, ids=lambda signed: signed.name)
def test_a_digest_of_the_interoperability_test_is_reproduced(signed: Signed) -> None:
    content = next(etree.fromstring(signed.xml).iter(f"{DS}Object"))
    octets = canonical.of_element(content, Canonical(methods.INCLUSIVE))
    name = methods.DIGESTS[signed.digest_method]
    assert b64encode(hashlib.new(name, octets).digest()).decode() == signed.digest


@pytest.mark.parametrize("signed", INTEROPERABLE, ids=lambda signed: signed.name)
def test_a_signature_value_of_the_interoperability_test_holds(signed: Signed) -> None:
    root = etree.fromstring(signed.xml)
    address = next(root.iter(f"{DS}SignatureMethod")).get("Algorithm") or ""
    octets = canonical.of_element(next(root.iter(f"{DS}SignedInfo")), Canonical(methods.INCLUSIVE))
    key_value = next(root.iter(f"{DS}KeyValue"))
    key, made = stated_key(key_value), b64decode(signed.value)
    assert value.holds(methods.METHODS[address], key, made, octets)
    assert not value.holds(methods.METHODS[address], key, made, octets + b" ")
    assert not value.holds(methods.METHODS[address], key, bytes([made[0] ^ 1]) + made[1:], octets)
    assert value.agree(key_value, key)


def stated_key(key_value: etree._Element) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    """Take the key out of a ``KeyValue``: what the package itself never believes."""
    curve = next(key_value.iter(f"{DS11}NamedCurve"), None)
    if curve is not None:
        point = b64decode(next(key_value.iter(f"{DS11}PublicKey")).text or "")
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVES[curve.get("URI") or ""](), point)
    modulus, exponent = (
        int.from_bytes(b64decode(next(key_value.iter(f"{DS}{name}")).text or "")) for name in ("Modulus", "Exponent")
    )
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def test_a_key_value_of_another_key_does_not_agree() -> None:
    values = [next(etree.fromstring(each.xml).iter(f"{DS}KeyValue")) for each in INTEROPERABLE]
    keys = [stated_key(each) for each in values]
    agreeing = [[value.agree(each, key) for key in keys] for each in values]
    assert agreeing == [[row == column for column in range(3)] for row in range(3)]
