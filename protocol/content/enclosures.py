"""Which enclosures a document names, and which appendices stand in the same file (ND 30/2020, Phụ lục I, III.1)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from protocol.content.text import FileText

_HEADING = re.compile(
    r"Phụ lục(?:\s+(?:số\s+)?([IVXLC]{1,6}|\d{1,3}|[A-Z])\b)?\s*(?:[:.–—-].{0,120})?\Z", re.IGNORECASE
)
_NUMERAL = r"(?:số\s+)?([IVXLC]{1,6}|\d{1,2})\b"
_MORE = r"(?:\s*(?:,|;|và|&)\s*(?:Phụ lục\s+)?(?:số\s+)?(?:[IVXLC]{1,6}|\d{1,2})\b){0,40}+"
"""As many numerals as one phrase gives: without an end, a text of nothing else costs the square of its length."""
_WITH = r"(?:kèm theo|đính kèm|gửi kèm)"
_AFTER = re.compile(rf"(?:{_WITH}|\bcó)\s+(?:các\s+)?Phụ lục\s+({_NUMERAL}{_MORE})", re.IGNORECASE)
_BEFORE = re.compile(rf"Phụ lục\s+({_NUMERAL}{_MORE})\s*\(?\s*(?:(?:ban hành|được)\s+)?{_WITH}", re.IGNORECASE)
_SINGLE = re.compile(
    rf"\(\s*(?:{_WITH}\s+Phụ lục|(?:Có |Chi tiết (?:tại|theo) )?Phụ lục\s+{_WITH})\s*\)", re.IGNORECASE
)
_NUMERALS = re.compile(r"\b(?:[IVXLC]{1,6}|\d{1,2})\b")
_COUNTED = re.compile(
    rf"{_WITH}\s*:?\s*\(?\s*0*(\d{{1,3}})\s*(?:\([^)]{{1,30}}\)\s*)?"
    r"(?:tài liệu|phụ lục|văn bản|tệp|file|danh mục|biểu mẫu)",
    re.IGNORECASE,
)
_ACT = r"(?:Quyết định|Công văn|Văn bản|Kế hoạch|Thông báo|Tờ trình|Chỉ thị|Hướng dẫn|Báo cáo|Công điện|Giấy mời)"
_ELSEWHERE = re.compile(rf"Nghị định|Thông tư|Luật|Nghị quyết|{_ACT}\s+(?:số|(?:nêu |nói )?trên\b|đó\b)", re.IGNORECASE)
_OF_OTHERS = re.compile(
    rf"(?:{_ACT}|Nghị định|Thông tư|Luật|Nghị quyết)\s+(?:số|của|(?:nêu |nói )?trên|đó)\b", re.IGNORECASE
)
_SENTENCE_ENDS = re.compile(r"[.;:]\s+(?=[A-ZĐÀ-ÝĂÂÊÔƠƯẠ-Ỹ(“\"-])")
_OWN_CLAUSE = re.compile(
    r",\s+[A-ZĐÀ-ÝĂÂÊÔƠƯẠ-Ỹ][^,]{0,120}?\b(?:gửi|báo cáo|đề nghị|trình|ban hành|cung cấp|tổng hợp|thông báo|yêu cầu)\b"
)
"""The sender speaks: ``Thực hiện Công văn số 12/BM-VP, Sở Thử nghiệm gửi …``."""
_ON_PAPER = re.compile(
    r"\b(?:bản|hồ sơ|văn bản|tài liệu|bằng|dạng|bộ) giấy\b|\bgiấy\s*(?:\)|\Z)|\bđĩa\b|\bmẫu vật\b|\bhiện vật\b|\bUSB\b",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\((?:[^()]{0,120}\s)?(?:kèm theo|đính kèm|gửi kèm)(?:\s[^()]{0,160})?\)",
    re.IGNORECASE,
)
_THING = re.compile(
    r"danh sách|danh mục|biểu|mẫu|bảng|phụ lục|dự thảo|tờ trình|báo cáo|quy chế|kế hoạch|đề án|hồ sơ|tài liệu|bản sao",
    re.IGNORECASE,
)
_ON_THE_NET = re.compile(r"https?:|www\.|\bQR\b|địa chỉ|đường dẫn|\blink\b|cổng thông tin", re.IGNORECASE)
_TITLE = re.compile(
    r"(?i:Danh sách|Danh mục|Biểu|Mẫu|Bảng)\b|PHỤ LỤC|DỰ THẢO|TỜ TRÌNH|BÁO CÁO|QUY CHẾ|QUY ĐỊNH|KẾ HOẠCH|ĐỀ ÁN"
)
"""How an enclosure in the same file begins that has no heading ``Phụ lục``."""
_LIST = re.compile(rf"(?:(?:Các )?(?:Tài liệu|Hồ sơ|Văn bản)\s+)?{_WITH}(?:\s+gồm(?:\s+có)?)?\s*:\s*", re.IGNORECASE)
_ITEM = re.compile(r"(?:\d{1,2}[.)]|[-–+•])\s*")
_ITEM_INSIDE = re.compile(r"(?:\A|[;.]\s*)\d{1,2}[.)]\s*")
_LIST_ENDS = re.compile(r"Nơi nhận|Trân trọng|Kính|Đề nghị|Căn cứ|Điều \d", re.IGNORECASE)
_BEHIND, _AHEAD = 60, 400
MOST_ITEMS, MOST_PHRASES = 40, 1_000


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of an appendix inside a file: its numeral (``I``, ``2``, or ``""``) and its line."""

    numeral: str
    index: int


@dataclass(frozen=True, slots=True)
class Enclosure:
    """One enclosure that the text names: an appendix by its numeral, or an entry of a list, and its line."""

    text: str
    index: int
    numeral: str | None = None


@dataclass(frozen=True, slots=True)
class Enclosures:
    """What a document says about what comes with it. ``counts`` are pairs of a number and its line.

    ``said`` are words in brackets that something comes with it (``(Có danh sách kèm theo)``), where nothing more
    telling is said; ``titles`` are lines that may begin an enclosure in the same file, where they stand behind the
    signature.
    """

    headings: tuple[Heading, ...] = ()
    appendixes: tuple[Enclosure, ...] = ()
    listed: tuple[Enclosure, ...] = ()
    counts: tuple[tuple[int, int], ...] = ()
    said: tuple[Enclosure, ...] = ()
    titles: tuple[int, ...] = ()


def read_enclosures(text: FileText) -> Enclosures:
    """Read what the text before the first appendix names, and the headings of the appendices."""
    headings = appendix_headings(text)
    end = headings[0].index if headings else len(text.lines)
    joined, starts = _joined(text, end)
    appendixes, listed = tuple(_appendixes(joined, starts)), tuple(_listed(text, end))
    counts = tuple(_counts(joined, starts))
    said = () if appendixes or listed or counts else tuple(_said(joined, starts))
    titles = tuple(index for index, line in enumerate(text.lines) if _TITLE.match(line.text))
    return Enclosures(headings, appendixes, listed, counts, said, titles)


def appendix_headings(text: FileText) -> tuple[Heading, ...]:
    """Give the headings of the appendices in a file, be it the document's or an enclosure's."""
    return tuple(_headings(text))


def on_paper(text: str) -> bool:
    """Whether an enclosure is not sent as a file: a paper original, a disk, a specimen."""
    return _ON_PAPER.search(text) is not None


def roman(numeral: str) -> bool:
    """Whether a numeral is a Roman one."""
    return bool(re.fullmatch(r"[IVXLC]+", numeral))


def _headings(text: FileText) -> Iterator[Heading]:
    """Yield lines that begin an appendix: on their own, in the upper part of a page behind the first."""
    for index, line in enumerate(text.lines):
        found = _HEADING.match(line.text)
        if not found or line.part in {"header", "footer", "note", "comment", "cell"}:
            continue
        if line.placed and (line.top > line.height / 2 or _off_centre(text, index)):
            continue
        yield Heading((found[1] or "").upper(), index)


def _off_centre(text: FileText, index: int) -> bool:
    """Whether a line is the end of a wrapped sentence and no heading, which is centred."""
    line = text.lines[index]
    return abs((line.left + line.right) / 2 - line.width / 2) > line.width / 6


def _joined(text: FileText, end: int) -> tuple[str, list[tuple[int, int]]]:
    """Give the text as one line, and where each of its lines begins in it."""
    parts: list[str] = []
    starts: list[tuple[int, int]] = []
    at = 0
    for index in range(end):
        line = text.lines[index]
        if line.part in {"header", "footer", "comment"}:
            continue
        starts.append((at, index))
        parts.append(line.text)
        at += len(line.text) + 1
    return " ".join(parts), starts


def _line_at(starts: list[tuple[int, int]], place: int) -> int:
    at = bisect_right(starts, place, key=lambda start: start[0])
    return starts[at - 1][1] if at else 0


def _of_this_document(joined: str, begin: int, end: int) -> bool:
    """Whether what was found is no appendix of some other act, named right behind it or before it in the sentence."""
    behind = joined[end : end + _BEHIND].partition(".")[0]
    if _ELSEWHERE.search(behind) or _ON_PAPER.search(behind):
        return False
    sentence = _SENTENCE_ENDS.split(joined[max(0, begin - _AHEAD) : begin])[-1]
    others = [found.end() for found in _OF_OTHERS.finditer(sentence)]
    return not others or _OWN_CLAUSE.search(sentence, others[-1]) is not None


def _appendixes(joined: str, starts: list[tuple[int, int]]) -> Iterator[Enclosure]:
    seen: set[str] = set()
    for pattern in (_AFTER, _BEFORE):
        for found in islice(pattern.finditer(joined), MOST_PHRASES):
            if not _of_this_document(joined, found.start(), found.end()):
                continue
            for numeral in _NUMERALS.findall(found[1].upper()):
                if numeral not in seen and len(seen) < MOST_ITEMS:
                    seen.add(numeral)
                    yield Enclosure(f"Phụ lục {numeral}", _line_at(starts, found.start()), numeral)
    single = _SINGLE.search(joined)
    if single and not seen and _of_this_document(joined, single.start(), single.end()):
        yield Enclosure("Phụ lục", _line_at(starts, single.start()), "")


def _counts(joined: str, starts: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for found in islice(_COUNTED.finditer(joined), MOST_ITEMS):
        if int(found[1]) and not on_paper(found[0]) and _of_this_document(joined, found.start(), found.end()):
            yield int(found[1]), _line_at(starts, found.start())


def _said(joined: str, starts: list[tuple[int, int]]) -> Iterator[Enclosure]:
    for found in islice(_SAID.finditer(joined), MOST_ITEMS):
        words = found[0]
        if not _THING.search(words) or _ELSEWHERE.search(words) or on_paper(words) or _ON_THE_NET.search(words):
            continue
        if _of_this_document(joined, found.start(), found.end()):
            yield Enclosure(words.strip("() "), _line_at(starts, found.start()))


def _listed(text: FileText, end: int) -> Iterator[Enclosure]:
    for index in range(end):
        found = _LIST.match(text.lines[index].text)
        if not found:
            continue
        rest = text.lines[index].text[found.end() :]
        inside = [part.strip(" ;.") for part in _ITEM_INSIDE.split(rest) if part.strip(" ;.")]
        if rest and _ITEM_INSIDE.match(rest):
            yield from (Enclosure(part, index) for part in inside[:MOST_ITEMS])
        if not rest or _ITEM_INSIDE.match(rest):
            yield from _below(text, index + 1, end)
        return


def _below(text: FileText, begin: int, end: int) -> Iterator[Enclosure]:
    items: list[Enclosure] = []
    for index in range(begin, min(end, begin + 2 * MOST_ITEMS)):
        line = text.lines[index].text
        marked = _ITEM.match(line)
        if marked:
            items.append(Enclosure(line[marked.end() :], index))
        elif items and not items[-1].text.endswith((";", ".")) and not _LIST_ENDS.match(line) and not line.isupper():
            items[-1] = Enclosure(f"{items[-1].text} {line}", items[-1].index)
        else:
            break
    yield from (Enclosure(item.text.strip(" ;./"), item.index) for item in items if item.text.strip(" ;./"))
