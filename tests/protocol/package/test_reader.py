"""What the reader accepts as it is, what it makes of it, and where it says that things stand."""

from __future__ import annotations

import base64
import codecs
import hashlib
import re
from collections.abc import Callable

import pytest
from lxml import etree

from fixtures.casebook.letters import NOW, PDF, letter, letter_bytes, status, status_bytes
from fixtures.casebook.spoiling import payload_text, spoil
from protocol.package.model import NAMESPACE, DocumentPackage, Package, StatusPackage
from protocol.package.reader import read_package
from protocol.rules import judge


def read(raw: bytes) -> Package:
    """Read what has to be accepted by the axis without a word."""
    with judge(raw, now=NOW) as reading:
        assert [finding for finding in reading.findings if finding.severity != "info"] == []
        assert reading.package is not None
        return reading.package


def test_a_letter_is_read_whole() -> None:
    assert read(letter_bytes()) == letter()


def test_a_status_is_read_whole() -> None:
    assert read(status_bytes()) == status()


XSI = b'<edXML xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
WORDS = "thử nghiệm liên thông".encode()
WRITTEN_ODDLY = b"<![CDATA[th\xe1\xbb\xad]]> nghi\xe1\xbb\x87m li&#xEA;n th&#244;ng"
VARIANTS: dict[str, Callable[[bytes], bytes]] = {
    "BOM": lambda raw: codecs.BOM_UTF8 + raw,
    "LF": lambda raw: raw.replace(b"\r\n", b"\n"),
    "CR": lambda raw: raw.replace(b"\r\n", b"\r"),
    "tabs": lambda raw: raw.replace(b"\r\n  ", b"\r\n\t"),
    "blanks behind": lambda raw: raw + b"\r\n \t\r\n",
    "no declaration": lambda raw: raw.partition(b"?>")[2].lstrip(),
    "UTF-16 that says UTF-8": lambda raw: raw.decode().encode("utf-16"),
    "UTF-16": lambda raw: raw.decode().replace('"UTF-8"', '"UTF-16"').encode("utf-16"),
    "UTF-16-LE": lambda raw: raw.decode().replace('"UTF-8"', '"UTF-16"').encode("utf-16-le"),
    "UTF-16-BE": lambda raw: raw.decode().encode("utf-16-be"),
    "UTF-32": lambda raw: raw.decode().encode("utf-32"),
    "comment": lambda raw: raw.replace(b"</edXML:Subject>", b"<!-- x -->\r\n</edXML:Subject>"),
    "CDATA": lambda raw: raw.replace(WORDS, WRITTEN_ODDLY),
    "Manifest": lambda raw: raw.replace(b"edXMLManifest", b"Manifest"),
    "quoted payload": lambda raw: raw.replace(b"<Attach", b"<?pi x?><!-- <ContentTransferEncoded> --><Attach", 1),
    "xsi": lambda raw: raw.replace(b"<edXML ", XSI),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_harmless_variants_give_the_same_letter(variant: str) -> None:
    changed = VARIANTS[variant](letter_bytes())
    assert changed != letter_bytes()
    assert read(changed) == letter()


@pytest.mark.parametrize("encoding", ["windows-1252", "ISO-8859-1", "us-ascii"])
def test_other_declared_encodings_are_read(encoding: str) -> None:
    raw = letter_bytes().decode().encode("ascii", "xmlcharrefreplace").replace(b"UTF-8", encoding.encode(), 1)
    raw = raw.replace(b"tham gia th&#7917; nghi&#7879;m</edXML:Content>", "Thé".encode("latin-1") + b"</edXML:Content>")
    if encoding == "us-ascii":
        raw = raw.replace(b"Th\xe9", b"The")
    with read_package(raw) as reading:
        assert isinstance(reading.package, DocumentPackage)
        assert reading.package.header.subject == letter().header.subject
        assert (reading.package.header.content or "").endswith("The" if encoding == "us-ascii" else "Thé")


def test_bytes_that_break_their_byte_order_mark_are_refused() -> None:
    with read_package(letter_bytes().decode().encode("utf-16")[:-1]) as reading:
        assert [finding.reason for finding in reading.findings] == ["not-xml"]


def test_any_order_gives_the_same_letter() -> None:
    root = etree.fromstring(letter_bytes())
    for element in list(root.iter()):
        if etree.QName(element).localname not in {"AttachmentEncoded", "edXMLManifest", "ToPlaces"}:
            element[:] = reversed(element)
    turned = etree.tostring(root)
    assert turned.index(b"AttachmentEncoded") < turned.index(b"edXMLEnvelope")
    assert turned.index(b"TraceHeader>") < turned.index(b"Bussiness>")
    with judge(turned, now=NOW) as reading:
        assert {finding.reason for finding in reading.findings} <= {"prefix-unofficial"}
        assert reading.package == letter()


@pytest.mark.parametrize("spelling", ["Business", "Bussiness"])
def test_both_spellings_of_business_are_read(spelling: str) -> None:
    assert read(letter_bytes().replace(b"Bussiness", spelling.encode())) == letter()


def test_prefixes_that_the_official_parser_guesses_are_tolerated_by_the_axis_alone() -> None:
    # The shape of the official deviant sample: xlink never declared, edXML used outside its scope.
    raw = letter_bytes().replace(b"<edXML:Reference>", b'<edXML:Reference xlink:href="">')
    raw = re.sub(rb"<(/?)(AttachmentEncoded|Attachment|ContentId|AttachmentName|ContentType)>", rb"<\1edXML:\2>", raw)
    raw = re.sub(rb"<edXML:ContentTransferEncoded xmlns[^>]*>", b"<edXML:ContentTransferEncoded>", raw)
    with read_package(raw) as reading:
        assert [(finding.reason, finding.severity) for finding in reading.findings] == [("undeclared-prefix", "warn")]
        assert reading.findings[0].got == "xlink, edXML"
        assert reading.package == letter()
    with read_package(raw, profile="strict") as reading:
        assert reading.refused


def test_an_undeclared_prefix_does_not_excuse_another_fault() -> None:
    raw = spoil(letter_bytes(), ("<edXML:Reference>", '<edXML:Reference xlink:href="">'), ("</edXML>", "</edXM>"))
    with read_package(raw) as reading:
        assert [finding.reason for finding in reading.findings] == ["not-xml"]


NO_ADDRESS = ' xmlns:m="mo rong"'
EXTENSION = f"<m:Them{NO_ADDRESS}>1</m:Them>"
ROOT = ("<edXML xmlns=", f"<edXML{NO_ADDRESS} xmlns=")
ROOT_ELSEWHERE = (f'<edXML xmlns="{NAMESPACE}"', '<edXML xmlns="QCVN 102"')


@pytest.mark.parametrize(
    ("changes", "reason", "got"),
    [
        ([ROOT_ELSEWHERE], "namespace-wrong", "QCVN 102"),
        ([ROOT_ELSEWHERE, ("<edXML:Subject>", f"{EXTENSION * 200}<edXML:Subject>")], "namespace-wrong", "QCVN 102"),
        ([ROOT_ELSEWHERE, ("<edXML:Reference>", '<edXML:Reference xlink:href="">')], "namespace-wrong", "QCVN 102"),
        ([ROOT_ELSEWHERE, ("</edXML>", "</edXM>")], "not-xml", "</edXM>"),
        ([ROOT], "not-xml", 'xmlns:m="mo rong"'),
        ([("<edXML:Subject>", f"{EXTENSION}<edXML:Subject>")], "not-xml", 'xmlns:m="mo rong"'),
        ([("<edXML:Subject>", f"{EXTENSION}<edXML:Subject>"), ("</edXML>", "</edXM>")], "not-xml", "</edXM>"),
    ],
)
def test_a_namespace_that_is_no_address_is_judged_where_the_frame_is_in_it(
    changes: list[tuple[str, str]], reason: str, got: str
) -> None:
    with read_package(spoil(letter_bytes(), *changes)) as reading:
        assert [(finding.reason, finding.got) for finding in reading.findings] == [(reason, got)]
        assert reading.package is None


def test_a_status_is_told_from_a_letter_by_structure() -> None:
    without_code = re.sub(rb"<edXML:StatusCode>.*?</edXML:StatusCode>", b"", status_bytes())
    with read_package(without_code) as reading:
        assert reading.kind == "status"
    with read_package(letter_bytes()) as reading:
        assert reading.kind == "document"
    with read_package(b"<x/>") as reading:
        assert reading.kind == "unreadable"
        assert reading.package is None


@pytest.mark.parametrize(
    "encoded",
    [
        b"JVBE\r\nRi0x\tLjcKJSVFT0Y=",
        b"JVBE&#13;&#10;Ri0x&#x20;LjcKJSVFT0Y=",
        b"<![CDATA[JVBERi0x]]>LjcKJSVFT0Y=",
        b"&#74;VBERi0xLjcKJSVFT0Y&#61;",
        b" JVBERi0xLjcKJSVFT0Y=\n",
    ],
)
def test_base64_may_be_wrapped_escaped_and_quoted(encoded: bytes) -> None:
    package = read(payload_text(encoded)(letter_bytes()))
    assert isinstance(package, DocumentPackage)
    assert package.attachments[1].sha256 == hashlib.sha256(b"%PDF-1.7\n%%EOF").hexdigest()


def test_a_placeholder_decodes_the_way_the_axis_was_seen_to() -> None:
    raw = payload_text(b"${__StringFromFile(a)}")(letter_bytes())
    with read_package(raw) as reading:
        assert isinstance(reading.package, DocumentPackage)
        with reading.package.attachments[1].open_payload() as stream:
            assert stream.read() == base64.b64decode(b"StringFromFilea=")


def test_findings_say_where_and_on_which_line() -> None:
    raw = letter_bytes().replace(b"<edXML:To>", b"<edXML:To><edXML:OrganId>H99.03</edXML:OrganId></edXML:To><edXML:To>")
    raw = raw.replace(b"G98.02", b"G98;02", 1)
    with judge(raw, now=NOW) as reading:
        finding = next(found for found in reading.findings if found.reason == "organ-id-malformed")
    assert finding.where == "edXML/edXMLEnvelope/edXMLHeader/MessageHeader/To[2]/OrganId"
    assert finding.line == raw[: raw.index(b"G98;02")].count(b"\n") + 1
    assert finding.got == "G98;02"


def test_a_missing_element_is_placed_where_it_should_be() -> None:
    raw = re.sub(rb"<edXML:TypeName>.*?</edXML:TypeName>", b"", letter_bytes())
    with judge(raw, now=NOW) as reading:
        finding = next(found for found in reading.findings if found.reason == "type-name-missing")
    assert finding.where == "edXML/edXMLEnvelope/edXMLHeader/MessageHeader/DocumentType/TypeName"
    assert finding.line == raw[: raw.index(b"<edXML:DocumentType>")].count(b"\n") + 1


def test_attachments_are_readable_until_the_reading_closes() -> None:
    reading = read_package(letter_bytes(bytes(3_000_000)))
    assert isinstance(reading.package, DocumentPackage)
    second = reading.package.attachments[1]
    with second.open_payload() as one, second.open_payload() as two:
        assert one.read(5) == b"%PDF-"
        assert two.read() == PDF
        assert one.read() == PDF[5:]
        two.seek(1)
        assert two.read(3) == b"PDF"
    assert (second.size, second.sha256) == (len(PDF), hashlib.sha256(PDF).hexdigest())
    reading.close()
    reading.close()
    with pytest.raises(ValueError, match="closed"):
        second.open_payload().read()


def test_absent_and_empty_are_told_apart() -> None:
    raw = spoil(status_bytes(), ("<edXML:Description>Sai nơi nhận<", "<edXML:Description> <"))
    package = read_package(raw).package
    assert isinstance(package, StatusPackage)
    assert package.header.description == ""
    document = read(letter_bytes())
    assert isinstance(document, DocumentPackage)
    assert document.header.to[0].organization_in_charge is None
