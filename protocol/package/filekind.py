"""What a file is by its first bytes, and what its extension and its declared type promise that it is."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType

HEAD = 64 * 1024
"""How many bytes of a file decide; also how much of its end is looked at."""
PDF_WITHIN = 1024
"""Readers take a PDF whose header comes this late (ISO 32000-1, implementation notes)."""

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x1f\x8b\x08", "gz"),
    (b"\x7fELF", "exe"),
    (b"\xfe\xed\xfa\xce", "exe"),
    (b"\xcf\xfa\xed\xfe", "exe"),
    (b"#!/", "exe"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "exe"),
)
_OPEN_OFFICE = frozenset({"zip", "ole"})  # with a password, the zip is wrapped into an OLE file
_KINDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **{name: frozenset({name}) for name in ("pdf", "png", "gif", "zip", "7z", "rar", "gz")},
        **dict.fromkeys(("jpg", "jpeg"), frozenset({"jpg"})),
        **dict.fromkeys(("tif", "tiff"), frozenset({"tif"})),
        **dict.fromkeys(("docx", "docm", "dotx", "dotm", "xlsx", "xlsm", "xltx", "xlsb", "pptx", "pptm"), _OPEN_OFFICE),
        **dict.fromkeys(("odt", "ods", "odp", "odg", "epub"), frozenset({"zip"})),
    }
)
_LOOSE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        # Word opens RTF and web pages under .doc, Excel takes tables of text under .xls: no certain first bytes. The
        # newer formats, which are zips, open under the older endings too.
        "doc": frozenset({"ole", "rtf", "zip"}),
        "dot": frozenset({"ole", "rtf", "zip"}),
        "xls": frozenset({"ole", "zip"}),
        "ppt": frozenset({"ole", "zip"}),
        "rtf": frozenset({"rtf"}),
        **dict.fromkeys(("txt", "csv", "xml", "html", "htm", "json"), frozenset()),
    }
)
_IANA = "application/vnd.openxmlformats-officedocument"
_TYPES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "pdf": frozenset({"application/pdf", "application/x-pdf"}),
        "doc": frozenset({"application/doc", "application/msword"}),
        "docx": frozenset({"application/docx", f"{_IANA}.wordprocessingml.document"}),
        "xls": frozenset({"application/xls", "application/xsl", "application/vnd.ms-excel"}),
        "xlsx": frozenset({"application/xlsx", "application/xslx", f"{_IANA}.spreadsheetml.sheet"}),
        "pptx": frozenset({"application/pptx", f"{_IANA}.presentationml.presentation"}),
        "png": frozenset({"image/png"}),
        "jpg": frozenset({"image/jpeg", "image/jpg"}),
        "jpeg": frozenset({"image/jpeg", "image/jpg"}),
        "tif": frozenset({"image/tiff"}),
        "tiff": frozenset({"image/tiff"}),
    }
)
_ALL_TYPES = frozenset().union(*_TYPES.values())
ARCHIVES = frozenset({"zip", "jar", "7z", "rar", "gz", "tgz", "bz2", "tbz2", "xz", "txz", "tar"})
"""Extensions of archives, which may hold anything."""
WITHOUT_TEXT = frozenset(
    {"dwg", "dxf", "png", "jpg", "jpeg", "gif", "tif", "tiff", "bmp", "svg", "webp", "heic", "ico"}
    | {"mp3", "wav", "m4a", "ogg", "wma", "aac", "mp4", "avi", "mov", "mkv", "wmv", "webm", "3gp"}
)
"""Extensions of drawings, pictures, sound and film."""
MACROS = frozenset({"docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "potm", "ppsm"})
"""Extensions that say themselves that the file carries macros."""
TEST_VIRUS = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-" + b"TEST-FILE!$H+H*"
"""The harmless file by which scanners are tested (EICAR); in parts here, so that no scanner stops at this module."""
_TEST_VIRUS_LONGEST = 128


def sniff(head: bytes) -> str:
    """Name the kind by the first bytes: ``pdf``, ``zip``, ``ole``, ``exe`` …; ``""`` where they say nothing certain."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if b"%PDF-" in head[:PDF_WITHIN]:
        return "pdf"
    return "exe" if _is_windows_program(head) else ""


def fits(extension: str, kind: str) -> bool:
    """Whether a file of this extension may be of the kind that ``sniff`` saw; unknown extensions fit everything."""
    if extension in _KINDS:
        return kind in _KINDS[extension]
    return extension not in _LOOSE or not kind or kind in _LOOSE[extension]


def promised(extension: str) -> str:
    """Give the kinds that an extension promises, for people to read."""
    return " | ".join(sorted(_KINDS.get(extension, _LOOSE.get(extension, frozenset()))))


def types_of(extension: str, content_type: str) -> frozenset[str]:
    """Give the type names of an extension where ``content_type`` is one of another kind of file, else nothing.

    The names of the official builder (``application/docx``) are as good as IANA's (H-A08); names that nobody knows and
    ``application/octet-stream`` contradict nothing.
    """
    said = content_type.strip().lower()
    own = _TYPES.get(extension, frozenset())
    return own if own and said in _ALL_TYPES and said not in own else frozenset()


def is_test_virus(head: bytes, size: int) -> bool:
    """Whether a file of ``size`` bytes is the EICAR test file: its 68 letters, and blanks up to 128."""
    return size <= _TEST_VIRUS_LONGEST and head.rstrip(b" \t\r\n\x1a") == TEST_VIRUS


def _is_windows_program(head: bytes) -> bool:
    if not head.startswith(b"MZ") or len(head) < 64:
        return False
    (at,) = struct.unpack_from("<I", head, 0x3C)
    return head[at : at + 4] == b"PE\x00\x00"
