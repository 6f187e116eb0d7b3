"""The one file inside an attachment's zip, taken out without trusting the zip."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, BinaryIO

from protocol.package import filename
from protocol.package.limits import KIB, Limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LOCAL_HEADER = b"PK\x03\x04"
_END = b"PK\x05\x06"
_END_RECORD = struct.Struct("<4s4H2LH")
_END64, _LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
_END64_RECORD = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64_BYTES = 20
_LONGEST_COMMENT = 64 * KIB
_ENTRY_HEADER_BYTES = 512  # what the directory may take for one entry, on average
_ENCRYPTED = 0x1
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""What receivers in the field can unzip, and what is unpacked by so much at a time as is asked for.

Of bzip2 and LZMA a few bytes may fill the memory at the first read, whatever the directory says of their size.
"""
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
"""All that ``zipfile`` raises on a zip that is broken; a place before the start of the file is an ``OSError``."""
ZIPS = frozenset({"zip", "jar", "kmz"})
"""Extensions of archives that are zips; the official builder packs other archives (``.rar``) like any other file."""
OFFICE = frozenset({"docx", "docm", "dotx", "xlsx", "xlsm", "xltx", "pptx", "pptm", "ppsx", "odt", "ods", "odp", "odg"})
DOCUMENTS = OFFICE | {"epub"}
"""Extensions of documents that are zips by nature."""
_DOCUMENT_STARTS = (b"[Content_Types].xml", b"_rels/.rels", b"mimetype")
_NAME_AT = 30  # where the name of a zip's first file stands


class AttachmentRefused(Exception):  # noqa: N818 - a verdict about the input, not a fault of the program
    """An attachment that must not be taken in; ``reason`` is a code of the registry of reasons."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


@dataclass(frozen=True, slots=True)
class Entry:
    """What the directory of a zip says about its first file. ``entries`` counts all of them."""

    name: str
    size: int
    compressed: int
    entries: int


def look(payload: BinaryIO, limits: Limits, *, name: str = "") -> Entry:
    """Give the first entry of a zip without unpacking it, and close it. Raises as ``open_first`` does."""
    archive, info = _first(payload, limits, name)
    entry = Entry(info.filename, info.file_size, info.compress_size, len(archive.infolist()))
    _shut(archive, payload)
    return entry


def open_first(payload: BinaryIO, limits: Limits, *, name: str = "") -> BinaryIO:
    """Open the first file of a zip, the only one that receivers look at. Closing the reader closes ``payload`` too.

    ``name`` is the real name of the file, which the zip may not know.

    Raises ``AttachmentRefused``: ``zip-invalid`` (no zip, empty, broken), ``zip-encrypted``, ``zip-nested`` (a zip
    inside the zip that the attachment's name does not tell), ``zip-bomb`` (too many entries, too large, or growing
    beyond the allowed ratio). Reading from the result may raise the same (use ``read``, which turns every way of being
    broken into it).
    """
    archive, info = _first(payload, limits, name)
    try:
        inner = archive.open(info)
    except BROKEN as error:
        _shut(archive, payload)
        raise AttachmentRefused("zip-invalid", str(error)) from error
    allowed = max(limits.zip_free_bytes, info.compress_size * limits.zip_ratio)
    return io.BufferedReader(_Inflating(archive, inner, payload, min(allowed, limits.payload_bytes)), 64 * KIB)


def read(stream: BinaryIO, size: int = -1) -> bytes:
    """Read from a stream of ``open_first``; a broken zip raises ``AttachmentRefused``."""
    try:
        return stream.read(size)
    except BROKEN as error:
        raise AttachmentRefused("zip-invalid", str(error)) from error


def _first(payload: BinaryIO, limits: Limits, name: str) -> tuple[zipfile.ZipFile, zipfile.ZipInfo]:
    try:
        refuse_directory(payload, limits)
        archive = zipfile.ZipFile(payload)
    except BROKEN as error:
        payload.close()
        raise AttachmentRefused("zip-invalid", str(error)) from error
    except AttachmentRefused:
        payload.close()
        raise
    # The first file is the one that starts the stream: what a reader without a look at the directory would get.
    info = next((entry for entry in archive.infolist() if entry.header_offset == 0), None)
    refusal = _refusal(info, limits, name) or _nested(archive, info, name)
    if info is None or refusal is not None:
        _shut(archive, payload)
        raise refusal or AttachmentRefused("zip-invalid", "no file at the start of the zip")
    return archive, info


def _refusal(info: zipfile.ZipInfo | None, limits: Limits, name: str) -> AttachmentRefused | None:
    if info is None or info.is_dir() or info.compress_type not in METHODS:
        return AttachmentRefused("zip-invalid", "no file at the start of the zip")
    if info.flag_bits & _ENCRYPTED:
        return AttachmentRefused("zip-encrypted", info.filename)
    if filename.extension(info.filename) in ZIPS - {filename.extension(name)}:
        return AttachmentRefused("zip-nested", info.filename)
    if info.file_size > limits.payload_bytes:
        return AttachmentRefused("zip-bomb", f"{info.file_size} bytes > {limits.payload_bytes}")
    if info.file_size > max(limits.zip_free_bytes, info.compress_size * limits.zip_ratio):
        return AttachmentRefused("zip-bomb", f"{info.compress_size} -> {info.file_size} bytes")
    return None


def _nested(archive: zipfile.ZipFile, info: zipfile.ZipInfo | None, name: str) -> AttachmentRefused | None:
    """Tell a zip inside the zip by its first bytes, whatever it is called.

    Office documents are zips and are none, nor is what its sender openly names a zip (``bản đồ.kmz``).
    """
    if info is None or {filename.extension(info.filename), filename.extension(name)} & DOCUMENTS:
        return None
    if filename.extension(name) in ZIPS:
        return None
    try:
        with archive.open(info) as inner:
            head = inner.read(_NAME_AT + max(map(len, _DOCUMENT_STARTS)))
    except BROKEN as error:
        return AttachmentRefused("zip-invalid", str(error))
    if not head.startswith(LOCAL_HEADER) or head[_NAME_AT:].startswith(_DOCUMENT_STARTS):
        return None
    return AttachmentRefused("zip-nested", info.filename)


def refuse_directory(payload: BinaryIO, limits: Limits) -> None:
    """Look at the end record before the directory is loaded: a directory alone can fill the memory.

    Raises ``AttachmentRefused`` (``zip-invalid``, ``zip-bomb``); leaves ``payload`` at its start.
    """
    size = payload.seek(0, io.SEEK_END)
    payload.seek(0)
    if payload.read(4) != LOCAL_HEADER:
        raise AttachmentRefused("zip-invalid", "does not begin like a zip")
    payload.seek(max(0, size - _LONGEST_COMMENT - _END_RECORD.size - _LOCATOR64_BYTES - _END64_RECORD.size))
    tail = payload.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_RECORD.size:
        raise AttachmentRefused("zip-invalid", "no directory at the end")
    _, _, _, _, entries, directory, _, _ = _END_RECORD.unpack_from(tail, at)
    locator = at - _LOCATOR64_BYTES
    record = locator - _END64_RECORD.size
    if record >= 0 and tail.startswith(_LOCATOR64, locator) and tail.startswith(_END64, record):
        # The wider record in front is what counts for whoever loads the directory, whatever the short one says.
        _, _, _, _, _, _, _, entries, directory, _ = _END64_RECORD.unpack_from(tail, record)
    if entries > limits.zip_entries or directory > limits.zip_entries * _ENTRY_HEADER_BYTES:
        raise AttachmentRefused("zip-bomb", f"{entries} entries, directory of {directory} bytes")
    payload.seek(0)


def _shut(archive: zipfile.ZipFile, payload: BinaryIO) -> None:
    archive.close()
    payload.close()


class _Inflating(io.RawIOBase):
    """Reads an entry and stops it where it grows beyond what its zip said and the limits allow."""

    def __init__(self, archive: zipfile.ZipFile, inner: IO[bytes], payload: BinaryIO, allowed: int) -> None:
        super().__init__()
        self._archive = archive
        self._inner = inner
        self._payload = payload
        self._left = allowed

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        data = self._inner.read(self._left + 1 if size < 0 else min(size, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise AttachmentRefused("zip-bomb", "grows beyond its limit while unzipping")
        return data

    def readall(self) -> bytes:
        blocks = []
        while block := self.read(64 * KIB):
            blocks.append(block)
        return b"".join(blocks)

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            _shut(self._archive, self._payload)
        super().close()
