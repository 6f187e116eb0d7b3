"""Enclosures that no vector shows: files inside the PDF of the document itself."""

from __future__ import annotations

import io

import pypdfium2

from fixtures.casebook.letters import FIRST, NOW, letter_of
from fixtures.letterhead import new_letterhead
from fixtures.paper import new_pdf_document
from protocol.content.reader import ContentReader
from protocol.rules import judge

SAYS_TWO = new_letterhead(body=("Điều 1. Thực hiện theo Phụ lục I, II kèm theo Quyết định này.",))


def with_file_inside(data: bytes) -> bytes:
    document = pypdfium2.PdfDocument(data)
    document.new_attachment("Phu luc I, II.txt").set_data(b"Phu luc I, II")
    target = io.BytesIO()
    document.save(target)
    document.close()
    return target.getvalue()


def reasons(data: bytes) -> set[str]:
    with (
        ContentReader() as contents,
        judge(letter_of(files=((FIRST, data),))(), profile="strict", now=NOW, contents=contents) as reading,
    ):
        return {finding.reason for finding in reading.findings}


def test_appendices_may_be_files_inside_the_pdf() -> None:
    plain = new_pdf_document(SAYS_TWO)
    assert "enclosure-in-text-missing" in reasons(plain)
    assert "enclosure-in-text-missing" not in reasons(with_file_inside(plain))
