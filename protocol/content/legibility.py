"""Whether the text of a page is what a reader sees, or what a program guessed from a picture of it."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from itertools import islice

import pypdfium2
import pypdfium2.raw as pdfium

from protocol.content.text import Line

PAGE_PICTURE = 0.75
"""Share of the page that one picture covers: the page is a scan, and its text a layer over or under it."""
FEW_LETTERS = 20
"""Letters on a page below which its text is a page number or a short stamp."""
SAMPLES = 200
MOST_OBJECTS = 2_000
MOST_WORDS = 4_000
FEWEST_WORDS = 8
GARBLED = 0.08
"""Share of words that no Vietnamese text has: beyond it, letters stand in the wrong order or mean other letters."""
_WORD = re.compile(r"[^\W\d_]+")
_VOWEL = re.compile(r"[aeiouyàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]", re.IGNORECASE)
_LONE = frozenset("ởýôủàạừồớơ")
"""Words of a single letter with marks that Vietnamese has."""
_UNITS = frozenset({"kg", "km", "cm", "mm", "dm", "ml", "kv", "kw", "mw", "gb", "mb", "tb", "pdf", "tr", "vnd", "gr"})
"""Fill the columns of tables, and are no words."""
_UNKNOWN = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08]")


def is_recognised(page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage, letters: int) -> bool:
    """Whether the text of a page was recognised from a picture: it is invisible, or a picture fills the page."""
    if letters < FEW_LETTERS:
        return False
    return _mostly_invisible(textpage, letters) or _filled_by_picture(page)


def _mostly_invisible(textpage: pypdfium2.PdfTextPage, letters: int) -> bool:
    seen = unseen = 0
    for index in range(0, letters, max(1, letters // SAMPLES)):
        written = pdfium.FPDFText_GetTextObject(textpage.raw, index)
        if written:
            seen += 1
            unseen += pdfium.FPDFTextObj_GetTextRenderMode(written) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
    return 2 * unseen > seen


def _filled_by_picture(page: pypdfium2.PdfPage) -> bool:
    left, bottom, right, top = page.get_bbox()
    edges = [ctypes.c_float() for _ in range(4)]
    for index in range(min(pdfium.FPDFPage_CountObjects(page.raw), MOST_OBJECTS)):
        item = pdfium.FPDFPage_GetObject(page.raw, index)
        if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_IMAGE:
            continue
        if pdfium.FPDFPageObj_GetBounds(item, *(ctypes.byref(edge) for edge in edges)):
            west, south, east, north = (edge.value for edge in edges)
            width, height = min(east, right) - max(west, left), min(north, top) - max(south, bottom)
            if width > 0 and height > 0 and width * height > PAGE_PICTURE * (right - left) * (top - bottom):
                return True
    return False


def is_garbled(lines: Sequence[Line], *, more: bool = False) -> bool:
    """Whether so many words are none that the letters cannot be trusted.

    Fonts without a table of their letters give other letters; letters that were taken from a second font may come
    after their line (``S : 31/TTr-STN ố``), which leaves single vowels and words without any. Where there is ``more``,
    only what that cannot change is said.
    """
    words = list(islice((word for line in lines for word in _WORD.findall(line.text)), MOST_WORDS))
    if more and len(words) < MOST_WORDS:
        return False
    odd = sum(1 for word in words if _is_odd(word)) + sum(len(_UNKNOWN.findall(line.text)) for line in lines)
    return len(words) + odd >= FEWEST_WORDS and odd > GARBLED * len(words)


def _is_odd(word: str) -> bool:
    """Whether a word is a lone letter with marks, or small letters without a vowel."""
    small = word.casefold()
    if len(small) == 1:
        return bool(_VOWEL.match(small)) and not small.isascii() and small not in _LONE
    return word[1:].islower() and not _VOWEL.search(small) and small not in _UNITS
