"""The text of a file as values: lines with their places on a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol

FileKind = Literal["pdf", "word", "sheet", "slides", "text", "other"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text in NFC. ``page`` is 1-based (0 where the format has no pages).

    ``left``, ``top``, ``right``, ``bottom`` are in points from the page's upper left corner and ``size`` is the height
    of the letters in points; all are 0 where the format does not say. ``width`` and ``height`` are those of the page.
    """

    text: str
    page: int = 0
    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    size: float = 0.0
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class FileText:
    """What was read of one file.

    ``unread`` is empty where the whole text was read, else why not: ``encrypted``, ``damaged``, ``too-large``,
    ``too-slow``, ``no-text`` (pictures only) or ``unsupported``. ``marks`` are facts about the file beside its text:
    ``macros``, ``encrypted``, ``embedded-files``, ``javascript``.
    """

    kind: FileKind
    lines: tuple[Line, ...] = ()
    pages: int = 0
    unread: str = ""
    marks: frozenset[str] = frozenset()


class Contents(Protocol):
    """Whoever can read files. Never raises on bad files: what it could not read it says in ``unread``."""

    def read(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> FileText:
        """Read the text of one file of ``size`` bytes; ``name`` is its real name."""
