"""The files inside an attached archive, each opened without trusting what the directory says of it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, cast

from protocol.package import unzip
from protocol.package.attachment import AttachmentRefused
from protocol.package.limits import Limits
from protocol.package.model import Attachment

_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: ``size`` is what the directory says, ``unread`` why it is not to be opened (or empty)."""

    name: str
    size: int
    open: Callable[[], BinaryIO]
    unread: str = ""


def members(attachment: Attachment, limits: Limits) -> Iterator[Member]:
    """Give the files in an attached zip; each can be opened until the next is asked for. Folders are left out.

    Raises ``AttachmentRefused`` where the zip cannot be looked into.
    """
    with closing(attachment.open_payload()) as stream:
        try:
            unzip.refuse_directory(stream, limits)
            archive = zipfile.ZipFile(stream)
        except unzip.BROKEN as error:
            raise AttachmentRefused("zip-invalid", str(error)) from error
        with archive:
            for info in archive.infolist():
                if not info.is_dir():
                    opened = partial(_opened, archive, info)
                    yield Member(info.filename, info.file_size, opened, _unreadable(info, limits))


def _unreadable(info: zipfile.ZipInfo, limits: Limits) -> str:
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    if info.file_size > max(limits.zip_free_bytes, info.compress_size * limits.zip_ratio):
        return "too-large"
    return "" if info.compress_type in unzip.METHODS else "unsupported"


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    try:
        return cast("BinaryIO", archive.open(info))
    except unzip.BROKEN as error:
        raise AttachmentRefused("zip-invalid", str(error)) from error
