"""The text of a file as values: lines with their places on a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol

FileKind = Literal["pdf", "word", "sheet", "slides", "text", "other"]
Part = Literal["body", "cell", "box", "header", "footer", "note", "comment"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text in NFC; two columns beside each other are two lines.

    ``page`` is 1-based (0 where the format has no pages; sheets and slides count as pages). ``left``, ``top``,
    ``right``, ``bottom`` are in points from the page's upper left corner and ``size`` is the height of the letters in
    points; all are 0 where the format does not say. ``width`` and ``height`` are those of the page. ``part`` says
    where the line stands in formats that tell: in the running text, a table cell, a text box, a page header or footer,
    a foot- or endnote, a comment.
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
    part: Part = "body"

    @property
    def placed(self) -> bool:
        """Whether the format says where on the page the line stands."""
        return self.height > 0


@dataclass(frozen=True, slots=True)
class FileText:
    """What was read of one file.

    ``unread`` is empty where the whole text was read, else why not: ``encrypted``, ``damaged``, ``too-large`` (what
    lies within the bounds is in ``lines``), ``too-slow``, ``no-text`` (pictures only), ``garbled`` (what ``lines`` has
    is not what is printed, or stood in another order in the file), ``misnamed`` (not the kind that its name says),
    ``refused`` (could not be unpacked), ``too-many`` (nobody looked: too much else in the package) or ``unsupported``.
    ``marks`` are facts about the file beside its text: ``macros``, ``encrypted``, ``embedded-files``, ``javascript``,
    ``ocr`` (text recognised from a picture of a page), ``ocr-first`` (of the first page), ``archive`` (a zip of files).
    """

    kind: FileKind
    lines: tuple[Line, ...] = ()
    pages: int = 0
    unread: str = ""
    marks: frozenset[str] = frozenset()

    @property
    def exact(self) -> bool:
        """Whether the letters that were read are those that are printed."""
        return self.unread != "garbled" and "ocr" not in self.marks

    def exact_on(self, page: int) -> bool:
        """Whether that holds for one page; of the pages behind the first it is known for all of them only."""
        return self.unread != "garbled" and ("ocr-first" if page <= 1 else "ocr") not in self.marks

    def place(self, index: int) -> str:
        """Say where a line stands, in no language: ``p.1 l.7`` (page and line on it), ``l.7`` without pages."""
        page = self.lines[index].page
        first = next(number for number, line in enumerate(self.lines) if line.page == page)
        return f"p.{page} l.{index - first + 1}" if page else f"l.{index + 1}"


@dataclass(frozen=True, slots=True)
class AttachedText:
    """The text of one attachment: its 1-based number in the package, its real name, what was read.

    ``member`` is the name of a file inside an attached archive; its text is then that of this file.
    """

    number: int
    name: str
    text: FileText
    member: str = ""

    def place(self, index: int) -> str:
        """Say where a line stands: as ``FileText.place`` does, behind the name of a file inside an archive."""
        place = self.text.place(index)
        return f"{self.name}/{self.member} {place}" if self.member else place


class Contents(Protocol):
    """Whoever can read files. Never raises on bad files: what it could not read it says in ``unread``."""

    def read(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> FileText:
        """Read the text of one file of ``size`` bytes; ``name`` is its real name."""
