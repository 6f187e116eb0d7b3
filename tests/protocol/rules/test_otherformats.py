"""Files that are no PDF: which of them may hold a signature, or a signed file, and which surely do not."""

from __future__ import annotations

import pytest

from protocol.package.attachment import attach
from protocol.package.limits import Limits
from protocol.rules.otherformats import may_be_signed

ZIP = b"PK\x03\x04" + bytes(60)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60)


def asked(name: str, data: bytes) -> bool:
    return may_be_signed(attach(name, data)[0], Limits())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", ZIP + b"word/document.xml"),
        ("a.doc", OLE),
        ("a.rtf", b"{\\rtf1 x}"),
        ("a.xml", b"<a/>"),
        ("a", b"x"),
        ("a.jpg", b"\xff\xd8\xff" + bytes(200_000)),
    ],
)
def test_a_file_without_a_trace_is_not_signed(name: str, data: bytes) -> None:
    assert not asked(name, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", ZIP + b"_xmlsignatures/sig1.xml"),
        ("a.odt", ZIP + b"META-INF/documentsignatures.xml"),
        ("a.doc", OLE + "_xmlsignatures".encode("utf-16-le")),
        ("a.doc", OLE + "_signatures".encode("utf-16-le")),
        ("a.xml", b'<a xmlns="http://www.w3.org/2000/09/xmldsig#"/>'),
        ("a.p7m", bytes.fromhex("3082010006092a864886f70d010702")),
        ("a.p7s", b"-----BEGIN PKCS7-----"),
        ("a.txt", b"-----BEGIN CMS-----"),
        ("a.pdf", b"x" * 1100 + b"%PDF-1.7 /ByteRange"),
    ],
)
def test_a_trace_of_a_signature_leaves_it_open_wherever_it_stands(name: str, data: bytes) -> None:
    assert asked(name, data)
    for length in (65_536 - 70, 65_536 - 5, 200_000):
        assert asked(name, data[:20] + bytes(length) + data[20:] + data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", b"x"),
        ("a.rar", b"x"),
        ("a", ZIP),
        ("a", b"7z\xbc\xaf\x27\x1c"),
        ("a", b"Rar!\x1a\x07"),
        ("a", b"\x1f\x8b\x08"),
    ],
)
def test_an_archive_may_hold_anything(name: str, data: bytes) -> None:
    assert asked(name, data)
