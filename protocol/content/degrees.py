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
_DECLASSIFIED_STAMP = re.compile(r"\W*(?:da )?giai mat\W*(?:(?:tu )?ngay\b.{0,40})?")
_DECLASSIFIED_BESIDE = re.compile(r"(?:\A(?:ĐÃ )?GIẢI MẬT\b)|(?:\b(?:ĐÃ )?GIẢI MẬT\W*\Z)")
"""A stamp put on a page falls on one row with lines of the text, and becomes an end of them."""
_DECLASSIFIED = re.compile(r"\bda (?:duoc )?giai mat\b")
_TOLD = re.compile(r"\bgiai mat\b(?! (?:ma|khau)\b)")
_DONE = re.compile(r"\bda(?: (?:duoc|dong y|xet|tham dinh|cho|phep)){0,4},? giai mat\b")
_DENIED = re.compile(
    r"\b(?:chua|(?<!phong )(?<!hang )khong)(?= (?:giai|duoc|du|den|co|the|cho|dong y)\b)"
    r"(?: (?!da\b)\w+){0,3},? giai mat\b"
)
"""*Chưa đủ điều kiện giải mật*. Without accents *chứa*, *Không quân* and *phòng không* say the same."""
_PROCEDURE = re.compile(
    r"\b(?:(?:xin|de nghi|de xuat)(?: (?!da\b)\w+){0,2}|cho|can|xet|du kien|ke hoach|hoi dong|to"
    r"|chi dao|cong tac|giup viec|tham dinh),? giai mat\b"
)
"""Who declassifies, and what is asked or planned, but perhaps not done: *đề nghị xem xét, giải mật*."""
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


def is_declassified(name: str) -> bool | None:
    """Whether a name (of a file, a folder, an archive) or a subject says that what it names is secret no more.

    ``False`` where it says that it is still, ``None`` where it says neither: no word of it, or one of the procedure.
    """
    words = _plain_words(name)
    if _DENIED.search(words):
        return False
    return bool(_DONE.search(words) or (_TOLD.search(words) and not _PROCEDURE.search(words))) or None


def _plain_words(name: str) -> str:
    """Give a name in small letters without accents; in *lời giải - Mật* the dash parts two words."""
    return re.sub(r"\s+|_+|-", " ", ascii_text(name)).casefold()


def tells_declassified(line: str) -> bool:
    """Whether a line is a stamp of declassification, or says that it was done."""
    text = composed(line[:200])
    if "giải mật" not in text.casefold():
        return False
    words = ascii_text(text).casefold()
    beside = not text.isupper() and _DECLASSIFIED_BESIDE.search(text)
    return bool(beside or _DECLASSIFIED_STAMP.fullmatch(words) or _DECLASSIFIED.search(words))
