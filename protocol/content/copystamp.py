"""The stamp of a certified copy (ND 30/2020 Art. 25 and Phụ lục I, Phần II): ``SAO Y``, ``SAO LỤC``, ``TRÍCH SAO``.

It is a line of its own at the head of page 1, where an e-signature puts it with agency and time, or it heads the
certificate below the copied text. A sentence, a title or a list that speaks of copies makes no copy.
"""

from __future__ import annotations

import re
from itertools import islice

from protocol.content.letterhead import letterhead_zone
from protocol.content.signatures import signatures
from protocol.content.text import FileText, Line

_LONGEST = 120
_MARGIN = 0.065
"""The part of a page's height that is margin, at its top and at its bottom: 20 mm of 297."""
_NEAR = 6
"""Lines below the head of a certificate in which its sign and its signer stand, those of both columns."""
_KIND = r"(?:sao\s+(?:y|lục)|trích\s+sao)\b"
_FORM = re.compile(
    r"\W*(?:(?:hình thức sao|ký(?:\s+số)?\s+bởi|người ký)\s*:\s*)?"
    rf"(?P<form>(?:bản\s+)?{_KIND}"
    r"(?:\s+(?:từ\s+)?(?:(?:văn )?bản\s+(?:chính|gốc|điện tử|giấy)|chính)\b)?)",
    re.IGNORECASE,
)
_HOUR = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\s*(?:Z|(?:GMT|UTC)?\s*[+-]\d{1,2}(?::?\d{2})?)?"
_DAY = (
    r"(?:(?:ngày\s*)?(?:\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}-\d{2}-\d{2})"
    r"|ngày[\s.…_\d]*tháng[\s.…_\d]*năm[\s.…_\d]*)"
)
_TIMED = rf"(?:{_DAY}[\sT,;-]*{_HOUR}|{_HOUR}\W*{_DAY})"
_WHEN = rf"(?:{_TIMED}|{_DAY})"
_SIGN = r"[\d.…_\s]*[/-]\s*(?:SY|SL|TRS|TS)\b[^\s,;]*"
_NUMBERED = re.compile(
    rf"\W*(?:(?:số\W*)?{_SIGN}|số\W*[\d.…_]+)?"
    rf"\W*(?:(?:[^\W\d][^,:;\d]{{0,60}},\s*)?{_WHEN})?\W*",
    re.IGNORECASE,
)
"""The copy's own number and notation, place and day, where they share the line; their places may be left free."""
_OF_AGENCY = re.compile(rf"\D{{0,90}}\b{_WHEN}\W*|.{{0,90}}\b{_TIMED}\W*", re.IGNORECASE)
"""The agency and the time that an e-signature shows; a number beside a bare day may be that of another document."""
_AGENCY = (
    r"(?:sở|bộ|cục|chi cục|ubnd|hđnd|[uủ][ỷy] ban|hội đồng|văn phòng|ban|phòng)\s+(?!hành\b|hồ sơ\b|(?:văn )?bản\b)"
)
_BROKEN = re.compile(rf"\s*[,;:|–—-](?!\W*(?:sao|trích|và)\b)|\s+{_AGENCY}", re.IGNORECASE)
"""What an agency begins with whose time is on the next line; ``SAO Y, SAO LỤC VĂN BẢN`` is a title."""
_BESIDE = re.compile(r".*(?:việt nam|hạnh phúc|\bnăm\s*\d{4})\W*", re.IGNORECASE)
"""Lines of the letterhead that a stamp may fall on, so that it becomes their end."""
_LEFT_OF_IT = re.compile(rf"\W*(?:số\W*)?{_SIGN}\W+|(?P<name>\W*{_AGENCY}.*?\s)(?=(?:bản\s+)?{_KIND})", re.IGNORECASE)
"""What the left column of a certificate says, its sign or its agency, where both columns were read as one line."""
_ON_BEHALF = r"(?:TL|KT|TM|TUQ|Q)\s*\.|[TK]/[LMT]\b"
_SIGNER = re.compile(
    rf"\W*(?:{_ON_BEHALF}|(?:PHÓ\s+)?(?:GIÁM ĐỐC|CHÁNH VĂN PHÒNG|CHỦ TỊCH|HIỆU TRƯỞNG|TRƯỞNG PHÒNG)\b)"
)
"""Who certifies, behind the form: ``SAO Y BẢN CHÍNH TL. GIÁM ĐỐC``."""
_SIGN_BELOW = re.compile(rf"\W*số\W*{_SIGN}", re.IGNORECASE)
_SIGNER_BELOW = re.compile(rf"\W*(?:{_ON_BEHALF})")
_ANY_BESIDE = re.compile(rf".*\b{_KIND}\W*", re.IGNORECASE)
_RECIPIENTS = re.compile(r"\W*nơi nhận\b", re.IGNORECASE)


def is_copy(text: FileText) -> bool:
    """Whether a document says of itself that it is a certified copy, in print or in the stamp of an e-signature."""
    named = [(index, line) for index, line in enumerate(text.lines) if _may_stamp(line)]
    if not named:
        return False
    zone, end = set(letterhead_zone(text)), _end(text)
    return any(
        _has_stamp(line.text, at_head=True)
        if index in zone or _in_margin(line)
        else _heads_certificate(text, index, over=index >= end)
        for index, line in named
    )


def _may_stamp(line: Line) -> bool:
    return len(line.text) <= _LONGEST and "sao" in line.text.casefold() and line.part not in {"note", "comment"}


def _in_margin(line: Line) -> bool:
    if not line.placed:
        return line.part in {"header", "footer", "box"}
    return line.top < _MARGIN * line.height or line.bottom > (1 - _MARGIN) * line.height


def _end(text: FileText) -> int:
    """Give the line at which the text is over: the first recipients or signature; 0 where neither was read.

    Where the original has only one of them, the other is that of the certificate.
    """
    recipients = (index for index, line in enumerate(text.lines) if _RECIPIENTS.match(line.text))
    return min((*islice(recipients, 1), *(signed.index for signed in signatures(text))), default=0)


def _heads_certificate(text: FileText, index: int, *, over: bool) -> bool:
    """Whether a line is the head of a certificate: where the text is ``over``, or, in capitals, above a copy's sign.

    The end is not found where the original has no recipients and its signature is not read. With its sign, or who signs
    on authority, close below it, the head may also be in small letters or have any agency beside it.
    """
    head = text.lines[index].text
    below = [line.text[:_LONGEST] for line in text.lines[index + 1 : index + 1 + _NEAR]]
    numbered = any(_SIGN_BELOW.match(line) for line in below)
    if not (over or (numbered and head.isupper())):
        return False
    if numbered or any(line.isupper() and _SIGNER_BELOW.match(line) for line in below):
        return _has_stamp(head, at_head=True) or (head.isupper() and bool(_ANY_BESIDE.fullmatch(head)))
    return _has_stamp(head)


def _has_stamp(text: str, *, at_head: bool = False) -> bool:
    """Whether a line is a stamp, or ends with one; ``at_head`` also whether it is the first line of one."""
    if _is_stamp(text, at_head=at_head):
        return True
    beside = _BESIDE.match(text) if at_head else None
    if beside and _is_stamp(text[beside.end() :], at_head=True):
        return True
    left = _LEFT_OF_IT.match(text)
    if left is None:
        return False
    return (left["name"] is None or left["name"].isupper()) and _is_stamp(text[left.end() :], at_head=at_head)


def _is_stamp(text: str, *, at_head: bool) -> bool:
    """Whether a line is the form of a copy, alone or with what belongs to it.

    In small letters and below the text it may also be a word of an appendix, as in a list of papers to hand in.
    """
    found = _FORM.match(text)
    if found is None or not found["form"][0].isupper():
        return False
    rest, in_capitals = text[found.end() :], found["form"].isupper()
    if not re.search(r"\w", rest):
        return at_head or in_capitals
    if _NUMBERED.fullmatch(rest) or (rest.isupper() and _SIGNER.match(rest)):
        return True
    apart = in_capitals or not rest[0].isspace()
    return apart and bool(_OF_AGENCY.fullmatch(rest) or (at_head and _BROKEN.match(rest)))
