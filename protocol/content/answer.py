"""What the child process says of a file, as bytes: written by the child, read with distrust by its parent."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from operator import attrgetter
from typing import Any, NoReturn, cast, get_args

from protocol.content.bounds import Bounds
from protocol.content.text import FileKind, FileText, Line, Part

LENGTH_BYTES = 4
"""The length that comes before every request and every answer, big-endian."""
READY = b"\x06"
"""What a child writes once it has loaded what it needs: one that never does could not start."""
UNREAD = frozenset(
    {"", "encrypted", "damaged", "too-large", "too-slow", "no-text", "unsupported", "garbled", "misnamed", "too-many"}
)
MARKS = frozenset({"macros", "encrypted", "embedded-files", "javascript", "ocr", "ocr-first", "archive"})
_KINDS = frozenset(get_args(FileKind))
_PARTS = frozenset(get_args(Part))
_MOST_PAGES = 10_000_000
_LETTER_BYTES, _LINE_BYTES, _REST_BYTES = 6, 200, 4096
_FIELDS = tuple(field.name for field in fields(Line))
_values = attrgetter(*_FIELDS)


class InvalidAnswer(ValueError):  # noqa: N818 - a verdict about the answer, not a fault of the program
    """An answer that no sound child gives."""


def longest(bounds: Bounds) -> int:
    """Give the bytes that an answer within the bounds may take."""
    return _LETTER_BYTES * bounds.text_chars + _LINE_BYTES * bounds.cells + _REST_BYTES


def encode(text: FileText) -> bytes:
    """Give the answer for a text."""
    value = {
        "kind": text.kind,
        "lines": [_values(line) for line in text.lines],
        "pages": text.pages,
        "unread": text.unread,
        "marks": sorted(text.marks),
    }
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def decode(answer: bytes, bounds: Bounds) -> FileText:
    """Make the text of an answer; a file may have taken over the child, so nothing in it is trusted.

    Raises ``InvalidAnswer`` for every value that is not one of those that a text may have.
    """
    try:
        value = json.loads(answer, parse_constant=_no_constant)
        lines = value["lines"]
        marks = value["marks"]
        _require(isinstance(lines, list) and len(lines) <= bounds.cells and isinstance(marks, list))
        _require(all(isinstance(mark, str) for mark in marks) and MARKS.issuperset(marks))
        return FileText(
            cast("FileKind", _one_of(value["kind"], _KINDS)),
            tuple(_line(values, bounds) for values in lines),
            _page(value["pages"]),
            _one_of(value["unread"], UNREAD),
            frozenset(marks),
        )
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        raise InvalidAnswer(type(error).__name__) from error


def _line(values: Any, bounds: Bounds) -> Line:
    _require(isinstance(values, list) and len(values) == len(_FIELDS))
    text, page, *places, part = values
    _require(isinstance(text, str) and len(text) <= bounds.line_chars)
    text.encode()  # half a surrogate pair could be shown nowhere
    left, top, right, bottom, size, width, height = map(_point, places)
    where = cast("Part", _one_of(part, _PARTS))
    return Line(text, _page(page), left, top, right, bottom, size, width, height, where)


def _page(value: object) -> int:
    _require(isinstance(value, int) and not isinstance(value, bool))
    number = cast("int", value)
    _require(0 <= number <= _MOST_PAGES)
    return number


def _point(value: object) -> float:
    _require(isinstance(value, int | float) and not isinstance(value, bool))
    number = float(cast("float", value))
    _require(math.isfinite(number))
    return number


def _one_of(value: object, values: frozenset[str]) -> str:
    _require(isinstance(value, str) and value in values)
    return cast("str", value)


def _require(holds: bool) -> None:
    if not holds:
        raise InvalidAnswer("not a text")


def _no_constant(name: str) -> NoReturn:
    raise InvalidAnswer(name)
