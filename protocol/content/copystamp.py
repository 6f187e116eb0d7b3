"""The stamp of a certified copy (ND 30/2020 Art. 25 and Phụ lục I, Phần II): ``SAO Y``, ``SAO LỤC``, ``TRÍCH SAO``.

It is a line of its own at the head of page 1, where an e-signature puts it with agency and time, or it heads the
certificate below the copied text. A sentence, a title or a list that speaks of copies makes no copy.
"""

from __future__ import annotations

import re

from protocol.content.letterhead import letterhead_zone
from protocol.content.signatures import signatures
from protocol.content.text import FileText, Line

_LONGEST = 120
_MARGIN = 0.065
"""The part of a page's height that is margin, at its top and at its bottom: 20 mm of 297."""
_FORM = re.compile(
    r"\W*(?:hình thức sao\s*:\s*)?"
    r"(?P<form>(?:bản\s+)?(?:sao\s+(?:y|lục)|trích\s+sao)(?P<source>\s+(?:từ\s+)?bản\s+(?:chính|gốc|điện tử|giấy))?)\b",
    re.IGNORECASE,
)
_HOUR = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\s*(?:Z|(?:GMT|UTC)?\s*[+-]\d{1,2}(?::?\d{2})?)?"
_DAY = (
    r"(?:(?:ngày\s*)?(?:\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}-\d{2}-\d{2})"
    r"|ngày[\s.…_\d]*tháng[\s.…_\d]*năm[\s.…_\d]*)"
)
_TIMED = rf"(?:{_DAY}[\sT,;-]*{_HOUR}|{_HOUR}\W*{_DAY})"
_WHEN = rf"(?:{_TIMED}|{_DAY})"
_NUMBERED = re.compile(
    r"\W*(?:(?:số\W*)?[\d.…_\s]*[/-]\s*(?:SY|SL|TRS|TS)\b[^\s,;]*|số\W*[\d.…_]+)?"
    rf"\W*(?:(?:[^\W\d][^,:;\d]{{0,60}},\s*)?{_WHEN})?\W*",
    re.IGNORECASE,
)
"""The copy's own number and notation, place and day, where they share the line; their places may be left free."""
_OF_AGENCY = re.compile(rf"\D{{0,90}}\b{_WHEN}\W*|.{{0,90}}\b{_TIMED}\W*", re.IGNORECASE)
"""The agency and the time that an e-signature shows; a number beside a bare day may be that of another document."""
_BROKEN = re.compile(
    r"\s*[,;:|–—-](?!\W*(?:sao|trích|và)\b)"
    r"|\s+(?:sở|bộ|cục|chi cục|ubnd|hđnd|[uủ][ỷy] ban|hội đồng|văn phòng|ban|phòng)\s",
    re.IGNORECASE,
)
"""What an agency begins with whose time is on the next line; ``SAO Y, SAO LỤC VĂN BẢN`` is a title."""
_BESIDE = re.compile(r".*(?:việt nam|hạnh phúc|\bnăm\s*\d{4})\W*", re.IGNORECASE)
"""Lines of the letterhead that a stamp may fall on, so that it becomes their end."""
_RECIPIENTS = re.compile(r"\W*nơi nhận\b", re.IGNORECASE)


def is_copy(text: FileText) -> bool:
    """Whether a document says of itself that it is a certified copy, in print or in the stamp of an e-signature."""
    named = [(index, line) for index, line in enumerate(text.lines) if _may_stamp(line)]
    if not named:
        return False
    zone, end = set(letterhead_zone(text)), _end(text)
    return any(
        _is_at_head(line.text) if index in zone or _in_margin(line) else index >= end and _is_stamp(line.text)
        for index, line in named
    )


def _may_stamp(line: Line) -> bool:
    return len(line.text) <= _LONGEST and "sao" in line.text.casefold() and line.part not in {"note", "comment"}


def _in_margin(line: Line) -> bool:
    if not line.placed:
        return line.part in {"header", "footer", "box"}
    return line.top < _MARGIN * line.height or line.bottom > (1 - _MARGIN) * line.height


def _end(text: FileText) -> int:
    """Give the line at which the text is over: the recipients, or else the signature; 0 where neither was read."""
    recipients = next((index for index, line in enumerate(text.lines) if _RECIPIENTS.match(line.text)), None)
    return recipients if recipients is not None else next((signed.index for signed in signatures(text)), 0)


def _is_at_head(text: str) -> bool:
    """Whether a line is a stamp, or ends with one, or is the first line of one."""
    beside = _BESIDE.match(text)
    return _is_stamp(text, at_head=True) or bool(beside and _is_stamp(text[beside.end() :], at_head=True))


def _is_stamp(text: str, *, at_head: bool = False) -> bool:
    """Whether a line is the form of a copy, alone or with what belongs to it.

    In small letters and below the text it may also be a word of an appendix, as in a list of papers to hand in.
    """
    found = _FORM.match(text)
    if found is None or not found["form"][0].isupper():
        return False
    rest, in_capitals = text[found.end() :], found["form"].isupper()
    if not re.search(r"\w", rest):
        return at_head or in_capitals or found["source"] is not None
    if _NUMBERED.fullmatch(rest):
        return True
    apart = in_capitals or not rest[0].isspace()
    return apart and bool(_OF_AGENCY.fullmatch(rest) or (at_head and _BROKEN.match(rest)))
