"""The stamp of a certified copy (ND 30/2020 Art. 25 and Phụ lục I, Phần II): ``SAO Y``, ``SAO LỤC``, ``TRÍCH SAO``.

It is a line of its own at the head of page 1, where an e-signature puts it with agency and time, or it heads the
certificate below the copied text. A sentence, a title or a list that speaks of copies makes no copy.
"""

from __future__ import annotations

import re
from itertools import islice

from protocol.content.letterhead import letterhead_zone
from protocol.content.signatures import POST, is_name, signatures
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
    r"(?P<source>(?:\s+(?:(?:từ|sang)\s+)?(?:(?:văn )?bản\s+(?:chính|gốc|điện tử|giấy)|chính)\b){0,2}))",
    re.IGNORECASE,
)
_HOUR = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\s*(?:Z|(?:GMT|UTC)?\s*[+-]\d{1,2}(?::?\d{2})?)?"
_DAY_IN_WORDS = r"ngày[\s.…_\d]*tháng[\s.…_\d]*năm[\s.…_\d]*"
_DAY = rf"(?:(?:ngày\s*)?(?:\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{4}}|\d{{4}}-\d{{2}}-\d{{2}})|{_DAY_IN_WORDS})"
_TIMED = rf"(?:{_DAY}[\sT,;-]*{_HOUR}|{_HOUR}\W*{_DAY})"
_WHEN = rf"(?:{_TIMED}|{_DAY})"
_PLACE = r"[^\W\d][^,:;\d]{0,60},\s*"
_PLACED = rf"(?:{_PLACE}{_DAY}|{_DAY_IN_WORDS})"
"""Place and day as a letterhead has them; a bare ``ngày 20/10/2026`` may be that of another document."""
_SIGN = r"[\d.…_\s]*[/-]\s*(?:SY|SL|TRS|TS)\b[^\s,;]*"
_NUMBERED = re.compile(
    rf"\W*(?:(?:số\W*)?{_SIGN}|số\W*[\d.…_]+)?"
    rf"\W*(?:(?:{_PLACE})?{_WHEN})?\W*",
    re.IGNORECASE,
)
"""The copy's own number and notation, place and day, where they share the line; their places may be left free."""
_OF_AGENCY = re.compile(rf"\D{{0,90}}\b{_WHEN}\W*|.{{0,90}}\b{_TIMED}\W*", re.IGNORECASE)
"""The agency and the time that an e-signature shows; a number beside a bare day may be that of another document."""
_AGENCY = (
    r"(?:sở|bộ|(?:tổng |chi )?cục|[uủ][ỷy] ban|ubnd|hđnd|hội|văn phòng|ban|phòng|đảng bộ|\w+ [uủ][ỷy]|xã|phường|"
    r"(?:bệnh |học )?viện|(?:nhà )?trường|đại học|trung tâm|trạm|kho bạc|bảo hiểm|ngân hàng|thanh tra|t[oò][aà] án|"
    r"công (?:an|ty)|thuế|chi nhánh|(?:liên )?đoàn|mặt trận|hạt)\s+"
    r"(?!hành\b(?! chính\b)|hợp\b(?! tác\b)|chống\b|phận\b|thủ tục\b|câu hỏi\b|quy\b(?! hoạch\b)|hồ sơ\b"
    r"|tài liệu\b|(?:văn )?bản\b(?! đồ\b))"
)
"""What the name of an agency begins with, and what the same word begins that is none: ``bộ hồ sơ``, ``trường hợp``."""
_BROKEN = re.compile(rf"\s*[,;:|–—-](?!\W*(?:sao|trích|và)\b)|\s+{_AGENCY}", re.IGNORECASE)
"""What an agency begins with whose time is on the next line; ``SAO Y, SAO LỤC VĂN BẢN`` is a title."""
_BESIDE = re.compile(r".*(?:việt nam|hạnh phúc|\bnăm\s*\d{4})\W*", re.IGNORECASE)
"""Lines of the letterhead that a stamp may fall on, so that it becomes their end."""
_LEFT_OF_IT = re.compile(rf"\W*(?:số\W*)?{_SIGN}\W+|(?P<name>.+?\s)(?=(?:bản\s+)?{_KIND})", re.IGNORECASE)
"""What the left column of a certificate says, its sign or its agency, where both columns were read as one line."""
_AGENCY_NAME = re.compile(rf"\W*{_AGENCY}", re.IGNORECASE)
_TITLE = re.compile(
    r"\A\W*(?:danh mục|sổ|mẫu|biểu|bảng|giấy|phiếu|kết quả|quy trình|quy chế|báo cáo|thủ tục|lệ phí|phụ lục)\b|"
    r"(?:,|\b(?:và|về|để|của|tại|được|công tác|đề nghị|thực hiện|tập huấn))\W*\Z",
    re.IGNORECASE,
)
"""Words before the form of a copy that make one title with it: those of a paper, or those that lead on to it."""
_ON_BEHALF = r"(?:(?:TL|KT|TM|TUQ|Q)\s*\.|[TK]/[LMT]\b)"
_SIGNER = re.compile(rf"\W*(?:{_ON_BEHALF}.*|{POST}[^\d.,:;]*\W*)", re.IGNORECASE)
"""Who certifies, behind the form or on a line of its own: ``TL. GIÁM ĐỐC``, ``HIỆU TRƯỞNG``; not a sentence on them."""
_SIGN_LINE = re.compile(rf"\W*số\W*{_SIGN}(?:\W+{_PLACED})?\W*", re.IGNORECASE)
"""The copy's own number on a line of its own."""
_PLACE_AND_DAY = re.compile(rf"\W*{_PLACED}\W*", re.IGNORECASE)
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
    """Whether a line is the head of a certificate: where the text is ``over``, or, in capitals, above a copy's number.

    The end is not found where the original has no recipients and its signature is not read. With the number below it,
    or who signs, the head may also be in small letters or have an agency beside it; a list of papers has neither, and
    a list of copies has more than one number. ``Sao y bản chính`` with which a file ends may be signed by anybody.
    """
    head = text.lines[index].text
    below = [line.text[:_LONGEST] for line in text.lines[index + 1 : index + 1 + _NEAR]]
    numbered = sum(bool(_SIGN_LINE.fullmatch(line)) for line in below) == 1
    if over:
        last = index + _NEAR >= len(text.lines) - 1 and _names_source(head)
        return _has_stamp(head, at_head=numbered or last or _is_signed(head, below), any_agency=numbered)
    return numbered and head.isupper() and _has_stamp(head, at_head=True)


def _is_signed(head: str, below: list[str]) -> bool:
    """Whether a certificate's signer stands below its head, or its place and day do where the head names its source.

    ``Bản sao y`` in small letters is a paper, whoever signs the list of it. But with place and day on the line below
    ``Bản sao y bản chính`` heads a certificate: no item of a list is followed by them. Where the file ends they are
    missing, and ``_names_source`` takes the same words for an item.
    """
    found = _FORM.match(head)
    if found and found["source"] and below and _PLACE_AND_DAY.fullmatch(below[0]):
        return True
    if found and found["form"].startswith("Bản"):
        return False
    return any(
        _SIGNER.fullmatch(line) and (line.isupper() or (line[0].isupper() and any(map(is_name, below[number:]))))
        for number, line in enumerate(below, start=1)
    )


def _names_source(head: str) -> bool:
    """Whether a head is ``Sao y bản chính`` or the like, for one with which a file ends and nothing else to judge by.

    There ``Bản sao y bản chính`` is a paper in a list; with place and day below it is none (see ``_is_signed``).
    """
    found = _FORM.match(head)
    return bool(found and found["source"] and not found["form"].startswith("Bản"))


def _has_stamp(text: str, *, at_head: bool, any_agency: bool = False) -> bool:
    """Whether a line is a stamp, or ends with one; ``at_head`` also whether it is the first line of one.

    Only there is what stands beside it an agency: one that is known by its name, or ``any_agency``.
    """
    if _is_stamp(text, at_head=at_head):
        return True
    beside = _BESIDE.match(text) if at_head else None
    if beside and _is_stamp(text[beside.end() :], at_head=True):
        return True
    left = _LEFT_OF_IT.match(text)
    if left is None or not (left["name"] is None or (at_head and _is_agency(left["name"], any_agency=any_agency))):
        return False
    return _is_stamp(text[left.end() :], at_head=at_head)


def _is_agency(name: str, *, any_agency: bool) -> bool:
    return name.isupper() and not _TITLE.search(name) and (any_agency or bool(_AGENCY_NAME.match(name)))


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
    if _NUMBERED.fullmatch(rest) or (rest.isupper() and _SIGNER.fullmatch(rest)):
        return True
    apart = in_capitals or not rest[0].isspace()
    return apart and bool(_OF_AGENCY.fullmatch(rest) or (at_head and _BROKEN.match(rest)))
