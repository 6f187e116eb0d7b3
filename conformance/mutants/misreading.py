"""Fonts whose letters look right and are read as others, as of programs that write a wrong table of their letters."""

from __future__ import annotations

from typing import Any

CONSONANTS = "bcdfghklmnpqrstvx"
_SPACE = 0x20
_BLOCK = 100
"""How many lines a block of such a table may have."""


def misread(data: bytes) -> bytes:
    """Let the letters of a PDF be read as consonants, whatever they are; what is seen of its pages stays as it is.

    For files whose pages share their fonts, and whose fonts have codes of one byte, as the suite's own.
    """
    from pyhanko.pdf_utils.generic import pdf_name  # noqa: PLC0415 - takes time to import

    from fixtures.pdfobjects import stream, updated  # noqa: PLC0415 - as above

    def change(writer: Any, page: Any) -> None:
        table = writer.add_object(stream(_table()))
        for font in page["/Resources"]["/Font"].values():
            held = font.get_object()
            held[pdf_name("/ToUnicode")] = table
            writer.update_container(held)

    return updated(data, change)


def _table() -> str:
    """Write a table of letters (ISO 32000-1, 9.10.3) by which every code but that of the space means a consonant."""
    lines = [f"<{code:02X}> <{ord(CONSONANTS[code % len(CONSONANTS)]):04X}>" for code in range(256) if code != _SPACE]
    blocks = [lines[at : at + _BLOCK] for at in range(0, len(lines), _BLOCK)]
    body = "\n".join(part for each in blocks for part in (f"{len(each)} beginbfchar", *each, "endbfchar"))
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Misread def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<00> <FF>\nendcodespacerange\n{body}\nendcmap\nend\nend\n"
    )
