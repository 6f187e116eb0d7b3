"""Packing and unpacking of attachments, both ways and against hostile zips."""

from __future__ import annotations

import hashlib
import io
import uuid
import zipfile
from dataclasses import replace

import pytest

from fixtures.casebook.spoiling import zipped
from protocol.package.attachment import AttachmentRefused, attach, original, travels_zipped
from protocol.package.limits import Limits
from protocol.package.model import Attachment


def carrying(payload: bytes, *, name: str = "a.xlsx", content_type: str | None = "application/zip") -> Attachment:
    return Attachment("cid:1", name, content_type, None, len(payload), "", lambda: io.BytesIO(payload))


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.pdf", "application/pdf"),
        ("A.PDF", "application/pdf"),
        ("a.doc", "application/doc"),
        ("a.docx", "application/docx"),
        ("a.zip", "application/zip"),
    ],
)
def test_some_files_travel_as_they_are(name: str, content_type: str) -> None:
    data = zipped(("x", b"y")) if name.endswith("zip") else b"data"
    attachment, reference = attach(name, data)
    with attachment.open_payload() as stream:
        assert stream.read() == data
    assert attachment.content_type == reference.content_type == content_type
    assert (attachment.size, attachment.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert original(attachment).data == data


@pytest.mark.parametrize(
    ("name", "ending"), [("a.xls", "xls"), ("a.xlsx", "xlsx"), ("a.png", "png"), ("a.txt", "txt"), ("a", "unk")]
)
def test_all_others_travel_as_a_zip_of_one_nameless_entry(name: str, ending: str) -> None:
    attachment, reference = attach(name, b"data" * 100)
    assert attachment.content_type == reference.content_type == "application/zip"
    assert attachment.name == reference.attachment_name == name
    assert attachment.content_id == reference.content_id
    with attachment.open_payload() as stream, zipfile.ZipFile(stream) as archive:
        (entry,) = archive.namelist()
    stem, _, extension = entry.rpartition(".")
    assert str(uuid.UUID(stem)) == stem
    assert extension == ending
    got = original(attachment)
    assert (got.data, got.size) == (b"data" * 100, 400)
    assert got.sha256 == hashlib.sha256(b"data" * 100).hexdigest()
    assert got.name == name


def test_the_same_file_always_packs_to_the_same_bytes() -> None:
    one, two, other = attach("a.txt", b"x")[0], attach("a.txt", b"x")[0], attach("a.txt", b"y")[0]
    assert one == two
    assert one.sha256 != other.sha256
    assert one.content_id != other.content_id
    given = attach("a.txt", b"x", entry_id=uuid.UUID(int=7), content_id="cid:209", description="mô tả")[0]
    assert (given.content_id, given.description) == ("cid:209", "mô tả")
    with given.open_payload() as stream, zipfile.ZipFile(stream) as archive:
        assert archive.namelist() == ["00000000-0000-0000-0000-000000000007.txt"]
        assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


@pytest.mark.parametrize(
    ("name", "content_type", "unzips"),
    [
        ("a.doc", "application/zip", True),
        ("a.doc", None, True),
        ("a.doc", " Application/ZIP ", True),
        ("a.zip", "application/zip", False),
        ("a.ZIP", None, False),
        ("a.doc", "application/doc", False),
        ("a.pdf", "application/pdf", False),
    ],
)
def test_what_a_receiver_unzips(name: str, content_type: str | None, *, unzips: bool) -> None:
    assert travels_zipped(carrying(b"", name=name, content_type=content_type)) is unzips


def test_the_inner_extension_does_not_matter() -> None:
    assert original(carrying(zipped(("0.edxml", b"x")), name="a.doc")).data == b"x"


def deflated(entry: tuple[str, bytes]) -> bytes:
    """Make a zip of one compressed file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(*entry)
    return target.getvalue()


def test_the_first_file_counts() -> None:
    assert original(carrying(zipped(("one", b"1"), ("two", b"2")))).data == b"1"


def test_names_from_outside_are_made_safe() -> None:
    assert original(carrying(zipped(("x", b"")), name="C:\\a\\..\\CON.txt")).name == "_CON.txt"


def with_prefix(data: bytes) -> bytes:
    return b"#!/bin/sh\n" + data


def lying_about_size() -> bytes:
    """A zip whose directory says ten bytes for what inflates to a megabyte."""
    made = bytearray(deflated(("a", bytes(1024 * 1024))))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = made.index(signature) + at
        made[start : start + 4] = (10).to_bytes(4, "little")
    return bytes(made)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "zip-invalid"),
        (b"%PDF-1.7", "zip-invalid"),
        (zipped(), "zip-invalid"),
        (zipped(("a", b"x" * 900))[:-25], "zip-invalid"),
        (zipped(("a", b"x" * 900))[40:], "zip-invalid"),
        (zipped(("thu-muc/", b"")), "zip-invalid"),
        (with_prefix(zipped(("a", b"x"))), "zip-invalid"),
        (lying_about_size(), "zip-invalid"),
        (deflated(("a", b"hello hello")).replace(b"\xcb\x48", b"\xcc\x48"), "zip-invalid"),
        (zipped(("a.zip", zipped(("b", b"")))), "zip-nested"),
        (zipped(("a", b"x"), encrypted=True), "zip-encrypted"),
        (deflated(("bom.txt", bytes(32 * 1024 * 1024))), "zip-bomb"),
        (zipped(*((str(number), b"") for number in range(2000))), "zip-bomb"),
    ],
    ids=[
        "nothing",
        "raw",
        "empty",
        "cut",
        "headless",
        "folder",
        "prefix",
        "liar",
        "crc",
        "nested",
        "secret",
        "bomb",
        "many",
    ],
)
def test_bad_zips_are_refused_with_their_reason(payload: bytes, reason: str) -> None:
    with pytest.raises(AttachmentRefused) as refused:
        original(carrying(payload))
    assert refused.value.reason == reason


def test_a_zip_inside_the_zip_is_known_by_its_content() -> None:
    with pytest.raises(AttachmentRefused) as refused:
        original(carrying(zipped(("a.bin", zipped(("b", b"x")))), name="a.csv"))
    assert refused.value.reason == "zip-nested"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("hồ sơ.rar", b"Rar!\x1a\x07\x01\x00"),
        ("hồ sơ.7z", b"7z\xbc\xaf\x27\x1c"),
        ("hồ sơ.tar.gz", b"\x1f\x8b\x08"),
        ("ứng dụng.jar", zipped(("META-INF/MANIFEST.MF", b"x"))),
        ("bản đồ.kmz", zipped(("doc.kml", b"<kml/>"))),
    ],
)
def test_archives_travel_like_any_other_file(name: str, data: bytes) -> None:
    attachment, _ = attach(name, data)
    assert original(attachment).data == data


@pytest.mark.parametrize("name", ["a.pdf", "a.jar", "a.rar", "", "a"])
def test_a_zip_that_the_name_does_not_tell_is_refused(name: str) -> None:
    with pytest.raises(AttachmentRefused) as refused:
        original(carrying(zipped(("3f9a.zip", zipped(("b.txt", b"x")))), name=name))
    assert refused.value.reason == "zip-nested"


@pytest.mark.parametrize(
    ("entry", "first", "name"),
    [
        ("a.xlsx", "xl/x.xml", "a"),
        ("a.unk", "[Content_Types].xml", "a"),
        ("a.asice", "mimetype", "a"),
        ("a", "b", "a.docx"),
    ],
)
def test_an_office_document_is_no_zip_inside_the_zip(entry: str, first: str, name: str) -> None:
    document = zipped((first, b"x"))
    assert original(carrying(zipped((entry, document)), name=name)).data == document


def test_an_attachment_without_a_payload_is_refused_like_any_other() -> None:
    for content_type in ("application/zip", "application/pdf"):
        with pytest.raises(AttachmentRefused) as refused:
            original(Attachment("cid:1", "a.pdf", content_type))
        assert refused.value.reason == "payload-missing"


def test_a_small_file_may_shrink_as_much_as_it_likes() -> None:
    data = bytes(3 * 1024 * 1024)
    assert original(carrying(deflated(("a", data)))).size == len(data)
    with pytest.raises(AttachmentRefused):
        original(carrying(deflated(("a", data))), replace(Limits(), zip_free_bytes=1024))


def test_an_original_can_be_opened_again_and_again() -> None:
    got = original(carrying(zipped(("a", b"0123456789"))))
    with got.open() as one, got.open() as two:
        assert one.read(4) == b"0123"
        assert two.read() == b"0123456789"
        assert one.read() == b"456789"
