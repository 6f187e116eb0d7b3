"""The text of office documents that are zips of XML: Word, Excel, PowerPoint and OpenDocument."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from protocol.content.bounds import Bounds
from protocol.content.paragraphs import flat, paragraphs
from protocol.content.text import FileKind, FileText, Line, Part
from protocol.package import unzip

_BROKEN = (*unzip.BROKEN, KeyError)
_WORD_PARTS: tuple[tuple[str, Part], ...] = (
    (r"word/document\d*\.xml", "body"),
    (r"word/header\d*\.xml", "header"),
    (r"word/footer\d*\.xml", "footer"),
    (r"word/(?:foot|end)notes\.xml", "note"),
    (r"word/comments\.xml", "comment"),
)
_OPEN_DOCUMENTS: dict[str, FileKind] = {"text": "word", "spreadsheet": "sheet", "presentation": "slides"}
_SHEET = r"xl/worksheets/[^/]+\.xml"
_SLIDE = r"ppt/slides/[^/]+\.xml"
_NUMBER = re.compile(r"\d{1,4}(?=\.xml\Z)", re.ASCII)
_INDEX_DIGITS = 7
_TOO_LARGE = frozenset({"ERR_RESOURCE_LIMIT", "ERR_NO_MEMORY", "ERR_NAME_TOO_LONG"})
_HEADER_CODES = re.compile(r'&(?:"[^"]*"|[0-9]+|K[0-9A-F]{6}|[LCRBIUESXYPNDTZFAGOH])')


class _DamagedPartError(Exception):
    """A part that is not XML, or has a document type."""


class _Container:
    """The parts of one office file, each unpacked and parsed within the bounds."""

    def __init__(self, archive: zipfile.ZipFile, bounds: Bounds) -> None:
        self._archive = archive
        self._bounds = bounds
        self.names = archive.namelist()

    def has(self, name: str) -> bool:
        return name in self.names

    def matching(self, pattern: str) -> list[str]:
        return sorted((name for name in self.names if re.fullmatch(pattern, name)), key=lambda name: (len(name), name))

    def text(self, name: str) -> bytes:
        with self._archive.open(name) as part:
            data = part.read(self._bounds.part_bytes + 1)
        if len(data) > self._bounds.part_bytes:
            raise MemoryError(name)
        return data

    def root(self, name: str) -> etree._Element:
        data = self.text(name)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            large = any(entry.type_name in _TOO_LARGE or "huge" in entry.message for entry in parser.error_log)
            if large and b"<!DOCTYPE" not in data:
                raise MemoryError(name) from error
            raise _DamagedPartError(name) from error
        if root.getroottree().docinfo.doctype:
            raise _DamagedPartError(name)
        return root


def read_container(data: bytes, bounds: Bounds) -> FileText:
    """Read an office document; other zips are ``unsupported`` and have the mark ``archive``.

    Headers, footers, text boxes, notes and comments are read too; deleted text that is still in the file is not. A
    part with a document type declaration makes the file ``damaged``: office programs write none.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN:
        return FileText("other", unread="damaged")
    with archive:
        if len(archive.namelist()) > bounds.parts:
            return FileText("other", unread="too-large")
        return _read(_Container(archive, bounds), bounds)


def _read(container: _Container, bounds: Bounds) -> FileText:
    kind, lines = _kind(container)
    macros = any(name.endswith("vbaProject.bin") for name in container.names)
    embedded = any("/embeddings/" in name for name in container.names)
    marks = {"macros": macros, "embedded-files": embedded}
    said = frozenset(name for name, holds in marks.items() if holds)
    if lines is None:
        return FileText("other", unread="unsupported", marks=said | {"archive"})
    kept: list[Line] = []
    left = bounds.text_chars
    unread = ""
    try:
        for line in lines:
            kept.append(replace(line, text=line.text[: bounds.line_chars]))
            left -= len(line.text)
            if left <= 0 or len(kept) >= bounds.cells:
                unread = "too-large"
                break
    except MemoryError:
        unread = "too-large"
    except (_DamagedPartError, *_BROKEN):
        unread = "damaged"
    pages = max((line.page for line in kept), default=0)
    return FileText(kind, tuple(kept), pages, unread or ("" if kept or kind == "sheet" else "no-text"), said)


def _kind(container: _Container) -> tuple[FileKind, Iterator[Line] | None]:
    if container.matching(_WORD_PARTS[0][0]):
        return "word", _word(container)
    if container.has("xl/workbook.xml"):
        return "sheet", _sheets(container)
    if container.has("ppt/presentation.xml"):
        return "slides", _slides(container)
    if container.has("content.xml") and container.has("mimetype"):
        said = container.text("mimetype")[:200].decode("ascii", "replace").strip()
        kind = _OPEN_DOCUMENTS.get(said.rpartition(".")[2])
        if kind:
            return kind, _open_document(container)
    return "other", None


def _word(container: _Container) -> Iterator[Line]:
    for pattern, part in _WORD_PARTS:
        for name in container.matching(pattern):
            yield from paragraphs(container.root(name), part)


def _sheets(container: _Container) -> Iterator[Line]:
    shared: list[str] = []
    if container.has("xl/sharedStrings.xml"):
        shared = ["".join(item.itertext("{*}t")) for item in container.root("xl/sharedStrings.xml").iterfind("{*}si")]
    for page, name in _numbered(container.matching(_SHEET)):
        root = container.root(name)
        for cell in root.iter("{*}c"):
            text = _cell(cell, shared)
            if text:
                yield Line(text, page, part="cell")
        for printed in root.iterfind("{*}headerFooter/*"):
            part: Part = "footer" if "Footer" in str(printed.tag) else "header"
            for piece in _HEADER_CODES.sub("\n", printed.text or "").splitlines():
                if piece.strip():
                    yield Line(flat(piece), page, part=part)


def _numbered(names: list[str]) -> Iterator[tuple[int, str]]:
    """Yield sheets or slides with their numbers: those in their names, else their places."""
    for place, name in enumerate(names, 1):
        found = _NUMBER.search(name)
        yield int(found[0]) if found else place, name


def _cell(cell: etree._Element, shared: list[str]) -> str:
    kind = cell.get("t")
    if kind == "inlineStr":
        return flat("".join(cell.itertext("{*}t")))
    value = cell.findtext("{*}v") or ""
    if kind == "s":
        known = value.isdecimal() and len(value) <= _INDEX_DIGITS and int(value) < len(shared)
        return flat(shared[int(value)]) if known else ""
    return flat(value) if kind == "str" else ""


def _slides(container: _Container) -> Iterator[Line]:
    for page, name in _numbered(container.matching(_SLIDE)):
        for line in paragraphs(container.root(name), "body"):
            yield replace(line, page=page)
    for name in container.matching(r"ppt/notesSlides/notesSlide\d+\.xml"):
        yield from paragraphs(container.root(name), "note")


def _open_document(container: _Container) -> Iterator[Line]:
    yield from paragraphs(container.root("content.xml"), "body")
    if container.has("styles.xml"):
        styles = container.root("styles.xml")
        for block in styles.iter("{*}header", "{*}header-left", "{*}header-first"):
            yield from paragraphs(block, "header")
        for block in styles.iter("{*}footer", "{*}footer-left", "{*}footer-first"):
            yield from paragraphs(block, "footer")
