"""Lists that stand where a reference leads to are looked at like those that stand in their place."""

from __future__ import annotations

from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from fixtures import pdffields
from fixtures.pdfobjects import updated, widget
from fixtures.signedpaper import AGENCY_FIELD
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pdf.sign import sign
from tests.protocol.signatures.moments import NOW
from tests.protocol.signatures.pdf.parties import AFTER, agency, asked, judged, paper, person


def apart() -> bytes:
    """Draw a paper whose list of annotations and list of pages are objects of their own, and sign it."""

    def change(writer: IncrementalPdfFileWriter, page: Any) -> None:
        pages = writer.root["/Pages"]
        pages[pdf_name("/Kids")] = writer.add_object(pages["/Kids"])
        page[pdf_name("/Annots")] = writer.add_object(generic.ArrayObject())
        writer.update_container(pages)
        writer.update_container(page)

    return sign(updated(paper(), change), person(), NOW, field="F")


def test_an_annotation_in_a_list_apart_is_measured() -> None:
    def change(writer: IncrementalPdfFileWriter, page: Any) -> None:
        drawn = writer.add_object(generic.StreamObject(stream_data=b""))
        note = widget("/Tx", "x", (0, 0, 595, 421), drawn)
        note[pdf_name("/Subtype")] = pdf_name("/Stamp")
        page["/Annots"].append(writer.add_object(note))
        writer.update_container(page["/Annots"])

    assert [round(each.share, 1) for each in read_signatures(updated(apart(), change)).stamps] == [0.5]


def test_a_signature_in_a_list_apart_is_measured() -> None:
    def make(writer: Any, page: Any, name: str) -> Any:
        field = pdffields.plain((0, 0, 595, 421))(writer, page, name)
        writer.update_container(page["/Annots"])
        return field

    found = judged(pdffields.signed_in(apart(), make, AGENCY_FIELD, agency(), AFTER))["F"]
    assert asked(found)["changes"].reason == "pdf-signature-hides-page"
