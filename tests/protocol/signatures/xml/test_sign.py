"""Signing leaves a package as it was, but for the new element at the place of the official builder's sample."""

from __future__ import annotations

import pytest

from fixtures.casebook.letters import letter_bytes, status_bytes
from fixtures.xmlattacks.stage import swap
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package
from protocol.signatures.xml.sign import Style, sign
from tests.protocol.signatures.xml.scene import outcome, signed, stage


def test_the_signature_is_one_line_at_the_end_of_the_header() -> None:
    data = signed()
    start, end = data.index(b"<Signature "), data.index(b"</Signature>") + len(b"</Signature>")
    assert data[:start].endswith(b"</edXML:TraceHeaderList>\r\n      ")
    assert data[end:].startswith(b"\r\n    </edXML:edXMLHeader>")
    assert data[:start].removesuffix(b"\r\n      ") + data[end:] == letter_bytes()


def test_the_reader_gives_the_signature_back() -> None:
    with read_package(signed()) as reading:
        assert isinstance(reading.package, DocumentPackage)
        assert reading.findings == ()
        assert b"<SignatureValue>" in (reading.package.signature or b"")


def test_a_package_on_one_line_stays_on_one_line() -> None:
    flat = status_bytes().replace(b"\r\n", b"")
    assert b"\n" not in signed(letter=flat)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not XML"),
        (b"<edXML>", "not XML"),
        (b"<edXML/>", "0 elements"),
        (b"<x><edXMLHeader></edXMLHeader></x>", "misplaced"),
        (letter_bytes().decode().replace("UTF-8", "UTF-16").encode("utf-16"), "UTF-16"),
    ],
    ids=["empty", "cut", "no-header", "other-place", "utf-16"],
)
def test_what_is_no_package_is_named_in_one_line(data: bytes, word: str) -> None:
    with pytest.raises(ValueError, match=word) as told:
        signed(letter=data or b" ")
    assert "\n" not in str(told.value)


def test_a_signed_package_is_not_signed_again() -> None:
    with pytest.raises(ValueError, match="xml-signature-several"):
        signed(letter=signed())


def test_what_has_no_canonical_form_is_not_signed() -> None:
    relative = letter_bytes().replace(b"<AttachmentEncoded>", b'<AttachmentEncoded xmlns:x="tuong-doi">')
    with pytest.raises(ValueError, match="xml-signature-without-canonical-form"):
        signed(letter=relative)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("Về việc", "Về <!-- x -->việc", "xml-signature-comment-in-text"),
        ("<AttachmentEncoded>", '<AttachmentEncoded Id="a" xml:id="a"><x id="a"/>', "xml-signature-duplicate-id"),
        ("<AttachmentEncoded>", f'<AttachmentEncoded xmlns:x="urn:{"x" * 300}">', "xml-signature-too-complex"),
    ],
    ids=["comment", "ids", "namespace"],
)
def test_what_would_not_be_accepted_is_not_signed(old: str, new: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        signed(letter=swap(letter_bytes(), old.encode(), new.encode()))


def test_more_certificates_than_are_taken_are_not_signed_with() -> None:
    by = stage().signer
    with pytest.raises(ValueError, match="xml-signature-too-complex"):
        sign(letter_bytes(), by.key, [by.certificate] * 11)


def test_a_key_is_that_of_the_first_certificate() -> None:
    with pytest.raises(ValueError, match="key: not that of the first certificate"):
        sign(letter_bytes(), stage().attacker.key, [stage().signer.certificate])
    with pytest.raises(ValueError, match="key: not that of the first certificate"):
        sign(letter_bytes(), stage().signer.key, [])


def test_a_hash_of_no_standard_is_named() -> None:
    with pytest.raises(ValueError, match="sha1"):
        signed(style=Style(hash="sha1"))


def test_an_attachment_of_many_pieces_is_signed_as_it_stands() -> None:
    data = letter_bytes(b"x" * 300_000)
    agency = stage().signer
    assert outcome(sign(data, agency.key, [agency.certificate])).result == "good"
