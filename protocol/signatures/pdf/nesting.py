"""Whether bytes are elements within elements, as ASN.1 is written (X.690), with no byte between them.

Parsers read what they are asked for and pass over the rest: bytes behind the last field of a sequence would be a place
where anything can stand unseen in a signature.
"""

from __future__ import annotations

from dataclasses import dataclass

DEEPEST = 64
"""Elements within elements; a signature with timestamp and revocation data has some twenty."""
MOST = 1_000_000
"""Elements that are looked at: more than any signature with all of its revocation data has."""
_CONSTRUCTED, _LONG_TAG, _CLASS = 0x20, 0x1F, 0xC0
_INDEFINITE = 0x80
_LONGEST_LENGTH = 4
_ALWAYS_LISTS = frozenset({0x08, 0x0B, 0x10, 0x11})
"""Sequence, set, and two rare kinds of sequences."""
_IN_PIECES = frozenset({0x03, 0x04, 0x0C, *range(0x12, 0x1F)})
"""Strings and times, which BER may write in pieces; no other universal type holds elements."""


@dataclass(frozen=True, slots=True)
class _Open:
    """An element that is being read; ``end`` is ``None`` where two zero bytes end it."""

    end: int | None
    limit: int


def well_nested(data: bytes) -> bool:
    """Tell whether the data are one element of ASN.1, whole, and all that it holds are such elements.

    Not where there are more than ``MOST`` of them, or more than ``DEEPEST`` within each other.
    """
    at, seen, within = 0, 0, [_Open(len(data), len(data))]
    while within:
        top = within[-1]
        if at == top.end:
            within.pop()
            continue
        if top.end is None and data[at : min(at + 2, top.limit)] == b"\0\0":
            at += 2
            within.pop()
            continue
        seen += 1
        if (len(within) == 1 and at) or at >= top.limit or len(within) > DEEPEST or seen > MOST:
            return False  # a second element at the top, or no end, or no end of them
        head = _head(data, at, top.limit)
        if head is None:
            return False
        begin, length, constructed = head
        end = top.limit if length is None else begin + length
        if end > top.limit:
            return False
        at = begin if constructed else end
        if constructed:
            within.append(_Open(None if length is None else end, end))
    return 0 < at == len(data)


def _head(data: bytes, at: int, limit: int) -> tuple[int, int | None, bool] | None:
    """Give where the content of an element begins, its length, and whether it holds elements."""
    tag = data[at]
    constructed = bool(tag & _CONSTRUCTED)
    if not tag & _CLASS and not _fits(tag & _LONG_TAG, constructed=constructed):
        return None
    at += 1
    if tag & _LONG_TAG == _LONG_TAG:
        while at < limit and data[at] & 0x80:
            at += 1
        at += 1
    if at >= limit:
        return None
    short = data[at]
    at += 1
    if short < _INDEFINITE:
        return at, short, constructed
    if short == _INDEFINITE:
        return (at, None, True) if constructed else None
    size = short & 0x7F
    if size > _LONGEST_LENGTH or at + size > limit:
        return None
    return at + size, int.from_bytes(data[at : at + size], "big"), constructed


def _fits(kind: int, *, constructed: bool) -> bool:
    """Tell whether a universal type may be written so; 0 is no type but the mark of an end, which stands elsewhere."""
    if kind in _ALWAYS_LISTS:
        return constructed
    return kind != 0 and (not constructed or kind in _IN_PIECES)
