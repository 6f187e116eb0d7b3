"""From the bytes of a file to UTF-8, in pieces: byte order marks, UTF-16 and declared encodings."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

CHUNK = 64 * 1024
HEAD = 4 * 1024
"""Bytes that are looked at together to find out what a file is, however small the pieces of its stream."""

UTF8 = "utf-8"

_DECLARED = re.compile(rb"<\?xml\s[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]*)[\"']")
# Encodings in which Python and the XML world mean the same thing; the rest (UTF-7, escapes) can hide markup.
_ACCEPTED = re.compile(r"(?:iso8859-\d+|cp\d+|koi8-[rtu]|tis-620|gb2312|gbk|gb18030|big5|shift_jis|euc_(?:jp|kr))\Z")


class NotText(Exception):  # noqa: N818 - an answer about the input, not a fault of the program
    """The bytes cannot be read as the encoding that they claim."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as UTF-8 pieces without byte order mark.

    ``encoding`` is the name that the file goes by (``utf-8`` unless it says otherwise), ``head`` the first piece as it
    """

    encoding: str
    head: bytes
    chunks: Iterator[bytes]
    transcoded: bool = False
    unknown: bool = False


def open_text(source: BinaryIO | bytes) -> Opened:
    """Find out the encoding of a file and give its content as UTF-8. ``chunks`` may raise ``NotText``."""
    raw = _pieces(source)
    head = b""
    while len(head) < HEAD and (more := next(raw, b"")):
        head += more
    name, skip = _recognise(head)
    head = head[skip:]
    codec = _codec(name)
    if codec is None:
        return Opened(name, head, iter(()), unknown=True)
    if codec == UTF8:
        return Opened(name, head, _chain(head, raw))
    decoded = _decode(codec, name, _chain(head, raw))
    try:
        first = next(decoded, b"")
    except NotText as error:
        return Opened(name, b"", _failing(error), transcoded=True)
    return Opened(name, first, _chain(first, decoded), transcoded=True)


def _pieces(source: BinaryIO | bytes) -> Iterator[bytes]:
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    while chunk := stream.read(CHUNK):
        yield chunk


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _failing(error: NotText) -> Iterator[bytes]:
    raise error
    yield b""


def _recognise(head: bytes) -> tuple[str, int]:
    """Give the encoding of a file by its first bytes, and how many of them are a byte order mark."""
    for mark, name in (
        (codecs.BOM_UTF8, UTF8),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return name, len(mark)
    for start, name in (
        (b"<\0\0\0", "utf-32-le"),
        (b"\0\0\0<", "utf-32-be"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
    ):
        if head.startswith(start):
            return name, 0
    declared = _DECLARED.match(head)
    return (declared[1].decode("ascii").lower() if declared else UTF8), 0


def _codec(name: str) -> str | None:
    """Give the Python codec to read an encoding with, ``utf-8`` where nothing has to be done, ``None`` if unknown."""
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        return None
    if codec in {"utf-8", "ascii"}:
        return UTF8
    if codec == "utf-16":
        # Declared in a file whose declaration is readable as ASCII: it is not UTF-16, whatever it says.
        return UTF8
    if name.startswith(("utf-16-", "utf-32-")) or _ACCEPTED.match(codec):
        return codec
    return None


def _decode(codec: str, name: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode(UTF8)
        yield decoder.decode(b"", final=True).encode(UTF8)
    except UnicodeError as error:
        raise NotText(name) from error
