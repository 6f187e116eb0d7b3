"""Opens a PDF with pyHanko: by the rules of the format, or, where it breaks them, as forgivingly as viewers do."""

from __future__ import annotations

import io
import re
from typing import Any, Literal

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.reader import PdfFileReader

from protocol.signatures.pdf.broken import BROKEN

_DIGITS = re.compile(rb"[0-9A-Fa-f]*+")
_BLOCK = 64 * 1024
_letter_by_letter = generic.read_hex_string_from_stream


def _hex_string(stream: Any) -> Any:
    """Read a string of hexadecimal digits at once.

    pyHanko does so letter by letter, several times a file: seconds where a signer left room for a million digits.
    Whatever is not an even number of digits is left to it.
    """
    place = stream.tell()
    stream.read(1)
    blocks: list[bytes] = []
    end = b""
    while not end and (block := stream.read(_BLOCK)):
        found = _DIGITS.match(block)
        count = found.end() if found else 0
        blocks.append(block[:count])
        end = block[count : count + 1]
    digits = b"".join(blocks)
    if end != b">" or len(digits) % 2:
        stream.seek(place)
        return _letter_by_letter(stream)
    stream.seek(place + len(digits) + len(b"<>"))
    return generic.pdf_string(bytes.fromhex(digits.decode("ascii")))


generic.read_hex_string_from_stream = _hex_string

Manner = Literal["strict", "hybrid", "lenient"]
"""``hybrid``: it keeps the rules, and has two tables beside each other, as common office programs write them."""


class Reader(PdfFileReader):
    """Takes a reference to an object that is not there for null (ISO 32000-1, 7.3.10); pyHanko refuses it."""

    def _read_object(self, ref: Any, marker: Any, *rest: Any, **named: Any) -> Any:
        if marker is None:
            nothing = generic.NullObject()
            nothing.container_ref = ref
            return nothing
        return super()._read_object(ref, marker, *rest, **named)


def opened(data: bytes) -> tuple[Reader | None, Manner]:
    """Open a file, and say in which manner that went; ``None`` where it asks for a password."""
    manner: Manner = "strict"
    for strict in (True, False):
        try:
            reader = Reader(io.BytesIO(data), strict=strict)
            if strict and reader.xrefs.hybrid_xrefs_present:
                manner = "hybrid"  # pyHanko reads these in its lenient mode only
                continue
            if reader.encrypted and not _unlocked(reader):
                return None, manner
            reader.root["/Pages"]  # a catalog that cannot be read is found out here
        except BROKEN:
            if not strict:
                raise
            manner = "lenient"
            continue
        return reader, manner
    raise AssertionError("the second attempt returns or raises")


def _unlocked(reader: PdfFileReader) -> bool:
    """Open with the empty password a file that restricts printing or copying only."""
    try:
        return reader.decrypt(b"").status != AuthStatus.FAILED
    except BROKEN:
        return False
