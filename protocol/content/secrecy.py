"""Marks of state secrets (độ mật) in texts: as a stamp on a page, as a note in a name or a field.

The three degrees are ``Tuyệt mật``, ``Tối mật`` and ``Mật``. Everyday words with ``mật`` in them (bảo mật, bí mật kinh
doanh, mật ong, khóa bí mật, mật khẩu) and titles of acts about secrets are none: a mark stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from protocol.composition import composed
from protocol.content.letterhead import PLACED_LINES, ZONE, letterhead_zone
from protocol.content.text import FileText, Line
from protocol.wire.plaintext import ascii_text

MARKS = ("TUYỆT MẬT", "TỐI MẬT", "MẬT")
STAMP_ZONE = 1 / 3
MARGIN = 0.12
LONGEST_MARK = 48
"""Letters: room for a label, for brackets and for blanks between letters."""
FIRST_LINES = 14
FIRST_CELLS = 6
MOST_SUBJECT = 90.0
"""Points from the sign to the last line of the subject below it."""
MOST_CANDIDATES = 200
LOOKED_AT = 4096
"""Characters of a field or a name; composing a million marks on one letter could take for ever."""
_WITHOUT_BLANKS = {mark.replace(" ", ""): mark for mark in MARKS}
_PLAIN = {"TUYETMAT": "TUYỆT MẬT", "TOIMAT": "TỐI MẬT", "MAT": "MẬT"}
_LABEL = re.compile(r"(?:ĐỘ|MỨC ĐỘ|MỨC|CHỈ ĐỘ)\s*MẬT\s*[:.]\s*", re.IGNORECASE)
_COLUMN = re.compile(
    r"(?:(?:mức\s+)?(?:độ|mức)\s*mật|phân loại(?:\s+độ)?\s*mật|loại mật)(?:\s*\(.{0,30}\)?)?", re.IGNORECASE
)
_AROUND = " \t.,;:*|[](){}<>«»\"'“”‘’_-–—=~"
_DEGREE = r"(?:tuyệt\s*mật|tối\s*mật|mật)"
_BRACKETED = re.compile(rf"[\[({{【<]\s*(?:độ\s*mật\s*:\s*)?({_DEGREE})\s*[\])}}】>]", re.IGNORECASE)
_BEFORE = re.compile(r"\A\s*(TUYỆT MẬT|TỐI MẬT|MẬT)\s*(?:[-–—_:.|]|\Z)")
_BEHIND = re.compile(r"[-–—_|]\s*(TUYỆT MẬT|TỐI MẬT|MẬT)\s*\Z")
_UPPER = r"(?:TUYỆT\s+MẬT|TỐI\s+MẬT|MẬT)"
_OTHER_MARKS = (
    r"(?:(?:HỎA|HOẢ) TỐC(?: HẸN GIỜ)?|THƯỢNG KHẨN|KHẨN|(?:TÀI LIỆU )?THU HỒI"
    r"|(?:BẢN|SỐ BẢN|BẢN SỐ|BẢN SAO SỐ)\s*[:.]?\s*[\d./]{1,9})"
)
_COMBINED = (
    re.compile(rf"\A({_UPPER})\s*[-–—/,;.(]*\s*{_OTHER_MARKS}\W*\Z", re.IGNORECASE),
    re.compile(rf"\A{_OTHER_MARKS}\s*[-–—/,;.(]*\s*({_UPPER})\W*\Z", re.IGNORECASE),
)
"""A stamp of secrecy in one box with that of urgency, with the number of the copy, or with the note to give it back."""
_FARMED = re.compile(r"\b(?:ONG|MÍA|DỪA|THỐT NỐT|GẤU|PHẤN HOA|TRÁI CÂY|CÀ PHÊ|ĐƯỜNG)\b")
"""Words beside which MẬT is honey, molasses or syrup."""
_LABELLED = re.compile(rf"\b(?:độ|mức độ|mức)\s*mật\s*[:=]\s*({_DEGREE})\s*(?:[;.)\]]|\Z)", re.IGNORECASE)
Certainty = Literal["sure", "possible"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A degree of secrecy found: one of ``MARKS``, its line (0 in fields), and how sure it is to be a mark."""

    degree: str
    index: int = 0
    certainty: Certainty = "sure"


def degree_of(line: str) -> str | None:
    """Give the degree that a whole line states in capitals or behind ``Độ mật:``; ``None`` for everything else."""
    text = composed(line).strip(_AROUND)
    labelled = _LABEL.match(text)
    rest = text[labelled.end() :].strip(_AROUND) if labelled else text
    if labelled:
        rest = rest.upper()
    return _WITHOUT_BLANKS.get("".join(rest.split())) or _combined(text)


def _combined(text: str) -> str | None:
    """Give the degree of a stamp that says more; the degree itself in capitals."""
    for pattern in _COMBINED if len(text) <= LONGEST_MARK else ():
        found = pattern.match(text)
        if found and found[1].isupper():
            return _WITHOUT_BLANKS["".join(found[1].split())]
    return None


def mark_in_field(text: str | None) -> str | None:
    """Give the degree that a field of the header states: as all of it, in brackets, before a dash, behind a label."""
    text = composed((text or "")[:LOOKED_AT])
    whole = _WITHOUT_BLANKS.get("".join(text.strip(_AROUND).split()).upper()) or _combined(text.strip(_AROUND))
    if whole:
        return whole
    for pattern in (_BRACKETED, _BEFORE, _BEHIND, _LABELLED):
        found = pattern.search(text)
        if found and not (pattern in (_BEFORE, _BEHIND) and _is_one_word_of(text, found)):
            return _WITHOUT_BLANKS["".join(found[1].split()).upper()]
    return None


def doubtful_mark(text: str | None) -> str | None:
    """Give ``MẬT`` where it stands at a dash of a text in capitals, and may be a mark as well as the word for honey."""
    text = composed((text or "")[:LOOKED_AT])
    if mark_in_field(text) or _FARMED.search(text):
        return None
    return "MẬT" if _BEFORE.search(text) or _BEHIND.search(text) else None


def _is_one_word_of(text: str, found: re.Match[str]) -> bool:
    """Whether a bare MẬT does not stand out: all of the text is in capitals, or is about honey (``VÙNG MÍA - MẬT``).

    A notation (``QĐ-STN-MẬT``) is in capitals too, and has no words that it could belong to.
    """
    if found[1] != "MẬT" or found[0].rstrip().endswith((":", ".", "|")):
        return False
    rest = text[: found.start(1)] + text[found.end(1) :]
    return (rest.isupper() and " " in text) or bool(_FARMED.search(text))


def marks(text: FileText) -> Iterator[Mark]:
    """Yield the marks of a file, one for each degree and certainty at most.

    Sure: in the place of a stamp (upper third of a page that begins a document), repeated at the edge of pages, in a
    page header or footer, behind ``Độ mật:`` in the letterhead. Possible: alone on a line elsewhere. Nothing: in a
    column of degrees, or beside other text.
    """
    found = [Mark(*seen) for seen in _seen(text)]
    said: set[tuple[str, str]] = set()
    for mark in found:
        key = (mark.degree, mark.certainty)
        if key not in said and not (mark.certainty == "possible" and (mark.degree, "sure") in said):
            said.add(key)
            yield mark


def _seen(text: FileText) -> Iterator[tuple[str, int, Certainty]]:
    tables = list(islice(((at, line) for at, line in enumerate(text.lines) if _heads_column(line)), MOST_CANDIDATES))
    zone = frozenset(list(letterhead_zone(text))[:FIRST_LINES])
    beginnings = {line.page for line in text.lines if _begins(line)} | {1}
    degrees = ((index, _degree(line, text)) for index, line in enumerate(text.lines))
    candidates = list(islice(((index, degree) for index, degree in degrees if degree), MOST_CANDIDATES))
    edges: dict[tuple[str, int], set[int]] = {}
    for index, degree in candidates:
        line = text.lines[index]
        if line.placed and _at_edge(line):
            edges.setdefault((degree, round(line.top / 20)), set()).add(line.page)
    for index, degree in candidates:
        line = text.lines[index]
        if _under_column(line, index, tables) or _in_heading(text, index):
            continue
        repeated = line.placed and len(edges.get((degree, round(line.top / 20)), ())) > 1
        if repeated or _is_stamp(text, index, beginnings, zone):
            yield degree, index, "sure"
        elif line.text.isupper() and not _beside_others(text, index):
            yield degree, index, "possible"


def _heads_column(line: Line) -> bool:
    text = line.text.strip(_AROUND)
    return len(text) <= LONGEST_MARK and bool(_COLUMN.fullmatch(text)) and not line.text.endswith(":")


def _degree(line: Line, text: FileText) -> str | None:
    if len(line.text) > LONGEST_MARK:
        return None
    found = degree_of(line.text)
    if found or text.kind == "sheet":
        return found
    plain = "".join(ascii_text(line.text).strip(_AROUND).split())
    return _PLAIN.get(plain) if line.text.isascii() and plain != "MAT" else None


def _begins(line: Line) -> bool:
    in_place = line.placed and line.top < STAMP_ZONE * line.height
    return in_place and ascii_text(line.text[:40]).startswith("CONG HOA XA HOI CHU")


def _at_edge(line: Line) -> bool:
    return line.top < MARGIN * line.height or line.bottom > (1 - MARGIN) * line.height


def _is_stamp(text: FileText, index: int, beginnings: set[int], zone: frozenset[int]) -> bool:
    line = text.lines[index]
    if line.part in {"header", "footer"}:
        return True
    if line.part in {"note", "comment"}:
        return False
    if line.placed:
        in_place = line.page in beginnings and line.top < STAMP_ZONE * line.height
        return in_place and not _behind_others(text, index)
    if text.kind in {"sheet", "slides"}:
        return line.page == 1 and index < FIRST_CELLS
    return index in zone


def _under_column(line: Line, index: int, tables: list[tuple[int, Line]]) -> bool:
    """Whether a line stands in a table of degrees: behind its heading, in the same column where places are known."""
    for at, head in tables:
        if not line.placed and line.page == head.page and at < index:
            return True
        if line.placed and line.page >= head.page and line.left < head.right + 20 and line.right > head.left - 20:
            return True
    return False


def _in_heading(text: FileText, index: int) -> bool:
    """Whether a line is the wrapped end or beginning of a heading in capitals: … QUẢN LÝ TÀI LIỆU / MẬT."""
    line = text.lines[index]
    if not line.placed:
        return False
    middle = (line.left + line.right) / 2
    return any(
        other.page == line.page
        and other.text.isupper()
        and not degree_of(other.text)
        and abs((other.left + other.right) / 2 - middle) < line.size * 2
        and abs(other.size - line.size) < 0.1 * line.size
        and min(abs(line.top - other.bottom), abs(other.top - line.bottom)) < 0.8 * line.size
        for other in text.lines[max(0, index - 4) : index + 5]
    )


def _behind_others(text: FileText, index: int) -> bool:
    """Whether other text than the sign stands to the left on the same row, as before the cell of a table."""
    line = text.lines[index]
    return any(
        other.page == line.page
        and other.right <= line.left
        and other.top < line.bottom - 2
        and other.bottom > line.top + 2
        and not other.text.startswith(("Số", "SỐ"))
        and not _below_sign(text, other)
        for other in text.lines[max(0, index - 6) : index + 7]
    )


def _below_sign(text: FileText, line: Line) -> bool:
    """Whether a line of the left column stands close below the sign: the subject of a công văn, or another stamp."""
    return line.right < line.width / 2 and any(
        other.page == line.page
        and other.right < other.width / 2
        and 0 < line.top - other.top < MOST_SUBJECT
        and other.text.startswith(("Số", "SỐ"))
        for other in text.lines[:PLACED_LINES]
        if other.top < ZONE * other.height
    )


def _beside_others(text: FileText, index: int) -> bool:
    """Whether other text stands on the same row: a cell of a table, not a stamp."""
    line = text.lines[index]
    if not line.placed:
        return line.part == "cell"
    near = text.lines[max(0, index - 6) : index] + text.lines[index + 1 : index + 7]
    return any(
        other.page == line.page and other.top < line.bottom - 2 and other.bottom > line.top + 2 for other in near
    )
