"""Every attack on a signed package is refused for its own reason, and its legal twin is not."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from lxml import etree
from pybase64 import b64decode
from signxml.verifier import SignatureConfiguration, XMLVerifier

from fixtures.xmlattacks import ATTACKS, LEGAL, WRAPPING, Attack, Legal
from protocol.package.model import XMLDSIG_NAMESPACE, DocumentPackage
from protocol.package.reader import read_package
from protocol.signatures.xml import canonical, methods, value
from protocol.signatures.xml.methods import Canonical, Method
from schemas import json_data
from tests.protocol.signatures.moments import NOW
from tests.protocol.signatures.xml.scene import outcome, reasons, stage, xmlsec_accepts, xmlsec_needed

DS = f"{{{XMLDSIG_NAMESPACE}}}"
SHOWN_ELSEWHERE = {
    "xml-signature-missing": "a matter of policy, not of an attack",
    "xml-signature-bytes-differ": "needs two files",
    "xml-signature-party-unknown": "is no breach",
    "xml-signature-party-unproven": "a matter of policy, not of an attack",
    "xml-signature-by-superior": "is no breach",
    "xml-signature-issuer-unknown": "is not known to be bad",
    "xml-signature-form-unverified": "is not known to be bad",
    "xml-signature-time-after-sending": "is not known to be bad",
    "xml-signature-comments-signed": "is not known to be bad",
    "xml-signature-value-unverified": "is not known to be bad",
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_refused_for_its_own_reason(attack: Attack) -> None:
    found = outcome(attack.make(stage()))
    assert found.result == "bad"
    bad = {each.reason for check in found.checks for each in check.walk() if each.result == "bad"}
    assert attack.reason in bad


@pytest.mark.parametrize("legal", LEGAL, ids=lambda legal: legal.name)
def test_what_changes_nothing_that_was_signed_keeps_the_signature(legal: Legal) -> None:
    found = outcome(legal.make(stage()))
    assert (found.result, reasons(found)) == ("good", set())


def test_attacks_have_names_of_their_own_and_say_what_they_are_in_both_languages() -> None:
    everything: list[Attack | Legal] = [*ATTACKS, *LEGAL]
    assert len({each.name for each in everything}) == len(everything)
    assert all(each.vi.strip() and each.en.strip() and each.vi != each.en for each in everything)


def test_every_reason_for_a_refusal_is_shown_by_an_attack() -> None:
    known = set(json_data("reasons/signatures-xml.json"))
    shown = {attack.reason for attack in ATTACKS}
    assert known - shown == set(SHOWN_ELSEWHERE)


def naive(data: bytes) -> bool:
    """Verify as one does who knows cryptography only: the first signature found, the first element of that Id."""
    root = etree.fromstring(data)
    signature = next(root.iter(f"{DS}Signature"))
    exclusive = Canonical(methods.EXCLUSIVE)
    name = (next(signature.iter(f"{DS}Reference")).get("URI") or "")[1:]
    referred = next(element for element in root.iter(etree.Element) if element.get("Id") == name)
    alone = etree.fromstring(etree.tostring(referred, with_tail=False))
    for inner in list(alone.iter(f"{DS}Signature")):
        before, above = inner.getprevious(), inner.getparent()
        assert before is not None
        assert above is not None
        before.tail = (before.tail or "") + (inner.tail or "")
        above.remove(inner)
    digest = hashlib.sha256(canonical.of_element(alone, exclusive)).digest()
    stated = b64decode(next(signature.iter(f"{DS}DigestValue")).text or "")
    made = b64decode(next(signature.iter(f"{DS}SignatureValue")).text or "")
    octets = canonical.of_element(next(signature.iter(f"{DS}SignedInfo")), exclusive)
    key = stage().signer.certificate.public_key()
    return digest == stated and value.holds(Method("ecdsa", "sha256"), key, made, octets)


@pytest.mark.parametrize("attack", WRAPPING, ids=lambda attack: attack.name)
def test_a_wrapped_signature_still_holds_for_whoever_does_not_look_where_it_is(attack: Attack) -> None:
    """Without this the refusals above would prove nothing: any damaged package is refused."""
    data = attack.make(stage())
    assert naive(data)
    with read_package(data) as reading:
        assert isinstance(reading.package, DocumentPackage)
        assert "bãi bỏ" in (reading.package.header.subject or ""), "the forged subject is what a reader sees"


@pytest.mark.parametrize("name", ["xsw2", "xsw3", "xsw4", "xsw5", "xsw7", "xsw8"])
def test_signxml_as_it_comes_accepts_the_wrapping(name: str) -> None:
    attack = next(each for each in WRAPPING if each.name == name)
    usual = SignatureConfiguration(verification_time=NOW)
    XMLVerifier().verify(
        attack.make(stage()), x509_cert=stage().signer.certificate, id_attribute="Id", expect_config=usual
    )


@xmlsec_needed
@pytest.mark.parametrize(
    ("name", "id_of"),
    [
        ("xsw2", "edXML"),
        ("xsw3", "edXMLEnvelope"),
        ("xsw4", "edXMLEnvelope"),
        ("xsw5", "edXMLEnvelope"),
        ("xsw7", "edXMLEnvelope"),
    ],
)
def test_xmlsec1_accepts_the_wrapping(name: str, id_of: str, tmp_path: Path) -> None:
    attack = next(each for each in WRAPPING if each.name == name)
    assert xmlsec_accepts(tmp_path, attack.make(stage()), id_of=id_of)
