"""The list of enclosures that a document ends with: ``Tài liệu gửi kèm: 1. …; 2. …``."""

from __future__ import annotations

import re

from protocol.content.enclosers import ACT, WITH, asks, handed_in, on_paper
from protocol.content.text import FileText

_HEADING = re.compile(
    rf"(?:(?:Các )?(?:(Tài liệu|Văn bản)|Hồ sơ)\s+(?:(?:trình|họp|được)\s+)?)?{WITH}(?:\s+{ACT} này)?"
    r"(?:\s+(?:bao )?gồm(?:\s+có)?)?\s*:\s*",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?:\d{1,2}[.)]|[-–+•])\s*")
_ITEM_INSIDE = re.compile(r"(?:\A|[;.]\s*)\d{1,2}[.)]\s*")
_ENDS = re.compile(r"Nơi nhận|Trân trọng|Kính|Đề nghị|Căn cứ|Điều \d", re.IGNORECASE)
_CLOSING = re.compile(r"Nơi nhận|Đề nghị|Rất mong|(?:TM|KT|TL|TUQ)\.|.*\b(?:trân trọng|kính)\b", re.IGNORECASE)
"""What follows a list that a document ends with; a list of what applicants hand in stands in the middle of a text."""
_ANOTHER_WAY = re.compile(r"\b(?:trả lại|nhận (?:được|đủ)|tiếp nhận|chuyển đến|bưu điện|bưu chính)\b", re.IGNORECASE)
"""What is said before a list of what came, goes back, or goes by post."""
_AROUND = 5
"""Lines before and behind a list that tell whose it is."""
MOST_ITEMS = 40
Item = tuple[str, int]


def listed(text: FileText, end: int) -> tuple[Item, ...]:
    """Give the entries of the first list before a line and their lines, unless others may have to hand them in."""
    for index in range(end):
        heading = _HEADING.match(text.lines[index].text)
        if not heading:
            continue
        rest = text.lines[index].text[heading.end() :]
        items: list[Item] = []
        if _ITEM_INSIDE.match(rest):
            items = [(part, index) for part in _ITEM_INSIDE.split(rest)[:MOST_ITEMS]]
        behind = index + 1
        if items or not rest:
            below, behind = _below(text, index + 1, end)
            items += below
        before = " ".join(line.text for line in text.lines[max(0, index - _AROUND) : index])
        after = [line.text for line in text.lines[behind : behind + _AROUND] if not line.text.isdigit()]
        told = " ".join([before, *(item for item, _ in items), *after])
        if _ANOTHER_WAY.search(before) or on_paper(before):
            return ()
        if handed_in(told) or before.endswith(":") or not _closing(after) or (not heading[1] and asks(before)):
            return ()
        return tuple((item.strip(" ;./"), line) for item, line in items if item.strip(" ;./"))
    return ()


def _below(text: FileText, begin: int, end: int) -> tuple[list[Item], int]:
    """Give the entries on the lines from ``begin`` on, and the line behind the last of them."""
    items: list[Item] = []
    for index in range(begin, min(end, begin + 2 * MOST_ITEMS)):
        line = text.lines[index].text
        marked = _ITEM.match(line)
        if marked:
            items.append((line[marked.end() :], index))
        elif items and not items[-1][0].endswith((";", ".")) and not _ENDS.match(line) and not line.isupper():
            items[-1] = f"{items[-1][0]} {line}", items[-1][1]
        else:
            return items, index
    return items, min(end, begin + 2 * MOST_ITEMS)


def _closing(after: list[str]) -> bool:
    return not after or after[0].isupper() or _CLOSING.match(after[0]) is not None
