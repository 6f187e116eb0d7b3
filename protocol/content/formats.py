"""Which reader a file needs, told by its bytes first and its name second."""

from __future__ import annotations

import codecs

from protocol.composition import composed
from protocol.content.bounds import Bounds
from protocol.content.text import FileText, Line
from protocol.package import filekind
from protocol.package.filename import extension

_PDF_WITHIN = 1024
_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_TEXT_NAMES = frozenset({"txt", "csv", "md", "log"})
_LONGEST_LETTER = 4


def read_file(name: str, data: bytes, bounds: Bounds) -> FileText:
    """Read the text of a file; ``unsupported`` for the kinds that nobody here reads.

    May raise whatever a library raises on a broken file: the worker turns that into ``damaged``.
    """
    if len(data) > bounds.file_bytes:
        return FileText("other", unread="too-large")
    named_pdf = extension(name) == "pdf"  # what opens a late PDF header opens it; elsewhere it is a file in a file
    if b"%PDF-" in data[:_PDF_WITHIN] and (named_pdf or not data.startswith((_ZIP, _OLE))):
        from protocol.content.pdf import read_pdf  # noqa: PLC0415 - a reader is loaded when its first file arrives

        return read_pdf(data, bounds)
    if data.startswith(_ZIP):
        from protocol.content.containers import read_container  # noqa: PLC0415 - as above

        return read_container(data, bounds)
    if data.startswith(_OLE):
        from protocol.content.worddoc import read_ole  # noqa: PLC0415 - as above

        return read_ole(data, bounds)
    kind = filekind.sniff(data[: filekind.HEAD])
    if extension(name) in _TEXT_NAMES and not kind:
        return read_text(data, bounds)
    fits = filekind.fits(extension(name), kind) and kind != "exe"
    return FileText("other", unread="unsupported" if fits else "misnamed")


def read_text(data: bytes, bounds: Bounds) -> FileText:
    """Read plain text: UTF-8, UTF-16 with its byte order mark, else Windows-1258 as older Vietnamese systems wrote."""
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return FileText("other", unread="unsupported")
    head = data[: _LONGEST_LETTER * (bounds.text_chars + 1)]
    at_end = len(head) == len(data)  # otherwise the last letter may have been cut
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = codecs.getincrementaldecoder("utf-16")("replace").decode(head, at_end)
    else:
        try:
            text = codecs.getincrementaldecoder("utf-8-sig")().decode(head, at_end)
        except UnicodeDecodeError:
            text = head.decode("cp1258", "replace")
    lines = text_lines(text[: bounds.text_chars], bounds)
    whole = at_end and len(text) <= bounds.text_chars and len(lines) <= bounds.cells
    return FileText("text", lines[: bounds.cells], 0, "" if whole else "too-large")


def text_lines(text: str, bounds: Bounds) -> tuple[Line, ...]:
    """Cut a text into lines in NFC, without the empty ones."""
    flat = (" ".join(composed(line).split()) for line in text.splitlines())
    return tuple(Line(line[: bounds.line_chars]) for line in flat if line)
