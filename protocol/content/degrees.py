"""The degrees of secrecy (độ mật) as people write them: ``Tuyệt mật``, ``Tối mật`` and ``Mật``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from protocol.composition import composed
from protocol.wire.plaintext import ascii_text

MARKS = ("TUYỆT MẬT", "TỐI MẬT", "MẬT")
LONGEST_MARK = 48
"""Letters: room for a label, for brackets and for blanks between letters."""
AROUND = " \t.,;:*|[](){}<>«»\"'“”‘’_-–—=~★☆•"
_WITHOUT_BLANKS = {mark.replace(" ", ""): mark for mark in MARKS}
WITHOUT_ACCENTS = {ascii_text(letters): mark for letters, mark in _WITHOUT_BLANKS.items()}
"""The degrees by their letters alone: ``TOIMAT``. ``MAT`` is many other words too."""
_LABEL = re.compile(r"(?:(?:ĐỘ|Độ|MỨC ĐỘ|Mức độ|MỨC|Mức|CHỈ ĐỘ|Chỉ độ)\s*(?i:mật))\s*[:.]\s*")
"""It begins with a capital: in small letters it is the rest of a sentence that was wrapped."""
_UPPER = r"(?:TUYỆT\s+MẬT|TỐI\s+MẬT|MẬT)"
_OTHER_MARKS = (
    r"(?:(?:HỎA|HOẢ) TỐC(?: HẸN GIỜ)?|THƯỢNG KHẨN|KHẨN|(?:TÀI LIỆU )?THU HỒI|TRANG\s*\d{1,4}(?:\s*/\s*\d{1,4})?"
    r"|(?:BẢN|SỐ BẢN|BẢN SỐ|BẢN SAO SỐ)\s*[:.]?\s*[\d./]{1,9})"
)
_COMBINED = (
    re.compile(rf"\A({_UPPER})\s*[-–—/,;.(|]*\s*{_OTHER_MARKS}\W*\Z", re.IGNORECASE),
    re.compile(rf"\A{_OTHER_MARKS}\s*[-–—/,;.(|]*\s*({_UPPER})\W*\Z", re.IGNORECASE),
)
"""A stamp in one box with that of urgency, the number of the copy or of the page, or with the note to give it back."""
_WRITTEN, _URGENCY = r"(tuyệt\s+mật|tối\s+mật|mật)", r"(?:(?:hỏa|hoả) tốc|thượng khẩn|khẩn)"
_WITH_URGENCY = re.compile(
    rf"\W*(?:{_WRITTEN}\s*[-–—/,;.(|+&]\s*{_URGENCY}|{_URGENCY}\s*[-–—/,;.(|+&]\s*{_WRITTEN})\W*", re.IGNORECASE
)
"""With a mark between the two: *Mật khẩn* may be a password (*mật khẩu*), badly typed."""
Certainty = Literal["sure", "doubtful", "possible"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A degree of secrecy found: one of ``MARKS``, its line (0 in fields), and how sure it is to be a mark."""

    degree: str
    index: int = 0
    certainty: Certainty = "sure"


def degree_of(line: str) -> str | None:
    """Give the degree that a whole line states in capitals or behind ``Độ mật:``; ``None`` for everything else."""
    text = composed(line).strip(AROUND)
    labelled = _LABEL.match(text)
    rest = text[labelled.end() :].strip(AROUND) if labelled else text
    return whole_degree(rest.upper() if labelled else rest) or _combined(text)


def whole_degree(text: str) -> str | None:
    """Give the degree that a text in capitals is, apart from what stands around it and from blanks in it."""
    return _WITHOUT_BLANKS.get("".join(text.strip(AROUND).split()))


def _combined(text: str) -> str | None:
    """Give the degree of a stamp that says more; the degree itself in capitals."""
    for pattern in _COMBINED if len(text) <= LONGEST_MARK else ():
        found = pattern.match(text)
        if found and found[1].isupper():
            return whole_degree(found[1])
    return None


def degree_with_urgency(text: str) -> str | None:
    """Give the degree where a text is nothing but that and an urgency, in letters of any size: ``Mật - Khẩn``."""
    found = _WITH_URGENCY.fullmatch(text) if len(text) <= LONGEST_MARK else None
    return whole_degree((found[1] or found[2]).upper()) if found else None
