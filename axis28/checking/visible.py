"""Text of a stranger on a terminal: no letter may steer it, and every mark stands below what it means."""

from __future__ import annotations

import unicodedata

_STROKES = {"đ": "d", "Đ": "D", "…": ".", "–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "·": "-"}
# Controls, and what reorders or hides text: a file name must not be able to show as another one.
_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"}


def escaped(text: str) -> str:
    r"""Write every character that steers a terminal, reorders or hides text as its escape, such as ``\x1b``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(letter) if unicodedata.category(letter) in _STEERING else letter for letter in text)


def in_place(text: str) -> str:
    """Replace such characters by one of the same width, so that a line keeps its columns."""
    return "".join(
        " " if letter == "\t" else "\ufffd" if unicodedata.category(letter) in _STEERING else letter for letter in text
    )


def cells(text: str) -> int:
    """Count the columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_cells(letter) for letter in text)


def fitting(text: str, encoding: str | None) -> str:
    """Give a text with the letters that an encoding has: Vietnamese loses its marks, what has no base becomes ``?``."""
    try:
        text.encode(encoding or "ascii")
    except UnicodeEncodeError:
        composed = unicodedata.normalize("NFC", text)
        return "".join(_fitting(letter, encoding or "ascii") for letter in composed)
    except LookupError:
        return fitting(text, "ascii")
    return text


def _fitting(letter: str, encoding: str) -> str:
    for form in (letter, _STROKES.get(letter, letter), unicodedata.normalize("NFD", letter)[0]):
        try:
            form.encode(encoding)
        except UnicodeEncodeError:
            continue
        return form
    return "" if unicodedata.combining(letter) else "?"


def _cells(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
