"""The letters of a page in the order of their places, whatever the order in which the file draws them."""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterator
from math import pi
from statistics import median
from typing import TypeAlias

import pypdfium2
import pypdfium2.raw as pdfium

from protocol.content.pieces import HYPHEN_OF_A_BREAK, Piece, joined

LARGE = 2
"""Times the usual height of letters on a page: higher ones are a watermark or the like, and stand in no line of it."""
SAMPLE = 500
_ASLANT = -1
_STEEPEST = 0.4
"""Radians by which letters may lean, or a line may be off the level or the upright, and still stand in it.

An italic that a font does not have is made by slanting the letters, by up to 0.4 of their height.
"""
_SPACES = frozenset((*range(33), 0xA0, 0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
"""What is not seen: it stands at no place."""
Box: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, right, top."""


def placed(textpage: pypdfium2.PdfTextPage, count: int, page: Box) -> tuple[list[Piece], Box]:
    """Give the lines of a page, from the top as it is read, and its edges as they are then.

    Most letters say which way up a page is read: a page that is turned for reading has them on their side. What is
    written aslant or large over a page makes no line with the rest of it.
    """
    letters = list(_letters(textpage, count))
    turns = Counter(turn for _, turn in letters if turn != _ASLANT)
    turn = max(turns, key=turns.__getitem__, default=0)
    upright = [_turned(letter, turn, page) for letter, its in letters if its == turn]
    others = [_turned(letter, turn, page) for letter, its in letters if its != turn]
    highest = LARGE * median(letter.height for letter in upright) if upright else 0.0
    usual = [letter for letter in upright if letter.height <= highest]
    large = [letter for letter in upright if letter.height > highest]
    edges = (page[1], page[0], page[3], page[2]) if turn % 2 else page
    return [*joined(usual), *joined(large), *joined(others)], edges


def is_turned(textpage: pypdfium2.PdfTextPage, count: int) -> bool:
    """Say whether the letters of a page stand on their side or on their head, by the first of them.

    What is written aslant, as a stamp across a page may be, says nothing about the way in which it is read.
    """
    turns = [turn for _, turn in _letters(textpage, min(count, SAMPLE))]
    return 2 * sum(turn > 0 for turn in turns) > len(turns)


def _letters(textpage: pypdfium2.PdfTextPage, count: int) -> Iterator[tuple[Piece, int]]:
    """Give each letter, and by how many quarters of a turn, clockwise, it has to be turned to be read.

    Runs once for every letter of a document, so it keeps to local names and plain numbers.
    """
    page, box = textpage.raw, pdfium.FS_RECTF()
    pointer = ctypes.byref(box)
    unicode_of, box_of, angle_of = (
        pdfium.FPDFText_GetUnicode,
        pdfium.FPDFText_GetLooseCharBox,
        pdfium.FPDFText_GetCharAngle,
    )
    for index in range(count):
        code = unicode_of(page, index)
        if code == HYPHEN_OF_A_BREAK:
            code = 0x2D
        if code in _SPACES or not box_of(page, index, pointer):
            continue
        angle = angle_of(page, index)
        quarters = round(-2 * angle / pi)
        turn = quarters % 4 if abs(angle + quarters * pi / 2) < _STEEPEST else _ASLANT
        yield Piece(chr(code), box.left, box.bottom, box.right, box.top), turn


def _turned(letter: Piece, turn: int, page: Box) -> Piece:
    """Put a letter where it stands once its page is turned by so many quarters, clockwise."""
    text, left, bottom, right, top = letter
    across, along = page[0] + page[2], page[1] + page[3]
    if turn == 1:
        return Piece(text, bottom, across - right, top, across - left)
    if turn == 2:
        return Piece(text, across - right, along - top, across - left, along - bottom)
    if turn == 3:
        return Piece(text, along - top, left, along - bottom, right)
    return letter
