"""Old office files (OLE compound files): whether they carry macros or open with a password only."""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

MACROS, LOCKED = "macros", "locked"

_VBA = frozenset({"VBA", "_VBA_PROJECT", "_VBA_PROJECT_CUR"})
_FIB_MAGIC = b"\xec\xa5"
_FIB_FLAGS = slice(10, 12)
_FIB_ENCRYPTED = 0x0100
_FILEPASS = 0x002F
_RECORD = struct.Struct("<HH")
_RECORDS = 64  # the record of a password stands among the first of a workbook
_LOOKED_AT = 4096


def marks(stream: BinaryIO) -> frozenset[str]:
    """Give ``macros`` and ``locked`` of a seekable file; nothing for one that is broken.

    Seen are storages of VBA, the encrypted package of newer Office, the flag of Word 97 and the record of Excel 97.
    """
    import olefile  # noqa: PLC0415 - loaded only for the files that need it

    stream.seek(0)
    try:
        with olefile.OleFileIO(stream) as container:
            return frozenset(_marks(container))
    except Exception:  # noqa: BLE001 - the library leaves errors of any kind to its callers where a file is broken
        return frozenset()


def _marks(container: Any) -> set[str]:
    paths = [[part.upper() for part in path] for path in container.listdir(streams=True, storages=True)]
    found = set()
    if any(_VBA.intersection(path) for path in paths):
        found.add(MACROS)
    if ["ENCRYPTEDPACKAGE"] in paths or _word_is_locked(container) or _workbook_is_locked(container):
        found.add(LOCKED)
    return found


def _word_is_locked(container: Any) -> bool:
    start = _start_of(container, "WordDocument")
    return start.startswith(_FIB_MAGIC) and bool(int.from_bytes(start[_FIB_FLAGS], "little") & _FIB_ENCRYPTED)


def _workbook_is_locked(container: Any) -> bool:
    start, at = _start_of(container, "Workbook") or _start_of(container, "Book"), 0
    for _ in range(_RECORDS):
        if at + _RECORD.size > len(start):
            return False
        record, length = _RECORD.unpack_from(start, at)
        if record == _FILEPASS:
            return True
        at += _RECORD.size + length
    return False


def _start_of(container: Any, name: str) -> bytes:
    if not container.exists(name):
        return b""
    with container.openstream(name) as stream:
        return bytes(stream.read(_LOOKED_AT))
