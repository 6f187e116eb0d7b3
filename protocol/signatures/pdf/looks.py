"""What a reader sees of a signature: place, text and images of its appearance, through pdfium.

Each visible signature is looked at alone: on its page all other annotations are taken off first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from protocol.content.pdf import clean
from protocol.signatures.pdf.broken import BROKEN
from protocol.signatures.pdf.entries import entry
from protocol.signatures.pdf.facts import Appearance, Picture, SignatureFacts
from protocol.signatures.pdf.frames import Box, visible_box

MOST_LOOKS = 12
MOST_PAGES = 500
MOST_ANNOTATIONS = 200
MOST_PICTURES = 8
LONGEST_TEXT = 500
_MOST_PIXELS = 4_000_000
_SAMPLE = 64
_OPAQUE, _CLEAR = 128, 32
_COLOURED = 40
"""By how much the greatest of red, green and blue has to exceed the others."""
_NEAR = 0.5
"""Points by which two rectangles that are one may differ."""


def with_looks(
    data: bytes, reader: PdfFileReader, found: tuple[SignatureFacts, ...], fields: Mapping[str, Any]
) -> tuple[SignatureFacts, ...]:
    """Add to signatures what is seen of them; ``fields`` gives the reference of a field by its name."""
    places = {name: place for name, field in fields.items() if (place := _place(field))}
    if not places:
        return found
    pages = _page_numbers(reader, {number for numbers, _ in places.values() for number in numbers})
    seen: list[SignatureFacts] = []
    for facts in found:
        numbers, box = places.get(facts.field, ((), (0.0, 0.0, 0.0, 0.0)))
        page = next((pages[number] for number in numbers if number in pages), None)
        looked = None
        if page is not None and len(seen) < MOST_LOOKS:
            with suppress(pypdfium2.PdfiumError, *BROKEN):
                looked = _look(data, page, box)
        seen.append(replace(facts, appearance=looked))
    return tuple(seen)


def _place(field: Any) -> tuple[tuple[int, ...], Box] | None:
    """Give the object numbers of the widgets of a field and the rectangle of the first that is visible."""
    with suppress(*BROKEN):
        value = field.get_object()
        widgets = [field]
        if "/Kids" in value:
            kids = value["/Kids"]
            widgets += [kids.raw_get(index) for index in range(min(len(kids), MOST_PICTURES))]
        for widget in widgets:
            each = widget.get_object()
            if box := visible_box(each):
                return (int(widget.idnum),), box
    return None


def _page_numbers(reader: PdfFileReader, widgets: set[int]) -> dict[int, int]:
    """Give the 0-based page of each widget, by its object number."""
    numbers: dict[int, int] = {}
    with suppress(*BROKEN):
        for page_number, page in enumerate(islice(_pages(reader), MOST_PAGES)):
            listed = entry(page, "/Annots")
            for index in range(min(len(listed or ()), MOST_ANNOTATIONS)):
                widget = listed.raw_get(index)
                if isinstance(widget, generic.IndirectObject) and widget.idnum in widgets:
                    numbers.setdefault(widget.idnum, page_number)
    return numbers


def _pages(reader: PdfFileReader) -> Iterator[Any]:
    waiting, seen = [reader.root.raw_get("/Pages")], set()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, generic.IndirectObject) or node.idnum in seen:
            continue
        seen.add(node.idnum)
        value = node.get_object()
        kids = entry(value, "/Kids") if isinstance(value, generic.DictionaryObject) else None
        if isinstance(kids, generic.ArrayObject):
            waiting += reversed([kids.raw_get(index) for index in range(len(kids))])
        elif isinstance(value, generic.DictionaryObject):
            yield value


def _look(data: bytes, index: int, box: Box) -> Appearance:
    document = pypdfium2.PdfDocument(data)
    try:
        page = document[index]
        if page.get_rotation():
            page.set_rotation(0)  # rectangles are given for the page as it was before it was turned
        _alone(page, box)
        origin, top = page.get_bbox()[0], page.get_bbox()[3]
        width, height = page.get_bbox()[2] - origin, top - page.get_bbox()[1]
        before = _text(page, box)
        count = pdfium.FPDFPage_CountObjects(page)
        pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
        page.close()
        page = document[index]
        after = _text(page, box)
        new = [line for line in after if line not in before]
        pictures = _pictures(page, count)
        return Appearance(
            index + 1,
            round(box[0] - origin, 1),
            round(top - box[3], 1),
            round(box[2] - origin, 1),
            round(top - box[1], 1),
            round(width, 1),
            round(height, 1),
            "\n".join(new)[:LONGEST_TEXT],
            tuple(islice(pictures, MOST_PICTURES)),
        )
    finally:
        document.close()


def _alone(page: pypdfium2.PdfPage, box: Box) -> None:
    """Take every annotation off a page but the one with this rectangle."""
    for number in reversed(range(pdfium.FPDFPage_GetAnnotCount(page))):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        place = pdfium.FS_RECTF()
        pdfium.FPDFAnnot_GetRect(annotation, place)
        pdfium.FPDFPage_CloseAnnot(annotation)
        found = (place.left, place.bottom, place.right, place.top)
        if any(abs(one - other) > _NEAR for one, other in zip(found, box, strict=True)):
            pdfium.FPDFPage_RemoveAnnot(page, number)


def _text(page: pypdfium2.PdfPage, box: Box) -> list[str]:
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_bounded(box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1)
    finally:
        textpage.close()
    return [line for line in (clean(line) for line in text[: 4 * LONGEST_TEXT].splitlines()) if line]


def _pictures(page: pypdfium2.PdfPage, before: int) -> Iterator[Picture]:
    """Look at the images that flattening an annotation added to a page which had ``before`` objects.

    pdfium may put the former content of the page into an object of its own; that one comes first.
    """
    objects = [pdfium.FPDFPage_GetObject(page, index) for index in range(pdfium.FPDFPage_CountObjects(page))]
    added = objects[before:] if len(objects) > before else objects[1:]
    waiting = [(each, 0) for each in added]
    while waiting:
        each, depth = waiting.pop(0)
        kind = pdfium.FPDFPageObj_GetType(each)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            picture = _picture(pypdfium2.PdfImage(each, page=page, pdf=page.pdf))
            if picture is not None:
                yield picture
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < MOST_PICTURES:
            inner = min(pdfium.FPDFFormObj_CountObjects(each), MOST_ANNOTATIONS)
            waiting += [(pdfium.FPDFFormObj_GetObject(each, index), depth + 1) for index in range(inner)]


def _picture(image: pypdfium2.PdfImage) -> Picture | None:
    width, height = image.get_px_size()
    if not 0 < width * height <= _MOST_PIXELS:
        return None
    sample = image.get_bitmap(render=True).to_pil().convert("RGBA").resize((_SAMPLE, _SAMPLE))
    blue = red = opaque = clear = 0
    pixels = sample.tobytes()
    for at in range(0, len(pixels), 4):
        r, g, b, alpha = pixels[at : at + 4]
        clear += alpha < _CLEAR
        if alpha < _OPAQUE:
            continue
        opaque += 1
        blue += b > max(r, g) + _COLOURED
        red += r > max(g, b) + _COLOURED
    share = max(opaque, 1)
    return Picture(round(blue / share, 3), round(red / share, 3), round(clear / _SAMPLE**2, 3))
