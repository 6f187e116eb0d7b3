"""The text of PDF files, through pdfium: lines with their places, columns apart."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2
import pypdfium2.raw as pdfium

from protocol.composition import composed
from protocol.content.bounds import Bounds
from protocol.content.legibility import is_garbled, is_recognised
from protocol.content.pieces import COLUMN_GAP, HYPHEN_OF_A_BREAK, SAME_ROW, Piece, joined
from protocol.content.places import is_turned, placed
from protocol.content.text import FileText, Line

MOST_ANNOTATIONS = 500
MOST_PLACED = 20_000
"""Letters on a page beyond which they are not brought into the order of their places."""
TRIED = 25_000
"""Letters of a file, as many as have to be read to say that it is garbled, unless they make few words."""
LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
INVISIBLE = {0x00AD: None, 0x200B: None, 0x200C: None, 0x200D: None, 0x2060: None, 0xFEFF: None, 0xFFFE: "-"}
_TURNED = "turned"
_LINE_BREAKS = (10, 13)


def read_pdf(data: bytes, bounds: Bounds) -> FileText:
    """Read the text of a PDF.

    Visible annotations count as text of their page (stamps are often put on that way). Never raises on bad files:
    ``encrypted`` for a password that opens it, ``damaged`` for what pdfium cannot open, ``no-text`` for pictures only,
    ``garbled`` for letters that are not those of the page, or not in its order, or on pages that are turned to be read:
    then they come in the order of their places, not as the file draws them. The mark ``ocr`` stands for text recognised
    from a picture.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}
        return FileText(
            "pdf", unread="encrypted" if locked else "damaged", marks=frozenset({"encrypted"} if locked else ())
        )
    try:
        pages = len(document)
        lines, whole, recognised = _lines(document, pages, bounds)
        unread = "" if whole else "too-large"
        if _TURNED in recognised or is_garbled(lines):
            lines, _, recognised = _lines(document, pages, bounds, by_place=True)
            unread = "garbled"
        marks = _marks(document) | recognised
        return FileText("pdf", lines, pages, unread if lines else unread or "no-text", marks)
    finally:
        document.close()


def _marks(document: pypdfium2.PdfDocument) -> frozenset[str]:
    facts = {
        "encrypted": pdfium.FPDF_GetSecurityHandlerRevision(document) > 0,
        "embedded-files": pdfium.FPDFDoc_GetAttachmentCount(document) > 0,
        "javascript": pdfium.FPDFDoc_GetJavaScriptActionCount(document) > 0,
    }
    return frozenset(name for name, holds in facts.items() if holds)


def _lines(
    document: pypdfium2.PdfDocument, pages: int, bounds: Bounds, *, by_place: bool = False
) -> tuple[tuple[Line, ...], bool, frozenset[str]]:
    """Give the lines, whether they are all, and the marks: for pages recognised from pictures, for most of them turned.

    ``by_place`` puts each letter where it stands, also where the file draws it after all others; without that, what is
    garbled whatever may follow is not read to its end.
    """
    chosen = [*range(min(pages, bounds.first_pages)), *range(max(bounds.first_pages, pages - bounds.last_pages), pages)]
    lines: list[Line] = []
    left = bounds.text_chars
    marks: set[str] = set()
    tried, turned = False, 0
    for index in chosen:
        try:
            made, letters, recognised, askew = _page(document, index, left, by_place=by_place)
        except pypdfium2.PdfiumError:
            continue  # one broken page does not make the others unreadable
        left -= letters
        turned += askew * letters
        if recognised:
            marks |= {"ocr"} if index else {"ocr", "ocr-first"}
        lines += (replace(line, text=line.text[: bounds.line_chars]) for line in made)
        if left < 0 or len(lines) > bounds.cells:
            break
        if not (by_place or tried) and bounds.text_chars - left > TRIED:
            tried = True
            if is_garbled(lines, more=True):
                break
    if 2 * turned > bounds.text_chars - left:
        marks.add(_TURNED)
    whole = len(chosen) == pages and left >= 0 and len(lines) <= bounds.cells
    return tuple(lines[: bounds.cells]), whole, frozenset(marks)


def _page(
    document: pypdfium2.PdfDocument, index: int, most: int, *, by_place: bool
) -> tuple[list[Line], int, bool, bool]:
    """Give the lines of a page out of its first letters, and how many letters it has.

    And whether they were recognised, and whether the page is turned to be read and was not read so.
    """
    page = document[index]
    if 0 < pdfium.FPDFPage_GetAnnotCount(page) <= MOST_ANNOTATIONS:
        pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
        page.close()
        page = document[index]
    turned = page.get_rotation() != 0
    if turned:
        page.set_rotation(0)
    edges = page.get_bbox()
    textpage = page.get_textpage()
    letters = textpage.count_chars()
    if by_place and letters <= MOST_PLACED:
        pieces, edges = placed(textpage, min(letters, most), edges)
        pieces = [piece._replace(text=text) for piece in pieces if (text := clean(piece.text))]
    else:
        pieces = list(joined(list(_pieces(textpage, min(letters, most)))))
    recognised = is_recognised(page, textpage, letters)
    turned = turned and not by_place and is_turned(textpage, letters)
    textpage.close()
    page.close()
    return [_line(piece, index + 1, edges) for piece in pieces], letters, recognised, turned


def _line(piece: Piece, page: int, edges: tuple[float, float, float, float]) -> Line:
    left, bottom, right, top = edges
    return Line(
        piece.text,
        page,
        left=round(piece.left - left, 1),
        top=round(top - piece.top, 1),
        right=round(piece.right - left, 1),
        bottom=round(top - piece.bottom, 1),
        size=round(piece.height, 1),
        width=round(right - left, 1),
        height=round(top - bottom, 1),
    )


def _pieces(textpage: pypdfium2.PdfTextPage, count: int) -> Iterator[Piece]:
    """Cut the letters of a page where pdfium breaks the line, where a column begins and where the baseline moves.

    Runs once for every letter of a document, so it keeps to local names and plain numbers.
    """
    page, box = textpage.raw, pdfium.FS_RECTF()
    pointer = ctypes.byref(box)
    unicode_of, box_of = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
    letters: list[str] = []
    begin = end = bottom = top = 0.0
    for index in range(count):
        code = unicode_of(page, index)
        if code == HYPHEN_OF_A_BREAK:
            code = 0x2D
        if code <= 32 or code == 0xA0:
            if code in _LINE_BREAKS and letters:
                yield Piece(clean("".join(letters)), begin, bottom, end, top)
                letters = []
            elif letters:
                letters.append(" ")
            continue
        if not box_of(page, index, pointer):
            continue
        left, right = box.left, box.right
        if letters:
            height = top - bottom
            if (
                left - end > COLUMN_GAP * height
                or left < begin - height
                or abs(box.top + box.bottom - top - bottom) > 2 * SAME_ROW * height
            ):
                yield Piece(clean("".join(letters)), begin, bottom, end, top)
                letters = []
            elif right > end:
                end = right
        if not letters:
            begin, end, bottom, top = left, right, box.bottom, box.top
        letters.append(chr(code))
    if letters:
        yield Piece(clean("".join(letters)), begin, bottom, end, top)


def clean(text: str) -> str:
    """Give a line in NFC with single blanks, ligatures taken apart and invisible characters gone."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return " ".join(composed(text.translate(LIGATURES).translate(INVISIBLE)).split())
