"""The texts of all attached files, also of those inside attached zips, each read once and all within one budget."""

from __future__ import annotations

import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import BinaryIO, cast

from protocol.content.text import AttachedText, Contents, FileText
from protocol.package import unzip
from protocol.package.attachment import AttachmentRefused, Original, original, travels_zipped
from protocol.package.model import Attachment, DocumentPackage
from protocol.rules.context import Context

MOST_FILES = 50
"""Files of one package that are read, those in zips among them; each may take its whole time."""
MOST_SLOW = 2
"""Files that may use up their whole time; after them nothing more of the package is read."""
MOST_LETTERS, MOST_LINES, MOST_SECONDS = 2_000_000, 100_000, 60.0
"""What is read of all files of one package together: every rule of contents looks at all of it."""
_ENCRYPTED = 0x1
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


def attached(context: Context, package: DocumentPackage) -> tuple[AttachedText, ...]:
    """Give the texts of the attachments, one for each; none where nobody asked for contents."""
    return tuple(text for text in looked_into(context, package) if not text.member)


def looked_into(context: Context, package: DocumentPackage) -> tuple[AttachedText, ...]:
    """Give the texts of the attachments and of the files in attached zips, read at the first call.

    What was not read says so in ``unread``: ``refused`` for what the rules of packing refuse, ``too-many`` beyond the
    number of files that are read, ``too-large`` and ``too-slow`` also where the others used up the budget.
    """
    if context.contents is None:
        return ()
    if not context.texts:
        budget = _Budget(context.contents, time.monotonic() + MOST_SECONDS)
        for number, attachment in enumerate(package.attachments, 1):
            context.texts.extend(_of_attachment(context, budget, number, attachment))
    return tuple(context.texts)


@dataclass(slots=True)
class _Budget:
    """What is left of a package's share, and who reads."""

    contents: Contents
    ends: float
    files: int = MOST_FILES
    letters: int = MOST_LETTERS
    lines: int = MOST_LINES
    slow: int = field(default=MOST_SLOW)

    @property
    def spent(self) -> str:
        """Say why nothing more is read; ``""`` where something may be."""
        if self.slow <= 0 or time.monotonic() > self.ends:
            return "too-slow"
        if self.letters <= 0 or self.lines <= 0:
            return "too-large"
        return "" if self.files > 0 else "too-many"

    def read(self, file: Original) -> FileText:
        """Read a file and cut its text to what is left."""
        self.files -= 1
        text = self.contents.read(file.name, file.open, file.size)
        self.slow -= text.unread == "too-slow"
        for kept, line in enumerate(text.lines):
            if self.letters <= 0 or self.lines <= 0:
                return replace(text, lines=text.lines[:kept], unread="too-large")
            self.letters -= len(line.text)
            self.lines -= 1
        return text


def _of_attachment(context: Context, budget: _Budget, number: int, attachment: Attachment) -> Iterator[AttachedText]:
    name = attachment.name or ""
    if spent := budget.spent:
        yield AttachedText(number, name, FileText("other", unread=spent))
        return
    try:
        file = original(attachment, context.limits)
    except AttachmentRefused:
        yield AttachedText(number, name, FileText("other", unread="refused"))
        return
    text = budget.read(file)
    yield AttachedText(number, name, text)
    if "archive" in text.marks and not travels_zipped(attachment):
        for member, inside in _members(context, budget, file):
            yield AttachedText(number, name, inside, member)


def _members(context: Context, budget: _Budget, file: Original) -> Iterator[tuple[str, FileText]]:
    """Yield names and texts of the files in a zip; archives in archives are not opened."""
    limits = context.limits
    with closing(file.open()) as stream:
        try:
            unzip.refuse_directory(stream, limits)
            archive = zipfile.ZipFile(stream)
        except (AttachmentRefused, *_BROKEN):
            yield "*", FileText("other", unread="too-large")
            return
        with archive:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                unread = budget.spent or _unreadable(info, limits.zip_free_bytes, limits.zip_ratio)
                if unread:
                    yield info.filename, FileText("other", unread=unread)
                else:
                    opened = partial(_opened, archive, info)
                    yield info.filename, budget.read(Original(info.filename, info.file_size, "", opened))
                if unread == "too-many":
                    return  # one line for all that follow


def _unreadable(info: zipfile.ZipInfo, free_bytes: int, ratio: int) -> str:
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    if info.file_size > max(free_bytes, info.compress_size * ratio):
        return "too-large"
    return "" if info.compress_type in _METHODS else "unsupported"


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    try:
        return cast("BinaryIO", archive.open(info))
    except _BROKEN as error:
        raise AttachmentRefused("zip-invalid", str(error)) from error
