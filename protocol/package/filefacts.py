"""Facts about one attached file that its bytes give away, without opening it as what it is.

Only the first and the last 64 KiB of a file are held in memory; zips and old office files are looked into by their
directories, through a temporary file where they travel inside another zip.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from protocol.package import compound, pdfbytes, unzip
from protocol.package.attachment import travels_zipped
from protocol.package.compound import LOCKED, MACROS
from protocol.package.filekind import HEAD, is_test_virus, sniff
from protocol.package.limits import MIB, Limits
from protocol.package.model import Attachment

_ENCRYPTED_ENTRY = 0x1
_VBA = ("word/vbaProject.bin", "xl/vbaProject.bin", "ppt/vbaProject.bin")
_SMALL_ENTRY = 128


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside an archive, as its directory tells; ``test_virus`` says that it is the EICAR file."""

    name: str
    size: int
    compressed: int
    locked: bool
    test_virus: bool = False


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of one file: its size, the kind that its first bytes show, its two ends.

    ``marks`` are ``macros`` and ``locked`` (opens with a password only), ``members`` the files of a zip; both are empty
    where nothing certain was seen. ``entries`` is how many files the zip that it travelled in holds (0: none).
    """

    size: int
    kind: str
    head: bytes
    tail: bytes
    marks: frozenset[str] = frozenset()
    members: tuple[Member, ...] = ()
    entries: int = 0


def facts(attachment: Attachment, limits: Limits) -> FileFacts:
    """Look at the file that an attachment carries, unzipped where the zip rule says so and read to its end then.

    Raises ``AttachmentRefused`` as ``attachment.original`` does.
    """
    if not travels_zipped(attachment):
        with attachment.open_payload() as stream:
            return _seekable(stream, 0, limits)
    name = attachment.name or ""
    entries = unzip.look(attachment.open_payload(), limits, name=name).entries
    with unzip.open_first(attachment.open_payload(), limits, name=name) as stream:
        return _streamed(stream, entries, limits)


def _seekable(stream: BinaryIO, entries: int, limits: Limits) -> FileFacts:
    head = stream.read(HEAD)
    size = stream.seek(0, 2)
    stream.seek(max(0, size - HEAD))
    tail = stream.read(HEAD)
    kind = sniff(head)
    members: tuple[Member, ...] = ()
    marks: frozenset[str] = frozenset()
    if kind == "zip":
        members = _members(stream, limits)
        marks = frozenset({MACROS} if any(member.name in _VBA for member in members) else ())
    elif kind == "ole":
        marks = compound.marks(stream)
    elif kind == "pdf" and pdfbytes.needs_password(head, tail):
        marks = frozenset({LOCKED})
    return FileFacts(size, kind, head, tail, marks, members, entries)


def _streamed(stream: BinaryIO, entries: int, limits: Limits) -> FileFacts:
    head = unzip.read(stream, HEAD)
    if sniff(head) in {"zip", "ole"}:
        with _spooled(stream, head) as copy:
            return _seekable(copy, entries, limits)
    size, tail = len(head), head
    while block := unzip.read(stream, HEAD):
        size += len(block)
        tail = (tail + block)[-HEAD:]
    kind = sniff(head)
    locked = kind == "pdf" and pdfbytes.needs_password(head, tail)
    return FileFacts(size, kind, head, tail, frozenset({LOCKED} if locked else ()), entries=entries)


@contextmanager
def _spooled(stream: BinaryIO, head: bytes) -> Iterator[BinaryIO]:
    with tempfile.SpooledTemporaryFile(MIB, prefix="axis28-") as copy:
        copy.write(head)
        while block := unzip.read(stream, HEAD):
            copy.write(block)
        copy.seek(0)
        yield cast("BinaryIO", copy)


def _members(stream: BinaryIO, limits: Limits) -> tuple[Member, ...]:
    """Read the directory of a zip; nothing for one that is broken or longer than the limits allow."""
    try:
        unzip.refuse_directory(stream, limits)
        with zipfile.ZipFile(stream) as archive:
            return tuple(_member(archive, info) for info in archive.infolist() if not info.is_dir())
    except (*unzip.BROKEN, unzip.AttachmentRefused):
        return ()


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    locked = bool(info.flag_bits & _ENCRYPTED_ENTRY)
    test_virus = False
    if not locked and info.compress_type in unzip.METHODS and 0 < info.file_size <= _SMALL_ENTRY:
        try:
            with archive.open(info) as inner:
                head = inner.read(_SMALL_ENTRY + 1)
        except unzip.BROKEN:
            head = b""
        test_virus = is_test_virus(head, len(head))
    return Member(info.filename, info.file_size, info.compress_size, locked, test_virus)
