"""Signed papers in attached zips are read within the package's share, and nothing of them is passed over in silence."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO, cast

import pytest

from fixtures.casebook.letters import FIRST, NOW, PDF, letter_of, small_pdf
from fixtures.casebook.packedpapers import CASES
from fixtures.casebook.spoiling import zipped
from protocol.package.limits import Limits
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package
from protocol.rules import judge
from protocol.rules.signing import MOST_PAPERS, MOST_SLOW, SignedPaper, Signing, papers
from protocol.signatures.pdf.facts import PaperFacts
from protocol.signatures.pdf.reader import SignatureReader

TRACED = small_pdf("Van ban", pad=b"/ByteRange [0 0 0 0]")
ZIP = "hồ sơ.zip"
RAW = {case.id: case.raw for case in CASES}


class Recording:
    """Answers the same for every file, and keeps what it was asked about."""

    def __init__(self, facts: PaperFacts) -> None:
        self.facts, self.asked = facts, list[tuple[str, bytes]]()

    def read(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> PaperFacts:  # noqa: ARG002 - a reader
        with open_file() as stream:
            self.asked.append((name, stream.read()))
        return self.facts


def read(reader: Recording, *files: tuple[str, bytes], limits: Limits | None = None) -> list[SignedPaper]:
    with read_package(letter_of(files=((FIRST, PDF), *files))()) as reading:
        found = papers(Signing(reader), cast("DocumentPackage", reading.package), limits or Limits())
        return [paper for paper in found if paper.number > 1]


def deflated(*entries: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return target.getvalue()


@pytest.mark.parametrize("pack", [zipped, deflated])
def test_signed_files_in_a_zip_are_read_and_others_are_not(pack: Callable[..., bytes]) -> None:
    reader = Recording(PaperFacts("damaged"))
    inside = pack(("a.txt", b"/ByteRange"), ("b/c.pdf", TRACED), ("d.pdf", PDF), ("e", TRACED), ("f.pdf", b"no"))
    found = read(reader, (ZIP, inside))
    assert reader.asked == [("b/c.pdf", TRACED), ("e", TRACED)]
    assert [(each.number, each.name, each.member) for each in found] == [(2, ZIP, "b/c.pdf"), (2, ZIP, "e")]


@pytest.mark.parametrize("name", ["mẫu.docx", "mẫu.odt", "mẫu.pdf"])
def test_documents_that_are_zips_by_nature_are_left_alone(name: str) -> None:
    reader = Recording(PaperFacts("damaged"))
    assert not any(each.member for each in read(reader, (name, deflated(("b.pdf", TRACED)))))


def test_a_zip_in_a_zip_is_not_opened() -> None:
    reader = Recording(PaperFacts("damaged"))
    assert read(reader, (ZIP, deflated(("more.zip", deflated(("b.pdf", TRACED)))))) == []
    assert reader.asked == []


@pytest.mark.parametrize(("unread", "most"), [("too-slow", MOST_SLOW), ("damaged", MOST_PAPERS)])
def test_files_in_zips_take_from_the_share_of_the_package(unread: str, most: int) -> None:
    reader = Recording(PaperFacts(unread))  # type: ignore[arg-type] # the table holds plain text
    inside = deflated(*((f"{number:02}.pdf", TRACED) for number in range(MOST_PAPERS)))
    found = read(reader, ("a.pdf", TRACED), (ZIP, inside))
    assert len(reader.asked) == most
    assert len(found) == 1 + MOST_PAPERS
    assert found[-1].facts.unread == ("too-slow" if unread == "too-slow" else "too-many")


def test_so_much_is_unpacked_and_no_more() -> None:
    reader = Recording(PaperFacts("damaged"))
    inside = deflated(*((f"{number}.pdf", TRACED) for number in range(4)))
    found = read(reader, (ZIP, inside), limits=replace(Limits(), decoded_bytes=len(TRACED) + 1))
    assert [name for name, _ in reader.asked] == ["0.pdf", "1.pdf"]
    assert [each.facts.unread for each in found] == ["damaged", "damaged", "too-many", "too-many"]


def test_what_cannot_be_looked_into_says_so() -> None:
    reader = Recording(PaperFacts())
    broken = bytearray(deflated(("a.pdf", TRACED), ("b.txt", b"x" * 100)))
    at = broken.index(b"a.pdf") + len("a.pdf")
    broken[at : at + 20] = b"\xff" * 20
    found = read(reader, (ZIP, bytes(broken)), ("b.zip", b"PK\x03\x04 no zip at all"))
    assert [(each.number, each.member, each.facts.unread) for each in found] == [
        (2, "a.pdf", "damaged"),
        (3, "*", "too-large"),
    ]
    locked = read(reader, (ZIP, zipped(("a.pdf", TRACED), encrypted=True)))
    assert [(each.member, each.facts.unread) for each in locked] == [("a.pdf", "encrypted")]
    assert read(reader, (ZIP, zipped(("a.txt", TRACED), encrypted=True))) == []


def test_a_signature_in_a_zip_is_listed_and_found_under_its_name() -> None:
    with SignatureReader() as reader:
        for case, result in (("packed-papers-signed", "good"), ("packed-paper-altered", "bad")):
            with judge(RAW[case](), profile="strict", now=NOW, signing=Signing(reader)) as reading:
                listed = [each for each in reading.signatures if (each.attachment or "").startswith(ZIP)]
                assert [(each.attachment, each.result) for each in listed] == [
                    (f"{ZIP}/giấy tờ/giấy phép.pdf", result)
                ] * 2
                got = [each.got for each in reading.findings]
                assert got == [] or all((each or "").startswith("giấy tờ/giấy phép.pdf/") for each in got)
