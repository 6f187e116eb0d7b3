"""Which enclosures a document names, and which appendices stand in the same file (ND 30/2020, Phụ lục I, III.1)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from protocol.content.text import FileText

_HEADING = re.compile(r"Phụ lục(?:\s+(?:số\s+)?([IVXLC]{1,6}|\d{1,3}|[A-Z]))?\s*(?:[:.].{0,120})?\Z", re.IGNORECASE)
_NUMERAL = r"(?:số\s+)?([IVXLC]{1,6}|\d{1,2})\b"
_MORE = r"(?:\s*(?:,|;|và|&)\s*(?:Phụ lục\s+)?(?:số\s+)?(?:[IVXLC]{1,6}|\d{1,2})\b)*"
_WITH = r"(?:kèm theo|đính kèm|gửi kèm)"
_AFTER = re.compile(rf"(?:{_WITH}|\bcó)\s+(?:các\s+)?Phụ lục\s+({_NUMERAL}{_MORE})", re.IGNORECASE)
_BEFORE = re.compile(rf"Phụ lục\s+({_NUMERAL}{_MORE})\s*\(?\s*{_WITH}", re.IGNORECASE)
_SINGLE = re.compile(
    rf"\(\s*(?:{_WITH}\s+Phụ lục|(?:Có |Chi tiết (?:tại|theo) )?Phụ lục\s+{_WITH})\s*\)", re.IGNORECASE
)
_NUMERALS = re.compile(r"\b(?:[IVXLC]{1,6}|\d{1,2})\b")
_COUNTED = re.compile(
    rf"{_WITH}\s*:?\s*\(?\s*0*(\d{{1,3}})\s*(?:\([^)]{{1,30}}\)\s*)?"
    r"(?:tài liệu|phụ lục|văn bản|tệp|file|danh mục|biểu mẫu)",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"Nghị định|Thông tư|Luật|Nghị quyết|(?:Quyết định|Công văn|Văn bản|Kế hoạch)\s+số", re.IGNORECASE
)
_LIST = re.compile(rf"(?:(?:Các )?(?:Tài liệu|Hồ sơ|Văn bản)\s+)?{_WITH}(?:\s+gồm(?:\s+có)?)?\s*:\s*", re.IGNORECASE)
_ITEM = re.compile(r"(?:\d{1,2}[.)]|[-–+•])\s*")
_ITEM_INSIDE = re.compile(r"(?:\A|[;.]\s*)\d{1,2}[.)]\s*")
_LIST_ENDS = re.compile(r"Nơi nhận|Trân trọng|Kính|Đề nghị|Căn cứ|Điều \d", re.IGNORECASE)
_BEHIND = 60
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
    """What a document says about what comes with it. ``counts`` are pairs of a number and its line."""

    headings: tuple[Heading, ...] = ()
    appendixes: tuple[Enclosure, ...] = ()
    listed: tuple[Enclosure, ...] = ()
    counts: tuple[tuple[int, int], ...] = ()


def read_enclosures(text: FileText) -> Enclosures:
    """Read what the text before the first appendix names, and the headings of the appendices."""
    headings = tuple(_headings(text))
    end = headings[0].index if headings else len(text.lines)
    joined, starts = _joined(text, end)
    return Enclosures(
        headings, tuple(_appendixes(joined, starts)), tuple(_listed(text, end)), tuple(_counts(joined, starts))
    )


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


def _of_this_document(joined: str, end: int) -> bool:
    """Whether what was found is not an appendix of some other act, named right behind it."""
    return not _ELSEWHERE.search(joined[end : end + _BEHIND].partition(".")[0])


def _appendixes(joined: str, starts: list[tuple[int, int]]) -> Iterator[Enclosure]:
    seen: set[str] = set()
    for pattern in (_AFTER, _BEFORE):
        for found in islice(pattern.finditer(joined), MOST_PHRASES):
            if not _of_this_document(joined, found.end()):
                continue
            for numeral in _NUMERALS.findall(found[1].upper()):
                if numeral not in seen and len(seen) < MOST_ITEMS:
                    seen.add(numeral)
                    yield Enclosure(f"Phụ lục {numeral}", _line_at(starts, found.start()), numeral)
    single = _SINGLE.search(joined)
    if single and not seen:
        yield Enclosure("Phụ lục", _line_at(starts, single.start()), "")


def _counts(joined: str, starts: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for found in islice(_COUNTED.finditer(joined), MOST_ITEMS):
        if _of_this_document(joined, found.end()) and int(found[1]):
            yield int(found[1]), _line_at(starts, found.start())


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
