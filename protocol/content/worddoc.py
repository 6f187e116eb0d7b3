"""The text of Word 97–2003 files: the piece table of the binary format ([MS-DOC] 2.4.1, 2.8.35, 2.9.177)."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile

from protocol.content.bounds import Bounds
from protocol.content.formats import text_lines
from protocol.content.text import FileText, Line, Part
from protocol.package import compound

_WORD_97 = 0xA5EC
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_FLAGS_AT, _LENGTHS_AT, _CLX_AT = 0x0A, 0x4C, 0x01A2
_LENGTHS = struct.Struct("<7i")  # characters of text, footnotes, headers, macros, comments, endnotes, text boxes
_PARTS: tuple[Part, ...] = ("body", "note", "header", "comment", "comment", "note", "box")
_PIECES_FOLLOW, _PROPERTIES_FOLLOW = 2, 1
_ONE_BYTE = 0x4000_0000
_BREAKS = {7: "\n", 11: "\n", 12: "\n", 13: "\n", 9: "\n", 30: "-", 31: "", 0xA0: " ", 1: "", 8: "", 5: "", 2: ""}


def read_ole(data: bytes, bounds: Bounds) -> FileText:
    """Read a compound file: the text of ``.doc``; ``encrypted`` office packages; everything else ``unsupported``."""
    with olefile.OleFileIO(io.BytesIO(data)) as container:
        macros = container.exists("Macros/VBA") or container.exists("_VBA_PROJECT_CUR") or container.exists("VBA")
        marks = frozenset({"macros"} if macros else ())
        if container.exists("EncryptedPackage"):
            return FileText("other", unread="encrypted", marks=marks | {"encrypted"})
        if not container.exists("WordDocument"):
            sheet = container.exists("Workbook") or container.exists("Book")
            if compound.LOCKED in compound.marks(io.BytesIO(data)):
                return FileText("sheet" if sheet else "other", unread="encrypted", marks=marks | {"encrypted"})
            return FileText("sheet" if sheet else "other", unread="unsupported", marks=marks)
        stream = container.openstream("WordDocument").read()
        kind, flags = struct.unpack_from("<H", stream)[0], struct.unpack_from("<H", stream, _FLAGS_AT)[0]
        if kind != _WORD_97:
            return FileText("word", unread="unsupported", marks=marks)
        if flags & _ENCRYPTED:
            return FileText("word", unread="encrypted", marks=marks | {"encrypted"})
        table = container.openstream("1Table" if flags & _SECOND_TABLE else "0Table").read()
    text = "".join(_pieces(stream, table, bounds.text_chars))
    lines = tuple(_lines(text, _LENGTHS.unpack_from(stream, _LENGTHS_AT), bounds))
    whole = len(text) < bounds.text_chars and len(lines) <= bounds.cells
    return FileText("word", lines[: bounds.cells], 0, "" if whole else "too-large", marks)


def _pieces(stream: bytes, table: bytes, most: int) -> Iterator[str]:
    """Yield the text in its order; each piece is Windows-1252 or UTF-16."""
    at, length = struct.unpack_from("<II", stream, _CLX_AT)
    clx = table[at : at + length]
    place = 0
    while clx[place] == _PROPERTIES_FOLLOW:
        place += 3 + int(struct.unpack_from("<H", clx, place + 1)[0])
    if clx[place] != _PIECES_FOLLOW:
        raise ValueError("no piece table")
    size = int(struct.unpack_from("<I", clx, place + 1)[0])
    plc = clx[place + 5 : place + 5 + size]
    count = (len(plc) - 4) // 12
    positions = struct.unpack_from(f"<{count + 1}I", plc)
    for index in range(count):
        characters = min(positions[index + 1] - positions[index], most)
        if characters < 0:
            raise ValueError("pieces out of order")
        start = int(struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * index + 2)[0])
        if start & _ONE_BYTE:
            begin = (start & ~_ONE_BYTE) // 2
            yield stream[begin : begin + characters].decode("cp1252", "replace")
        else:
            yield stream[start : start + 2 * characters].decode("utf-16-le", "replace")
        most -= characters
        if most <= 0:
            return


def _lines(text: str, lengths: tuple[int, ...], bounds: Bounds) -> Iterator[Line]:
    at = 0
    for length, part in zip(lengths, _PARTS, strict=True):
        shown = _without_fields(text[at : at + max(length, 0)]).translate(_BREAKS)
        for line in text_lines(shown, bounds):
            yield Line(line.text, part=part)
        at += max(length, 0)


def _without_fields(text: str) -> str:
    """Leave out the instructions of fields (between the marks 19 and 20), keep their results."""
    kept: list[str] = []
    inside = 0
    for letter in text:
        if letter == "\x13":
            inside += 1
        elif letter in "\x14\x15":
            inside = max(0, inside - 1) if letter == "\x14" or inside else 0
        elif not inside:
            kept.append(letter)
    return "".join(kept)
