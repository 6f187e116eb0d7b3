"""Accounts for every byte that was appended to a PDF after a signature: objects that a table lists, tables, blanks.

A reader that finds a table broken looks through the file for objects by itself, and so may show what no table lists:
another document than the one that was verified. Hence such objects are refused, and tables have to be in the form
that every reader takes (ISO 32000-1, 7.5.4): what pyHanko corrects silently others rebuild.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionMetaInfo, XRefSectionType

from protocol.signatures.pdf.broken import BROKEN
from protocol.signatures.pdf.facts import Change

_HEAD = re.compile(rb"[\0\t\n\f\r ]*([0-9]+)[\0\t\n\f\r ]+([0-9]+)[\0\t\n\f\r ]+obj")
_XREF = re.compile(rb"xref[\t ]*(?:\r\n|\r|\n)")
_SECTION = re.compile(rb"([0-9]+) ([0-9]+)[\t ]*(?:\r\n|\r|\n)")
_ROW = re.compile(rb"[0-9]{10} [0-9]{5} [nf](?: \r| \n|\r\n)")
_ROW_SIZE = 20
_TRAILER = re.compile(rb"[\0\t\n\f\r ]*trailer[\0\t\n\f\r ]*(?=<<)")
_END = re.compile(
    rb"(?:[\0\t\n\f\r ]|%(?!%EOF)(?:(?!obj)[^\r\n])*+)*+startxref[\0\t\n\f\r ]+([0-9]+)[\0\t\n\f\r ]+%%EOF"
)
_COMMENT = re.compile(rb"%[^\r\n]*")
_OBJECT = re.compile(rb"[0-9][\0\t\n\f\r ]+[0-9]+[\0\t\n\f\r ]*obj|\btrailer\b|\bxref\b|\bstream\b")
_END_OF_OBJECT = b"endobj"
_BLANK = b"\0\t\n\f\r "


class _Odd(Exception):  # noqa: N818 - a verdict about the form
    """What is appended is not in the form that every reader takes."""


_ODD: tuple[type[Exception], ...] = (_Odd, *BROKEN)


@dataclass(frozen=True, slots=True, order=True)
class _Span:
    begin: int
    end: int


def unlisted(reader: PdfFileReader, data: bytes, signed: int, begin: int) -> Iterator[Change]:
    """Name what is behind ``begin``, the end of the signed bytes, and belongs to no revision after ``signed``.

    Behind the last table nothing is looked at. A table of an odd form, and bytes that are no object, are no breach
    but leave open what a reader makes of them.
    """
    spans: list[_Span] = []
    ends: list[tuple[int, int]] = []
    for number in range(signed + 1, reader.xrefs.total_revisions):
        try:
            made = list(_spans(reader, data, number))
        except _ODD:
            yield Change("other", number + 1, where="xref", permitted=None)
            made = list(_readable(reader, data, number))
        spans += made
        ends.append((max([_end(reader, data, number), *(each.end for each in made)]), number + 1))
    last = max((end for end, _ in ends), default=begin)
    for gap in _gaps(sorted(spans), begin, last):
        found = data[gap.begin : gap.end]
        revision = next((number for end, number in ends if gap.begin < end), reader.xrefs.total_revisions)
        if _OBJECT.search(found):
            yield Change("hidden-object", revision, where=f"@{gap.begin}")
        elif _COMMENT.sub(b"", found).strip(_BLANK):
            yield Change("other", revision, where=f"@{gap.begin}", permitted=None)


def _end(reader: PdfFileReader, data: bytes, number: int) -> int:
    end = data.find(b"%%EOF", reader.xrefs.get_xref_container_info(number).end_location)
    return len(data) if end < 0 else end + len(b"%%EOF")


def _gaps(spans: list[_Span], begin: int, last: int) -> Iterator[_Span]:
    spans = [each for each in spans if each.begin >= begin]  # what begins before accounts for nothing behind
    for each in spans:
        if each.begin > begin:
            yield _Span(begin, each.begin)
        begin = max(begin, each.end)
    if last > begin:
        yield _Span(begin, last)


def _spans(reader: PdfFileReader, data: bytes, number: int) -> Iterator[_Span]:
    """Give the bytes of a revision; raises where its table or one of its objects is odd."""
    meta = reader.xrefs.get_xref_container_info(number)
    yield _table(reader, data, meta)
    yield from (_object(reader, data, *each) for each in _listed(reader, number))


def _readable(reader: PdfFileReader, data: bytes, number: int) -> Iterator[_Span]:
    """Give the bytes of what can be read of a revision that is odd; of its table those that look like one."""
    meta = reader.xrefs.get_xref_container_info(number)
    for each in _listed(reader, number):
        with suppress(*_ODD):
            yield _object(reader, data, *each)
    if meta.xref_section_type == XRefSectionType.STREAM:
        reference: Any = meta.stream_ref
        with suppress(*_ODD):
            yield _object(reader, data, reference.idnum, reference.generation, meta.start_location)
        return
    start = data.rfind(b"xref", 0, meta.start_location + len(b"xref"))
    end = data.find(b"%%EOF", max(meta.end_location, start, 0))
    if 0 <= start < end and not _HEAD.search(data, start, end):
        yield _Span(start, end + len(b"%%EOF"))


def _listed(reader: PdfFileReader, number: int) -> Iterator[tuple[int, int, int]]:
    """Give number, generation and place of the objects that a revision lists, with the table in a stream beside it."""
    section = reader.xrefs.get_xref_data(number)
    for part in (section, section.hybrid.xref_data if section.hybrid else None):
        for idnum, (generation, place) in (part.standard_xrefs if part else {}).items():
            yield idnum, generation, place
    if section.hybrid and (reference := section.hybrid.meta_info.stream_ref):
        yield reference.idnum, reference.generation, section.hybrid.meta_info.declared_startxref


def _object(reader: PdfFileReader, data: bytes, idnum: int, generation: int, place: int) -> _Span:
    head = _HEAD.match(data, place)
    if head is None or (int(head[1]), int(head[2])) != (idnum, generation):
        raise _Odd
    end = _end_of(reader, head.end(), generic.Reference(idnum, generation, reader))
    end += len(data[end : end + 64]) - len(data[end : end + 64].lstrip(_BLANK))
    if not data.startswith(_END_OF_OBJECT, end):
        raise _Odd
    return _Span(place, end + len(_END_OF_OBJECT))


def _end_of(reader: PdfFileReader, place: int, reference: Any) -> int:
    stream: Any = reader.stream
    stream.seek(place)
    misc.read_non_whitespace(stream, seek_back=True)
    generic.read_object(stream, reference)
    return int(stream.tell())


def _table(reader: PdfFileReader, data: bytes, meta: XRefSectionMetaInfo) -> _Span:
    place = meta.declared_startxref
    if meta.xref_section_type == XRefSectionType.STREAM:
        reference: Any = meta.stream_ref
        at = _object(reader, data, reference.idnum, reference.generation, place).end
    else:
        at = _rows(data, place)
        trailer = _TRAILER.match(data, at)
        if trailer is None:
            raise _Odd
        at = _end_of(reader, trailer.end(), generic.TrailerReference(reader))
    end = _END.match(data, at)
    if end is None or int(end[1]) != place:
        raise _Odd
    return _Span(place, end.end())


def _rows(data: bytes, place: int) -> int:
    """Give where the rows of a table end; each has exactly twenty bytes."""
    head = _XREF.match(data, place)
    if head is None:
        raise _Odd
    at = head.end()
    while (section := _SECTION.match(data, at)) is not None:
        at = section.end()
        for _ in range(int(section[2])):
            if _ROW.match(data, at) is None:
                raise _Odd
            at += _ROW_SIZE
    return at
