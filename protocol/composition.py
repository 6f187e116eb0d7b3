"""One way to write a Vietnamese letter: composed (NFC), as TCVN 6909:2001 and every keyboard of today have it."""

from __future__ import annotations

import unicodedata

_SHORT = 1_000
_MOST_MARKS = 30
"""Combining marks in a row that text of any language needs at most (UAX #15, stream-safe text)."""


def composed(text: str) -> str:
    """Give the text in NFC, in time that grows with its length only.

    Marks in a row have to be sorted, which takes the square of their number; text with hundreds of them is no text, and
    comes back as it is.
    """
    if text.isascii() or (len(text) > _SHORT and _is_piled_up(text)):
        return text
    return unicodedata.normalize("NFC", text)


def _is_piled_up(text: str) -> bool:
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > _MOST_MARKS:
            return True
    return False
