"""Which values and keys are taken: the form of the standard and no other."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from lxml import etree

from protocol.package.model import XMLDSIG_NAMESPACE
from protocol.signatures.xml import value
from protocol.signatures.xml.methods import XMLDSIG_11, Method
from protocol.signatures.xml.sign import Style
from tests.protocol.signatures.xml.scene import CODE, pki, signed

OCTETS = b"<SignedInfo></SignedInfo>"
ECDSA, PSS, V15 = Method("ecdsa", "sha256"), Method("pss", "sha256"), Method("pkcs1v15", "sha256")


def curve_key() -> ec.EllipticCurvePrivateKey:
    key = pki().key("value", "p-256")
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def rsa_key() -> rsa.RSAPrivateKey:
    key = pki().key("value", "rsa-2048")
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def test_ecdsa_is_the_plain_pair_of_numbers_and_nothing_longer() -> None:
    made = value.plain(curve_key().sign(OCTETS, ec.ECDSA(hashes.SHA256())), 256)
    key = curve_key().public_key()
    assert len(made) == 64
    assert value.holds(ECDSA, key, made, OCTETS)
    assert not value.holds(ECDSA, key, made[:32] + b"\0" + made[32:], OCTETS)
    assert not value.holds(ECDSA, key, b"", OCTETS)


def test_pss_has_a_salt_as_long_as_the_hash() -> None:
    key = rsa_key()
    for length, good in ((32, True), (20, False), (0, False)):
        made = key.sign(OCTETS, padding.PSS(padding.MGF1(hashes.SHA256()), length), hashes.SHA256())
        assert value.holds(PSS, key.public_key(), made, OCTETS) == good


def test_the_schemes_of_rsa_are_not_taken_for_each_other() -> None:
    key = rsa_key()
    made = key.sign(OCTETS, padding.PKCS1v15(), hashes.SHA256())
    assert value.holds(V15, key.public_key(), made, OCTETS)
    assert not value.holds(PSS, key.public_key(), made, OCTETS)
    assert not value.holds(ECDSA, key.public_key(), made, OCTETS)


@pytest.mark.parametrize(("bits", "able"), [(value.LARGEST_RSA, True), (value.LARGEST_RSA + 8, False)])
def test_a_key_that_costs_too_much_is_not_used(bits: int, *, able: bool) -> None:
    key = rsa.RSAPublicNumbers(65_537, (1 << bits) - 1).public_key()
    assert key.key_size == bits
    assert value.able(V15, key) == able


@pytest.mark.parametrize("kind", ["rsa-2048", "p-256", "p-384"])
def test_a_key_value_with_something_added_does_not_agree(kind: str) -> None:
    agency = pki().agency(CODE, f"Sở Thử nghiệm {kind}", kind=kind)  # type: ignore[arg-type] # one of the kinds
    data = signed(agency, Style(key_value=True))
    stated = next(etree.fromstring(data).iter(f"{{{XMLDSIG_NAMESPACE}}}KeyValue"))
    key = agency.certificate.public_key()
    assert value.agree(stated, key)
    etree.SubElement(stated[0], f"{{{XMLDSIG_11}}}X")
    assert not value.agree(stated, key)


def test_no_key_at_all_can_do_nothing() -> None:
    assert not value.able(ECDSA, None)
    assert not value.holds(ECDSA, None, b"x" * 64, OCTETS)
