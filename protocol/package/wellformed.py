"""Where a text stops being XML, by byte, and what stands there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.parsers import expat

# A word is not taken whole: in base64 it would be a piece of a payload, longer or shorter by how the bytes came in.
_TOKEN = re.compile(rb"</?[^\s<>]{0,60}+>?|&[#\w]{1,40}+;|[\xc2-\xf4][\x80-\xbf]{1,3}|.", re.DOTALL)
_BEGINNINGS = (b"</", b"<!", b"<?", b"&#", b"<", b"&")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes ``start`` to ``end`` (exclusive) of a skeleton."""

    start: int
    end: int


def first_error(skeleton: bytes) -> Span | None:
    """Find where a text stops being XML: the tag, reference or character there; where it just ends, its last tag."""
    parser = expat.ParserCreate("utf-8")
    try:
        parser.Parse(skeleton, True)
    except expat.ExpatError:
        return _token_at(skeleton, min(parser.ErrorByteIndex, len(skeleton)))
    return None


def _token_at(skeleton: bytes, at: int) -> Span:
    if at == len(skeleton):
        at = max(0, skeleton.rfind(b"<"))
    # The parser stops at the letter that it cannot take, which is the one behind a lone "&" or "<".
    start = next((at - len(mark) for mark in _BEGINNINGS if skeleton.endswith(mark, 0, at)), at)
    token = _TOKEN.match(skeleton, start)
    return Span(start, token.end() if token else min(start + 1, len(skeleton)))
