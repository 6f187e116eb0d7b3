"""What is written is read back: packages of any text, base64 in any pieces."""

from __future__ import annotations

import base64
import io
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.casebook.letters import letter, status
from protocol.package.attachment import attach, original
from protocol.package.base64text import Base64Decoder
from protocol.package.model import (
    Business,
    DocumentPackage,
    Fragment,
    Organisation,
    OtherInfo,
    Package,
    ResponseFor,
    StaffInfo,
    StatusPackage,
    Trace,
)
from protocol.package.reader import read_package
from protocol.package.reserialise import reserialise
from protocol.package.writer import write_package

# All that XML can carry, trimmed at both ends as readers do.
TEXT = (
    st.text(
        st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff")
        | st.sampled_from("\t\n\r&<>]\"'ưữĐế"),
        max_size=40,
    )
    .map(lambda text: text.strip(" \t\r\n"))
    .map(lambda text: text or None)
)
NAMES = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20).map(lambda name: f"{name}.bin")


@st.composite
def packages(draw: st.DrawFn) -> Package:
    """Draw a letter or a status with odd texts and files."""
    if draw(st.booleans()):
        header = replace(
            status().header,
            sender=Organisation(draw(TEXT), organ_name=draw(TEXT)),
            response_for=ResponseFor(draw(TEXT), draw(TEXT), draw(TEXT), draw(TEXT)),
            description=draw(TEXT),
        )
        return StatusPackage(header)
    files = draw(st.lists(st.tuples(NAMES, st.binary(max_size=200)), max_size=3))
    made = [attach(name, data, content_id=f"cid:{number}") for number, (name, data) in enumerate(files)]
    base = letter()
    return DocumentPackage(
        header=replace(
            base.header,
            subject=draw(TEXT),
            content=draw(TEXT),
            to=(Organisation("G98.02", draw(TEXT), draw(TEXT)),),
            task_codes=tuple(text for text in draw(st.lists(TEXT, max_size=2)) if text),
        ),
        trace=base.trace,
        manifest=tuple(reference for _, reference in made),
        attachments=tuple(attachment for attachment, _ in made),
    )


@settings(max_examples=60, deadline=None)
@given(packages())
def test_a_written_package_is_read_back_equal(package: Package) -> None:
    with read_package(write_package(package)) as reading:
        assert [finding for finding in reading.findings if finding.severity == "fail"] == []
        assert reading.package == package
        if isinstance(package, DocumentPackage) and isinstance(reading.package, DocumentPackage):
            for sent, received in zip(package.attachments, reading.package.attachments, strict=True):
                assert original(received).data == original(sent).data


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(1, 9), st.integers(0, 9))
def test_base64_decodes_the_same_in_any_pieces(data: bytes, size: int, wrap: int) -> None:
    text = base64.b64encode(data)
    if wrap:
        text = b"\r\n".join(text[at : at + wrap] for at in range(0, len(text), wrap))
    target = io.BytesIO()
    decoder = Base64Decoder(_Into(target))
    for at in range(0, len(text), size):
        assert decoder.feed(text[at : at + size]) == b""
    decoder.finish()
    assert target.getvalue() == data
    assert not decoder.flaws


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60).map(base64.b64encode) | st.binary(max_size=60), st.integers(1, 7))
def test_flawed_base64_is_flawed_in_any_pieces(text: bytes, size: int) -> None:
    whole, pieces = io.BytesIO(), io.BytesIO()
    one, many = Base64Decoder(_Into(whole)), Base64Decoder(_Into(pieces))
    one.feed(text)
    for at in range(0, len(text), size):
        many.feed(text[at : at + size])
    one.finish()
    many.finish()
    assert whole.getvalue() == pieces.getvalue()
    assert (one.flaws.illegal, one.flaws.padding) == (many.flaws.illegal, many.flaws.padding)


class _Into:
    def __init__(self, target: io.BytesIO) -> None:
        self._target = target

    def write(self, data: bytes) -> None:
        self._target.write(data)


def test_extensions_of_the_official_library_are_read_written_and_passed_on() -> None:
    """Elements that the official builder writes and QCVN 102 does not describe: none of them gets lost."""
    staff = StaffInfo("Văn thư", "Nguyễn Văn Thử", "a@example.vn", "0900", department_id="D7", staff_id="S9")
    answered = Fragment(
        "ReplyFors", parts=(Fragment("ReplyFor", parts=(Fragment("DocumentId", "G98.02,2026/11/01,7/CM"),)),)
    )
    codes = Fragment("ReferenceCodes", parts=(Fragment("Code", "1", (("type", "a&b"),)), Fragment("Code", "2")))
    base = letter()
    file, line = attach("a.pdf", b"%PDF-1", content_id="cid:1")
    package = replace(
        base,
        header=replace(
            base.header,
            other=OtherInfo("0", direction="false", reply_fors=answered, reference_codes=codes, appendixes=("x",)),
        ),
        trace=Trace(base.trace.hops if base.trace else (), Business(staff=staff), paper="1"),
        manifest=(replace(line, description=None),),
        attachments=(replace(file, field_name="tep", mime_type="application/x-pdf"),),
    )
    written = write_package(package)
    expected = (
        (
            b"<edXML:Priority>",
            b"<edXML:ReplyFors>",
            b"<edXML:Direction>",
            b"<edXML:ReferenceCodes>",
            b"<edXML:Appendixes>",
        ),
        (b"<edXML:TraceHeaderList>", b"<edXML:Paper>1<", b"<edXML:Bussiness>"),
        (b"<edXML:Department>", b"<edXML:DepartmentId>", b"<edXML:Staff>", b"<edXML:StaffId>", b"<edXML:Mobile>"),
        (b"<AttachmentName>", b"<FieldName>tep<", b"<MimeType>application/x-pdf<", b"<ContentType>"),
    )
    for order in expected:
        places = [written.index(tag) for tag in order]
        assert places == sorted(places)
    with read_package(written, profile="strict") as reading:
        assert reading.findings == ()
        assert reading.package == package
        assert reserialise(reading) == written
    with_staff = replace(status(), header=replace(status().header, staff=staff))
    with read_package(write_package(with_staff)) as reading:
        assert reading.package == with_staff


def test_an_extension_that_says_nothing_is_left_out() -> None:
    base = letter()
    assert base.header.other is not None
    empty = replace(base.header.other, reply_fors=Fragment("ReplyFors", parts=(Fragment("ReplyFor"),)))
    assert write_package(replace(base, header=replace(base.header, other=empty))) == write_package(base)
