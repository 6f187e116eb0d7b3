"""CDATA sections of any length, cut into short ones: the parser would keep a long one in memory to its end.

What they say stays the same, and so does all else: the cuts are made before letters and digits only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

LONGEST = 1 << 16
"""Bytes of a section that are let through before it is cut at the next place where that can be done."""
_SECTION = b"<![CDATA["
_ENDS = {b"<!--": b"-->", b"<?": b"?>", _SECTION: b"]]>"}
_OPENED = re.compile(b"|".join(map(re.escape, _ENDS)))
_CUT = re.compile(rb"[A-Za-z0-9](?=[^A-Za-z0-9]*\Z)")
_KEPT = max(map(len, _ENDS)) - 1
"""Bytes that may be the beginning of something."""


def shortened(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Give a well-formed document, in an encoding that has ASCII in it, whose CDATA sections are short."""
    opened, passed, rest = b"", 0, b""
    for chunk in chunks:
        data, at = rest + chunk, 0
        while True:
            end, now = _next(data, at, opened)
            piece, at = data[at:end], end
            passed = passed + len(piece) if opened == _SECTION else 0
            cut = _CUT.search(piece) if passed > LONGEST and now == opened else None
            if cut is not None:
                yield piece[: cut.start()] + _ENDS[_SECTION] + _SECTION
                piece, passed = piece[cut.start() :], 0
            yield piece
            if now == opened:
                break
            opened = now
        rest = data[at:]
    yield rest


def _next(data: bytes, at: int, opened: bytes) -> tuple[int, bytes]:
    """Say how far from ``at`` the data can be let through, and what is open there."""
    held = max(len(data) - _KEPT, at)
    if opened:
        end = data.find(_ENDS[opened], at)
        return (held, opened) if end < 0 else (end + len(_ENDS[opened]), b"")
    found = _OPENED.search(data, at)
    return (held, b"") if found is None else (found.end(), found[0])
