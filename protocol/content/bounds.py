"""How much of a file is read, and how much memory and time that may take."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """Upper bounds of reading one file; what lies beyond is said in ``FileText.unread``.

    The letterhead stands on the first pages of a document, the block of recipients and its appendices on the last
    ones, so the middle of a very long document is what is left out.
    """

    file_bytes: int = 60 * MIB
    first_pages: int = 40
    last_pages: int = 10
    text_chars: int = 1_000_000
    line_chars: int = 2_000
    """A longer line is cut: no rule needs the rest."""
    seconds: float = 10.0
    """Wall time of one file, sending it included; the processor time of the child is bounded by the same number."""
    memory_bytes: int = 512 * MIB
    """Address space of the child, which holds the file once and what pdfium or lxml make of it."""
    part_bytes: int = 24 * MIB
    """One part of an office container, unpacked."""
    parts: int = 2_000
    """Entries of an office container."""
    cells: int = 50_000
    """Lines of one file, be they of pages, paragraphs or cells."""
