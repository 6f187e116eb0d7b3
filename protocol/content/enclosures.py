"""Which enclosures a document names, and which appendices stand in the same file (ND 30/2020, Phụ lục I, III.1)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from protocol.content.enclosers import ACT, WITH, Phrase, named_behind, of_this_document, phrase_at
from protocol.content.enclosurelists import listed
from protocol.content.recipients import addressees
from protocol.content.text import FileText

_HEADING = re.compile(
    r"Phụ lục(?:\s+(?:số\s+)?([IVXLC]{1,6}|\d{1,3}|[A-Z])\b)?\s*(?:[:.–—-].{0,120})?\Z", re.IGNORECASE
)
_NUMERAL = r"(?:số\s+)?([IVXLC]{1,6}|\d{1,2})\b"
_MORE = r"(?:\s*(?:,|;|và|&)\s*(?:Phụ lục\s+)?(?:số\s+)?(?:[IVXLC]{1,6}|\d{1,2})\b){0,40}+"
"""As many numerals as one phrase gives: without an end, a text of nothing else costs the square of its length."""
_WITH_THIS = rf"{WITH}\s+{ACT} này"
_AFTER = re.compile(rf"(?:{_WITH_THIS}|{WITH}|\(\s*có)\s*:?\s+(?:các\s+)?Phụ lục\s+({_NUMERAL}{_MORE})", re.IGNORECASE)
_NAMES_THIS = re.compile(_WITH_THIS, re.IGNORECASE)
_BEFORE = re.compile(rf"Phụ lục\s+({_NUMERAL}{_MORE})\s*\(?\s*(?:(?:ban hành|được)\s+)?{WITH}", re.IGNORECASE)
_SINGLE = re.compile(rf"\(\s*(?:{WITH}\s+Phụ lục|(?:Có |Chi tiết (?:tại|theo) )?Phụ lục\s+{WITH})\s*\)", re.IGNORECASE)
_DETAILED = re.compile(
    rf"(?:Chi tiết|Cụ thể)\s+(?:tại|theo)\s+Phụ lục\s+{WITH}(?=\s*[.;])|"
    rf"(?:tại|theo)\s+Phụ lục\s+{WITH}(?=\s+{ACT} này\b)",
    re.IGNORECASE,
)
_POINTED = re.compile(r"\b(?:tại|theo|ở)\s+(?:các\s+)?\Z", re.IGNORECASE)
"""What stands before an appendix that is to be looked up, and not spoken about."""
_WEIGHED = re.compile(r"\b(?:đối với|nhất trí|thống nhất|góp ý)\b", re.IGNORECASE)
"""What a sender says who gives his view of another's draft and its appendices."""
_PERHAPS_A_HEADING = re.compile(r"Phụ lục\s+(?:số\s+)?(?:[IVXLC]{1,6}|\d{1,3}|[A-Z])[a-z]?\b", re.IGNORECASE)
_NUMERALS = re.compile(r"\b(?:[IVXLC]{1,6}|\d{1,2})\b")
_MANY = r"\b0*(\d{1,3})\s*(?:\([^)]{1,30}\)\s*)?(tài liệu|phụ lục|văn bản|tệp|file|danh mục|biểu mẫu)"
_COUNTED = re.compile(rf"{WITH}(?:\s+{ACT} này)?\s*:?\s*\(?\s*{_MANY}", re.IGNORECASE)
_COUNTED_BEFORE = re.compile(rf"{_MANY}\s+{_WITH_THIS}", re.IGNORECASE)
_SAID = re.compile(
    r"\((?:[^()]{0,120}\s)?(?:kèm theo|đính kèm|gửi kèm)(?::?\s[^()]{0,160})?\)",
    re.IGNORECASE,
)
_THING = re.compile(
    r"danh sách|danh mục|biểu|mẫu|bảng|phụ lục|dự thảo|tờ trình|báo cáo|quy chế|kế hoạch|đề án|hồ sơ|tài liệu|bản sao|"
    rf"\(bản {WITH}",
    re.IGNORECASE,
)
_REMARK = re.compile(rf"\((.*)\b{WITH}(?:\s+{ACT} này)?[.;\s]*\)", re.IGNORECASE)
_BEGINS = re.compile(rf"\(?\s*{WITH}", re.IGNORECASE)
_OF_SENDERS = re.compile(r"mẫu|phụ lục|dự thảo|đề cương", re.IGNORECASE)
"""What a sender gives along who asks others for something; lists and papers may be what he asks for."""
_VIEW = re.compile(r"ý kiến|góp ý", re.IGNORECASE)
_SIGNED = re.compile(r"Nơi nhận\s*(?::|\Z)", re.IGNORECASE)
_TITLE = re.compile(
    r"D(?:anh|ANH) (?:sách|SÁCH|mục|MỤC)\b|B(?:iểu|IỂU|ảng|ẢNG)\b|M(?:ẫu|ẪU)\b|"
    r"PHỤ LỤC|DỰ THẢO|TỜ TRÌNH|BÁO CÁO|QUY CHẾ|QUY ĐỊNH|KẾ HOẠCH|ĐỀ ÁN"
)
"""How an enclosure in the same file begins that has no heading ``Phụ lục``."""
_HEAD_LINES = 15
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
class Counted:
    """How many enclosures the text counts, its line, and what it counts: ``phụ lục``, ``tài liệu``, ``biểu mẫu``."""

    number: int
    index: int
    thing: str


@dataclass(frozen=True, slots=True)
class Enclosures:
    """What a document says about what comes with it.

    ``said`` are words in brackets that something comes with it (``(Có danh sách kèm theo)``), where nothing more
    telling is said. ``signed`` is the line of the first ``Nơi nhận``, where the document itself ends, and ``titles``
    are the lines that may begin an enclosure in the same file under another heading than ``Phụ lục``; ``perhaps`` are
    lines that name an appendix where no heading is looked for: low on a page, at its side, in a table.
    """

    headings: tuple[Heading, ...] = ()
    appendixes: tuple[Enclosure, ...] = ()
    listed: tuple[Enclosure, ...] = ()
    counts: tuple[Counted, ...] = ()
    said: tuple[Enclosure, ...] = ()
    titles: tuple[int, ...] = ()
    signed: int | None = None
    perhaps: tuple[int, ...] = ()

    @property
    def appended(self) -> tuple[Heading, ...]:
        """The numbered headings behind the signature; before it a line that begins so may be an entry of a list."""
        signed = self.signed
        return tuple(each for each in self.headings if each.numeral and signed is not None and each.index > signed)


def read_enclosures(text: FileText) -> Enclosures:
    """Read what the text before its signature and the first appendix names, and the headings of the appendices."""
    headings = appendix_headings(text)
    signed = next((index for index, line in enumerate(text.lines) if _SIGNED.match(line.text)), None)
    ends = [*(heading.index for heading in headings[:1]), *([] if signed is None else [signed])]
    end = min(ends, default=len(text.lines))
    flow = _flow(text, end)
    titles = tuple(index for index, line in enumerate(text.lines) if _TITLE.match(line.text))
    appendixes = tuple(_appendixes(flow))
    entries = tuple(Enclosure(item, index) for item, index in listed(text, end))
    # What is told above a title of the text itself may stand below that title: "DANH SÁCH ĐẠI BIỂU".
    begin = max((title for title in titles if title < end), default=0)
    counts = tuple(counted for counted in _counts(flow) if counted.index >= begin)
    said = () if appendixes or entries or counts else tuple(_said(flow, max(begin, _body(text))))
    known = {heading.index for heading in headings}
    named = (index for index, line in enumerate(text.lines) if _PERHAPS_A_HEADING.match(line.text))
    perhaps = tuple(index for index in named if index not in known)
    return Enclosures(headings, appendixes, entries, counts, said, titles, signed, perhaps)


def _body(text: FileText) -> int:
    """Give the line behind the addressees: ``(có danh sách kèm theo)`` among them is often for the sender alone."""
    last = max((named.index for named in addressees(text)), default=-1)
    return next((at for at in range(last + 1, len(text.lines)) if text.lines[at].text[:1].isupper()), last + 1)


def appendix_headings(text: FileText) -> tuple[Heading, ...]:
    """Give the headings of the appendices in a file, be it the document's or an enclosure's."""
    return tuple(_headings(text))


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


@dataclass(frozen=True, slots=True)
class _Flow:
    """The text, where each of its lines begins in it, and the capitals of its head."""

    text: str
    starts: list[tuple[int, int]]
    head: str

    @property
    def joined(self) -> str:
        """The text as one line."""
        return self.text.replace("\n", " ")

    def phrase(self, found: re.Match[str]) -> Phrase:
        return phrase_at(self.text, found.start(), found.end(), self.head)

    def line(self, found: re.Match[str]) -> int:
        at = bisect_right(self.starts, found.start(), key=lambda start: start[0])
        return self.starts[at - 1][1] if at else 0


def _flow(text: FileText, end: int) -> _Flow:
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
    return _Flow("\n".join(parts), starts, " ".join(part for part in parts[:_HEAD_LINES] if part.isupper()))


def _appendixes(flow: _Flow) -> Iterator[Enclosure]:
    """Yield appendices of this document; one that another paper has too is this document's only if it says so."""
    sure: dict[str, int] = {}
    likely: dict[str, int] = {}
    others: set[str] = set()
    for pattern in (_AFTER, _BEFORE):
        for found in islice(pattern.finditer(flow.joined), MOST_PHRASES):
            phrase = flow.phrase(found)
            own = of_this_document(phrase) and (_shows(phrase) if pattern is _BEFORE else _brings(phrase))
            for numeral in _NUMERALS.findall(found[1].upper()):
                if not own:
                    others.add(numeral)
                else:
                    (sure if phrase.names_this else likely).setdefault(numeral, flow.line(found))
    seen = {**{numeral: line for numeral, line in likely.items() if numeral not in others}, **sure}
    yield from (Enclosure(f"Phụ lục {each}", line, each) for each, line in islice(seen.items(), MOST_ITEMS))
    if not seen:
        yield from _single(flow)


def _single(flow: _Flow) -> Iterator[Enclosure]:
    """Yield the one appendix that has no numeral."""
    for pattern in (_SINGLE, _DETAILED):
        found = pattern.search(flow.joined)
        phrase = flow.phrase(found) if found else None
        if not found or not phrase or not of_this_document(phrase):
            continue
        if pattern is _DETAILED:
            own = phrase.names_this or phrase.begins or phrase.spoken_by_sender
        else:
            own = _brings(phrase) or not _BEGINS.match(phrase.words)
        if own:
            yield Enclosure("Phụ lục", flow.line(found), "")
            return


def _brings(phrase: Phrase) -> bool:
    """Whether ``kèm theo Phụ lục I`` says what comes, in brackets or of the sender, and not what is asked of others."""
    if _NAMES_THIS.match(phrase.words):
        return True
    bracketed = phrase.words.startswith("(") or phrase.before.rstrip().endswith("(")
    return not phrase.asked and (bracketed or phrase.begins or phrase.decides or phrase.spoken_by_sender)


def _shows(phrase: Phrase) -> bool:
    """Whether ``Phụ lục I kèm theo`` is shown to the reader, not spoken of: ``dự thảo và Phụ lục I kèm theo``."""
    if phrase.names_this or named_behind(phrase):
        return phrase.names_this
    bracketed = phrase.before.rfind("(") > phrase.before.rfind(")")
    sends = phrase.spoken_by_sender and not _WEIGHED.search(phrase.before)
    return bracketed or sends or phrase.decides or _POINTED.search(phrase.before) is not None


def _counts(flow: _Flow) -> Iterator[Counted]:
    """Yield what is counted where the sender certainly counts what comes with this document."""
    told = (pattern.finditer(flow.joined) for pattern in (_COUNTED, _COUNTED_BEFORE))
    for found in islice(chain.from_iterable(told), MOST_ITEMS):
        phrase = flow.phrase(found)
        note = phrase.begins and phrase.ends and not phrase.asked
        own = "này" in found[0] or note or phrase.spoken_by_sender
        if int(found[1]) and own and of_this_document(phrase):
            yield Counted(int(found[1]), flow.line(found), found[2].casefold())


def _said(flow: _Flow, begin: int) -> Iterator[Enclosure]:
    """Yield what remarks from a line on say."""
    for found in islice(_SAID.finditer(flow.joined), MOST_ITEMS):
        phrase = flow.phrase(found)
        if (
            flow.line(found) >= begin
            and _THING.search(found[0])
            and of_this_document(phrase)
            and _comes_with_it(phrase)
        ):
            yield Enclosure(found[0].strip("() "), flow.line(found))


def _comes_with_it(phrase: Phrase) -> bool:
    """Whether words in brackets are a remark of the sender about this document.

    ``(Có danh sách kèm theo)`` is one, if nobody is asked to send such a list; ``(kèm theo danh sách)`` is one where it
    stands for itself, or the sender sends, or asks for a view of a draft.
    """
    remark = _REMARK.fullmatch(phrase.words)
    if remark and _THING.search(remark[1]):
        if phrase.decides or phrase.spoken_by_sender:
            return not phrase.behind.startswith(":")  # else it follows in the text
        return phrase.ends and (not phrase.asked or _OF_SENDERS.search(remark[1]) is not None)
    if phrase.begins or phrase.spoken_by_sender:
        return True
    return "dự thảo" in phrase.words.casefold() and _VIEW.search(phrase.before) is not None
