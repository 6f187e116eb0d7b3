"""Marks of state secrets (độ mật) on the pages of files: stamps, page headers, watermarks.

The three degrees are ``Tuyệt mật``, ``Tối mật`` and ``Mật``. Everyday words with ``mật`` in them (bảo mật, bí mật kinh
doanh, mật ong, khóa bí mật, mật khẩu), persons of that name, lists of degrees, forms and titles of acts about secrets
are none: a mark stands for itself, where a stamp stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby, islice

from protocol.content.declassified import tells_declassified
from protocol.content.degrees import (
    AROUND,
    LONGEST_MARK,
    WITHOUT_ACCENTS,
    Mark,
    degree_of,
    whole_degree,
)
from protocol.content.letterhead import PLACED_LINES, ZONE, letterhead_zone
from protocol.content.text import FileText, Line
from protocol.wire.plaintext import ascii_text

STAMP_ZONE = 1 / 3
MARGIN = 0.12
FIRST_LINES, NEAR_LINES, NEAR_CELLS = 14, 3, 2
"""Where lines have no places: those that may hold a stamp, and how far from sign, state or motto it may stand."""
LIST_LINES = 8
"""Two different degrees within so many lines are a list or a choice, and neither is a stamp."""
WATERMARK = 30.0
"""Points: letters of that height are drawn across a page."""
MOST_SUBJECT = 90.0
"""Points from the sign to the last line of the subject below it."""
MOST_CANDIDATES = 200
_COLUMN = re.compile(
    r"(?:(?:mức\s+)?(?:độ|mức)\s*mật|phân loại(?:\s+độ)?\s*mật|loại mật)(?:\s*\(.{0,30}\)?)?", re.IGNORECASE
)
_WEAK = re.compile(r"(?:(?:TÀI LIỆU|VĂN BẢN) (TUYỆT MẬT|TỐI MẬT|MẬT))|(Mật|Tối [mM]ật|Tuyệt [mM]ật)")
"""Lines that are marks in the place of a stamp only, and less surely."""
_SIGN = re.compile(r"S[ốỐ]\s*[:.]?[\s\d.…_]*[A-Za-z]?\s*[/-]\s*(?:\d{4}\s*/\s*)?[A-ZĐ]{2}|S[ốỐ]\s*:[\s.…_]*\Z")
"""With capitals behind the stroke: ``Số 12/5 phố Mẫu`` is an address."""
_STATE = re.compile(r"cong hoa xa hoi|doc lap\s*-|dang cong san viet nam\Z")
_AGENCY = re.compile(
    r"(?:UBND|HĐND|ỦY BAN|HỘI ĐỒNG|SỞ|BỘ|CỤC|CHI CỤC|TỔNG CỤC|VĂN PHÒNG|BAN|CÔNG AN|TỈNH|THÀNH|HUYỆN|ĐẢNG|PHỤ LỤC)\s"
)
_FORM = re.compile(r"TÊN (?:CƠ QUAN|CQ|ĐƠN VỊ)\b[^:]*\Z")
"""What stands in a form in place of the name of the agency (ND 30/2020, Phụ lục III)."""
_HEADING = re.compile(r"\b(?:TÀI LIỆU|VĂN BẢN|HỒ SƠ|ĐỘ|MỨC|DẤU|BẢO|BÍ|LOẠI|KHÔNG|GIẢI|ONG)\Z")
"""What a heading in capitals ends with whose next line is the word alone."""
_GOES_ON = re.compile(r"(?:,|\b(?:dấu|độ|mức|loại|chữ))\Z", re.IGNORECASE)
"""What a line ends with whose sentence goes on to name a degree."""
_PAGE_NUMBER = re.compile(r"\W*(?:trang\s*)?\d{1,4}(?:\s*/\s*\d{1,4})?\W*", re.IGNORECASE)


def marks(text: FileText) -> Iterator[Mark]:
    """Yield the marks of a file, one for each degree and certainty at most.

    Sure: in the place of a stamp (upper third of a page that begins a document, near sign or state where lines have no
    places), repeated at the edge of pages, in a page header or footer. Possible: alone on a line elsewhere, across a
    page, among other degrees, in a form, on what was declassified. Nothing: in a column of degrees, or beside other
    text.
    """
    said: set[tuple[str, str]] = set()
    for mark in list(_seen(text)):
        key = (mark.degree, mark.certainty)
        if key not in said and not (mark.certainty == "possible" and (mark.degree, "sure") in said):
            said.add(key)
            yield mark


def _seen(text: FileText) -> Iterator[Mark]:
    tables = list(islice(((at, line) for at, line in enumerate(text.lines) if _heads_column(line)), MOST_CANDIDATES))
    zone = frozenset(list(letterhead_zone(text))[:FIRST_LINES])
    heads = {line.page for line in text.lines if _begins(line)}
    if any(line.page == 1 and _is_sign_or_state(line) for line in text.lines[:PLACED_LINES]):
        heads.add(1)
    degrees = ((index, _degree(line, text)) for index, line in enumerate(text.lines))
    candidates = list(islice(((index, degree) for index, degree in degrees if degree), MOST_CANDIDATES))
    candidates = [
        (index, degree)
        for index, degree in candidates
        if not _under_column(text.lines[index], index, tables) and not _in_heading(text, index)
    ]
    edges = _edges(text, candidates)
    for index, degree in candidates:
        line = text.lines[index]
        if len(edges.get((degree, round(line.top / 20)), ())) > 1 and _at_edge(line):
            yield Mark(degree, index)
        elif _is_stamp(text, index, heads, zone):
            doubt = _is_shown(text, index, degree, candidates)
            yield Mark(degree, index, "possible" if doubt else "sure")
        elif ("MẬT" in "".join(line.text.split()) or line.text.isupper()) and not _beside_others(text, index):
            yield Mark(degree, index, "possible")
    for index, line in enumerate(text.lines[:PLACED_LINES]):
        weak = _WEAK.fullmatch(line.text.strip(" .*[]()-–"))
        if weak and not _in_heading(text, index) and _is_stamp(text, index, heads, zone):
            yield Mark(" ".join((weak[1] or weak[2]).upper().split()), index, "possible")
    yield from _watermarks(text)


def _edges(text: FileText, candidates: list[tuple[int, str]]) -> dict[tuple[str, int], set[int]]:
    """Give the pages at whose edge a degree stands alone, or beside the number of the page, by degree and height."""
    edges: dict[tuple[str, int], set[int]] = {}
    for index, degree in candidates:
        line = text.lines[index]
        if _at_edge(line) and all(_PAGE_NUMBER.fullmatch(other.text) for other in _others_beside(text, index)):
            edges.setdefault((degree, round(line.top / 20)), set()).add(line.page)
    return edges


def _watermarks(text: FileText) -> Iterator[Mark]:
    """Yield what large letters say that rise across a page; each of them, or a few, is a line of its own."""
    large = [(line.page, line.left, index) for index, line in enumerate(text.lines) if line.size >= WATERMARK]
    for _, letters in groupby(sorted(large[:MOST_CANDIDATES]), key=lambda letter: letter[0]):
        indices = [index for _, _, index in letters]
        degree = whole_degree("".join(text.lines[index].text for index in indices))
        if degree:
            yield Mark(degree, min(indices), "possible")


def _is_shown(text: FileText, index: int, degree: str, candidates: list[tuple[int, str]]) -> bool:
    """Whether a degree in the place of a stamp is shown or spoken of: in a list, a form, or struck by declassifying.

    So is a cell of a sheet that neither begins it nor stands near the sign: MẬT below a motto may be honey.
    """
    line = text.lines[index]
    if line.part in {"header", "footer"}:
        return False
    if line.part == "cell" and index > 0:
        near = text.lines[max(0, index - NEAR_CELLS) : index + NEAR_CELLS + 1]
        if text.kind == "sheet" and not any(_SIGN.match(other.text) for other in near):
            return True
    around = text.lines[max(0, index - PLACED_LINES) : index + PLACED_LINES]
    page = [other for other in around if other.page == line.page]
    return (
        any(other != degree and abs(at - index) <= LIST_LINES for at, other in candidates)
        or any(_FORM.match(other.text) for other in page[:FIRST_LINES])
        or any(tells_declassified(other.text) for other in page)
        or _ends_paragraph(text, index)
    )


def _ends_paragraph(text: FileText, index: int) -> bool:
    """Whether this line is the end of a sentence: the line above goes on to the right margin, or cannot end there."""
    line = text.lines[index]
    if not line.placed:
        return index > 0 and bool(_GOES_ON.search(text.lines[index - 1].text))
    above = [
        other
        for other in text.lines[max(0, index - 4) : index]
        if other.page == line.page and -2 < line.top - other.bottom < line.size
    ]
    return any(
        (other.right > 0.75 * other.width and other.left < 0.35 * other.width)
        or (other.left < line.right and other.right > line.left and bool(_GOES_ON.search(other.text)))
        for other in above
    )


def _heads_column(line: Line) -> bool:
    text = line.text.strip(AROUND)
    return len(text) <= LONGEST_MARK and bool(_COLUMN.fullmatch(text)) and not line.text.endswith(":")


def _degree(line: Line, text: FileText) -> str | None:
    if len(line.text) > LONGEST_MARK:
        return None
    found = degree_of(line.text)
    if found or text.kind == "sheet":
        return found
    plain = "".join(ascii_text(line.text).strip(AROUND).split())
    return WITHOUT_ACCENTS.get(plain) if line.text.isascii() and plain != "MAT" else None


def _begins(line: Line) -> bool:
    in_place = line.placed and line.top < STAMP_ZONE * line.height
    return in_place and ascii_text(line.text[:40]).startswith("CONG HOA XA HOI CHU")


def _at_edge(line: Line) -> bool:
    return line.placed and (line.top < MARGIN * line.height or line.bottom > (1 - MARGIN) * line.height)


def _is_stamp(text: FileText, index: int, heads: set[int], zone: frozenset[int]) -> bool:
    line = text.lines[index]
    if line.part in {"header", "footer"}:
        return True
    if line.part in {"note", "comment"}:
        return False
    if line.placed:
        in_place = line.page in heads | {1} and line.top < STAMP_ZONE * line.height
        beside = _behind_others if line.page in heads else _beside_others
        return in_place and not beside(text, index)
    reach = NEAR_CELLS if text.kind == "sheet" else NEAR_LINES
    near = text.lines[max(0, index - reach) : index + reach + 1]
    return index in zone and (
        line.part == "box"
        or index == 0
        or (index == 1 and bool(_AGENCY.match(text.lines[0].text)))
        or any(_is_sign_or_state(other) for other in near)
    )


def _is_sign_or_state(line: Line) -> bool:
    return bool(_SIGN.match(line.text) or _STATE.match(ascii_text(line.text[:60]).casefold()))


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
        above = text.lines[index - 1].text.strip(AROUND) if index and line.part not in {"header", "footer"} else ""
        return above.isupper() and bool(_HEADING.search(above))
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
        and _on_one_row(line, other)
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
    return bool(_others_beside(text, index)) if line.placed else line.part == "cell"


def _others_beside(text: FileText, index: int) -> list[Line]:
    line = text.lines[index]
    near = text.lines[max(0, index - 6) : index] + text.lines[index + 1 : index + 7]
    return [other for other in near if other.page == line.page and _on_one_row(line, other)]


def _on_one_row(line: Line, other: Line) -> bool:
    return other.top < line.bottom - 2 and other.bottom > line.top + 2
