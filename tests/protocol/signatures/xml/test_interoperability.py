"""Signatures made here verify elsewhere and the other way round: signxml, xmlsec1, openssl."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from pybase64 import b64decode, b64encode
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidSignature
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from fixtures.casebook.letters import letter_bytes
from fixtures.xmlattacks.stage import FORGED, SUBJECT, between, swap, with_value
from protocol.package.model import XMLDSIG_NAMESPACE
from protocol.signatures.pki import Identity
from protocol.signatures.xml import methods
from protocol.signatures.xml.methods import Canonical, Method, address_of
from protocol.signatures.xml.sign import Style
from tests.protocol.signatures import openssl
from tests.protocol.signatures.moments import NOW
from tests.protocol.signatures.xml.scene import (
    CODE,
    XMLSEC,
    outcome,
    pki,
    signed,
    xmlsec,
    xmlsec_accepts,
    xmlsec_needed,
)

KINDS = ("rsa-2048", "p-256")
FORMS = (methods.INCLUSIVE, methods.EXCLUSIVE)
_DS = f"{{{XMLDSIG_NAMESPACE}}}"
_END = b"\r\n    </edXML:edXMLHeader>"


def agency(kind: str) -> Identity:
    return pki().agency(CODE, f"Sở Thử nghiệm {kind}", kind=kind)  # type: ignore[arg-type] # one of KINDS


def method(kind: str) -> str:
    return address_of(Method("ecdsa" if kind.startswith("p-") else "pkcs1v15", "sha256"))


def damaged(data: bytes) -> bytes:
    return swap(data, SUBJECT.encode(), FORGED.encode())


def by_us(kind: str, form: str, _folder: Path) -> bytes:
    # With a prefix: signxml finds a superfluous xmlns="" in the inclusive form of an element without one.
    return signed(agency(kind), Style(canonical=Canonical(form), pss=False, prefix="ds"))


def by_signxml(kind: str, form: str, _folder: Path) -> bytes:
    """Sign as signxml does, at the place where a package has its signature."""
    place = f'<ds:Signature xmlns:ds="{XMLDSIG_NAMESPACE}" Id="placeholder"/>'.encode()
    root = etree.fromstring(swap(letter_bytes(), _END, place + _END))
    signer = XMLSigner(
        signature_algorithm=SignatureMethod(method(kind)),
        c14n_algorithm=CanonicalizationMethod(form),
    )
    own = agency(kind)
    made = signer.sign(root, key=own.key, cert=[own.certificate])
    return etree.tostring(made, xml_declaration=True, encoding="UTF-8")


def by_xmlsec(
    kind: str, form: str, folder: Path, listed: str = "", change: Callable[[bytes], bytes] | None = None
) -> bytes:
    """Sign a template as xmlsec1 does; ``listed`` stands inside of each that names the canonical form."""
    template = (
        f'<ds:Signature xmlns:ds="{XMLDSIG_NAMESPACE}"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{form}">{listed}</ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{method(kind)}"/><ds:Reference URI=""><ds:Transforms>'
        f'<ds:Transform Algorithm="{methods.ENVELOPED}"/><ds:Transform Algorithm="{form}">{listed}</ds:Transform>'
        "</ds:Transforms>"
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>'
        "</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature>"
    )
    own = agency(kind)
    letter = change(letter_bytes()) if change else letter_bytes()
    openssl.stored(folder, template_xml=swap(letter, _END, template.encode() + _END), key_pem=own.key_pem)
    openssl.stored(folder, own_pem=own.pem)
    run = xmlsec(folder, "--sign", "--privkey-pem", "key.pem,own.pem", "--output", "made.xml", "template.xml")
    assert run.returncode == 0, run.stderr
    return (folder / "made.xml").read_bytes()


def we_accept(data: bytes, _kind: str, _folder: Path) -> bool:
    return outcome(data).result == "good"


def signxml_accepts(data: bytes, kind: str, _folder: Path) -> bool:
    strict = SignatureConfiguration(
        location="./{*}edXMLEnvelope/{*}edXMLHeader/",
        signature_methods=frozenset({SignatureMethod(method(kind))}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        verification_time=NOW,
    )
    try:
        XMLVerifier().verify(data, x509_cert=agency(kind).certificate, expect_config=strict)
    except InvalidSignature:
        return False
    return True


def xmlsec_says_so(data: bytes, _kind: str, folder: Path) -> bool:
    return xmlsec_accepts(folder, data, root=pki().root.identity.pem)


Signer = Callable[[str, str, Path], bytes]
Verifier = Callable[[bytes, str, Path], bool]
WITH_XMLSEC = {by_xmlsec, xmlsec_says_so}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", FORMS, ids=["inclusive", "exclusive"])
@pytest.mark.parametrize("signer", [by_us, by_signxml, by_xmlsec])
@pytest.mark.parametrize("verifier", [we_accept, signxml_accepts, xmlsec_says_so])
def test_what_one_signs_the_others_verify_and_no_one_what_was_damaged(
    signer: Signer, verifier: Verifier, kind: str, form: str, tmp_path: Path
) -> None:
    if XMLSEC is None and {signer, verifier} & WITH_XMLSEC:
        pytest.skip("the xmlsec1 tool is not installed")
    data = signer(kind, form, tmp_path)
    assert verifier(data, kind, tmp_path)
    assert not verifier(damaged(data), kind, tmp_path)


@xmlsec_needed
@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"<?x y?>",
        lambda data: data + b"<!-- x -->",
        lambda data: data.replace(b"\r\n", b"\n"),
        lambda data: swap(data, b"<AttachmentEncoded>", b'<AttachmentEncoded xmlns:x="urn:x">'),
        lambda data: swap(data, b"<edXML ", b'<edXML xml:lang="vi" '),
    ],
    ids=["instruction-behind", "comment-behind", "line-ends", "namespace", "language"],
)
@pytest.mark.parametrize("form", methods.CANONICALS, ids=["1.0", "1.1", "exclusive"])
def test_we_and_xmlsec1_agree_on_what_changes_a_canonical_form(
    change: Callable[[bytes], bytes], form: str, tmp_path: Path
) -> None:
    data = change(signed(agency("p-256"), Style(canonical=Canonical(form))))
    assert we_accept(data, "p-256", tmp_path) == xmlsec_says_so(data, "p-256", tmp_path)


@xmlsec_needed
@pytest.mark.parametrize("form", methods.CANONICALS, ids=["1.0", "1.1", "exclusive"])
@pytest.mark.parametrize("written", ['xml:lang="vi" xml:space="preserve" ', 'xml:id="goi-tin" '], ids=["two", "id"])
def test_attributes_of_xml_above_the_signature_are_inherited_as_xmlsec1_does_it(
    written: str, form: str, tmp_path: Path
) -> None:
    letter = swap(letter_bytes(), b"<edXML ", f"<edXML {written}".encode())
    data = signed(agency("p-256"), Style(canonical=Canonical(form)), letter)
    assert outcome(data).result == "good"
    assert xmlsec_says_so(data, "p-256", tmp_path)


def test_a_base_above_the_signature_is_inherited_by_version_10_and_refused_in_11() -> None:
    letter = swap(letter_bytes(), b"<edXML ", b'<edXML xml:base="http://example.org/" ')
    assert outcome(signed(agency("p-256"), Style(canonical=Canonical(methods.INCLUSIVE)), letter)).result == "good"
    with pytest.raises(ValueError, match="xml-signature-structure"):
        signed(agency("p-256"), Style(canonical=Canonical(methods.INCLUSIVE_11)), letter)


DEFAULTS = (("#default",), ("#default", "edXML"))


@xmlsec_needed
@pytest.mark.parametrize("prefixes", DEFAULTS, ids=" ".join)
@pytest.mark.parametrize("prefix", ["", "ds"], ids=["without-prefix", "with-prefix"])
@pytest.mark.parametrize("unused", [False, True], ids=["used", "unused"])
def test_xmlsec1_verifies_what_treats_the_default_namespace_inclusively(
    prefixes: tuple[str, ...], prefix: str, *, unused: bool, tmp_path: Path
) -> None:
    letter = unused_default(letter_bytes()) if unused else letter_bytes()
    style = Style(canonical=Canonical(methods.EXCLUSIVE, prefixes), prefix=prefix)
    data = signed(agency("p-256"), style, letter)
    assert xmlsec_says_so(data, "p-256", tmp_path)
    assert outcome(data).result == "good"


@xmlsec_needed
@pytest.mark.parametrize("prefixes", DEFAULTS, ids=" ".join)
@pytest.mark.parametrize("unused", [False, True], ids=["used", "unused"])
def test_we_verify_what_xmlsec1_signs_with_the_default_namespace_inclusively(
    prefixes: tuple[str, ...], *, unused: bool, tmp_path: Path
) -> None:
    listed = f'<x:InclusiveNamespaces xmlns:x="{methods.EXCLUSIVE}" PrefixList="{" ".join(prefixes)}"/>'
    data = by_xmlsec("p-256", methods.EXCLUSIVE, tmp_path, listed, unused_default if unused else None)
    assert outcome(data).result == "good"
    assert outcome(damaged(data)).result == "bad"


def unused_default(letter: bytes) -> bytes:
    """Declare default namespaces where they are not used: above the header, and not at all above the body."""
    letter = swap(letter, b"<edXML:edXMLEnvelope ", b'<edXML:edXMLEnvelope xmlns="urn:a" ')
    return swap(letter, b"<edXML:edXMLBody>", b'<edXML:edXMLBody xmlns=""><!-- x -->')


def signed_info(data: bytes) -> bytes:
    """Give the canonical ``SignedInfo`` as lxml writes it: it uses one namespace only, so it can stand alone."""
    info = next(etree.fromstring(data).iter(f"{_DS}SignedInfo"))
    alone = etree.fromstring(etree.tostring(info, with_tail=False))
    return etree.tostring(alone.getroottree(), method="c14n", exclusive=True, with_comments=False)


PSS = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest")


@openssl.needed
@pytest.mark.parametrize("hashed", ["sha256", "sha384", "sha512"])
def test_openssl_verifies_our_pss(hashed: str, tmp_path: Path) -> None:
    own = agency("rsa-2048")
    data = signed(own, Style(hash=hashed))
    start, end = between(data, "SignatureValue")
    public = own.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    value = b64decode(data[start:end])
    openssl.stored(tmp_path, info_bin=signed_info(data), value_bin=value, public_pem=public)
    command = ("dgst", f"-{hashed}", *PSS, "-verify", "public.pem", "-signature", "value.bin", "info.bin")
    assert "Verified OK" in openssl.made(tmp_path, *command)
    openssl.stored(tmp_path, info_bin=signed_info(data) + b" ")
    assert openssl.openssl(tmp_path, *command).returncode != 0


@openssl.needed
@pytest.mark.parametrize("hashed", ["sha256", "sha384", "sha512"])
def test_we_verify_the_pss_of_openssl(hashed: str, tmp_path: Path) -> None:
    own = agency("rsa-2048")
    data = signed(own, Style(hash=hashed))
    openssl.stored(tmp_path, info_bin=signed_info(data), key_pem=own.key_pem)
    openssl.made(tmp_path, "dgst", f"-{hashed}", *PSS, "-sign", "key.pem", "-out", "value.bin", "info.bin")
    theirs = with_value(data, (tmp_path / "value.bin").read_bytes())
    assert b64encode((tmp_path / "value.bin").read_bytes()) not in data
    assert outcome(theirs).result == "good"
