"""Whom a document names: ``Kính gửi`` and ``Nơi nhận`` (ND 30/2020, Phụ lục I, II.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protocol.content.surnames import SURNAMES
from protocol.content.text import FileText, Line
from protocol.wire.plaintext import ascii_text

MOST_ITEMS, MOST_BLOCKS = 60, 20
MOST_LINES, LONGEST_ITEM = 400, 1_000
"""Lines looked at below a heading, those of the other column among them, and letters of one line of the block."""
_DASH = re.compile(r"[-–—+•]\s*")
_KINH_GUI = re.compile(r"Kính gửi\s*:?\s*", re.IGNORECASE)
_NOI_NHAN = re.compile(r"Nơi nhận\s*:?\s*\Z", re.IGNORECASE)
_ASIDE = re.compile(r"\(([^)]*)\)?|\[([^\]]*)\]?")
_PURPOSE = re.compile(
    r"de\b|[bcpt]\s?/\s?[chdbt]\b|bao cao\b|phoi hop\b|thuc hien\b|chi dao\b|[^a-z]*(?:b|ban|t|to)?\Z"
)
"""How brackets begin that say for what, or how many copies, and not whom: ``(để b/c)``, ``(02 bản)``."""
_ABOVE = re.compile(r"nhu tren|nhu kinh gui")
_KEPT = re.compile(r"luu\b|luu:")
_OPEN = re.compile(
    r"\bcac\b|\bnhu\b|\bdanh sach\b|\bthanh vien\b|\blien quan\b|\btruc thuoc\b|\btoan the\b|\bthu truong\b|"
    r"\bdon vi\b|\bco quan\b|\bto chuc\b|\bca nhan\b|\bnganh\b|\btheo\b|\bv\.v\b|\.\.\.|\?\?|\btren dia ban\b|"
    r"\b(?:tinh|huyen|xa|phuong|so|benh vien|truong|doanh nghiep|hop tac xa), |"
    r"\b[0-9]{1,4} (?:tinh|thanh pho|xa|phuong|dac khu|so|bo|ban|cuc|truong|benh vien|trung tam|cong ty)\b|"
    r"\A(?:dong chi|d/c|ong|ba)\b|"
    r"\A(?:doanh nghiep|hop tac xa|ho gia dinh)\b|"
    r"\bhoi dong (?!nhan dan\b)|\A(?:quy|to|tieu ban|doan (?:dai bieu|kiem tra|thanh tra|giam sat|cong tac))\b|"
    r"\bbo chinh tri\b|\b(?:ban|uy ban) (?:chi dao|bi thu|can su|chap hanh|thuong vu|soan thao|"
    r"an toan giao thong|bau cu|quoc gia|dieu phoi)\b"
)
"""Groups, numbers of bodies, classes; persons, whose office nobody knows; organs that an agency serves.

A council, a fund, a steering committee or the committee of a party has no office of its own: its papers go to whoever
serves it.
"""
_PROVINCE = r"(?:Cao Bằng|Hà (?:Giang|Nam|Nội|Tĩnh)|Hồ Chí Minh|Lâm Đồng)\b(?! [A-ZĐÀ-Ỹ])"
_PERSON = re.compile(
    r"(?:\A|\A(?P<deputy>Phó |Nguyên |(?=PCT ))?(?:Quyền )?(?:Tổng )?(?:Chủ tịch|Bí thư|Thủ tướng|Bộ trưởng|"
    r"Thứ trưởng|Giám đốc|Cục trưởng|Vụ trưởng|Viện trưởng|Chánh án|Chánh Văn phòng|Trưởng ban|Trưởng phòng|Tư lệnh|"
    r"Chủ nhiệm|PCT|CT)(?: [\w ,-]{1,40})?"
    r"(?(deputy)|(?<!xã)(?<!phường)(?<!đặc khu)(?<!trường)(?<!phố)) |"
    r"\A(?:(?:GS|PGS|TS|ThS|BS|LS|KS)\.? ?)+)"
    rf"(?!{_PROVINCE})(?:{SURNAMES})"
    r"(?: [A-ZĐÀ-Ỹ]\w+){1,4}\b"
)
"""A person, with a post or a degree before the name.

What follows a post may be a place: the province in *Giám đốc Sở Mẫu Hà Nội*, not in *Giám đốc Sở Mẫu Hà Nam Anh*; the
unit in *Chủ tịch UBND xã Cao Mẫu*. Deputies and former holders are meant as persons only. In doubt it is a person: a
district is often written without its name (*Chủ tịch UBND huyện Lê Mẫu*).
"""
_CLASS_WORDS = 5
"""Words of a line with no capital behind the first: a class (``Hiệu trưởng trường trung học phổ thông``), no name."""


@dataclass(frozen=True, slots=True)
class Named:
    """One line of a block: its text without dash, brackets and closing mark, and the index of its first line.

    ``aside`` is what its brackets say of whom it means: ``Vụ PC`` in ``Bộ Mẫu (Vụ PC)``, nothing in ``(để b/c)``.
    """

    text: str
    index: int
    aside: str = ""

    @property
    def open(self) -> bool:
        """Whether it may mean agencies that it does not name: ``Các sở, ban, ngành``, ``Như Điều 3``."""
        whole = f"{self.text} {self.aside}".strip()
        if self.above or self.kept:
            return False
        return bool(_OPEN.search(_plain(whole)) or _PERSON.match(self.text)) or _class(self.text)

    @property
    def above(self) -> bool:
        """Whether it points at ``Kính gửi``: ``Như trên``."""
        return bool(_ABOVE.match(_plain(self.text)))

    @property
    def kept(self) -> bool:
        """Whether it says where the original stays: ``Lưu: VT``."""
        return bool(_KEPT.match(_plain(self.text)))


def addressees(text: FileText) -> tuple[Named, ...]:
    """Give who stands behind or below ``Kính gửi``."""
    for index, line in enumerate(text.lines):
        found = _KINH_GUI.match(line.text)
        if not found or line.page > 1:
            continue
        rest = line.text[found.end() :]
        if _DASH.match(rest):
            first = _named(_DASH.sub("", rest, count=1), index)
            return (first, *_items(text, index, beside=False))
        if rest:
            return (_named(" ".join([rest, *_wrapped(text, index)]), index),)
        return _items(text, index, beside=False)
    return ()


def recipients(text: FileText) -> tuple[Named, ...]:
    """Give the lines below the first ``Nơi nhận`` that is read to its end, which ``Lưu`` marks.

    A further one is that of a form behind the document, or of the form that it prescribes. Of several blocks without
    an end nobody knows whose they are.
    """
    begins = [index for index, line in enumerate(text.lines) if _NOI_NHAN.match(line.text)]
    blocks = [_items(text, index, beside=True) for index in begins[:MOST_BLOCKS]]
    whole = (block for block in blocks if block and block[-1].kept)
    return next(whole, blocks[0] if len(blocks) == 1 else ())


def _wrapped(text: FileText, index: int) -> list[str]:
    """Give the further lines of one centred addressee: close below, and begun right of where the text begins."""
    first, more = text.lines[index], []
    above = first
    for line in text.lines[index + 1 : index + 4]:
        if not line.placed or line.page != first.page or line.top - above.bottom > 0.6 * first.size:
            break
        if abs((line.left + line.right) - (first.left + first.right)) > 2 * first.size or line.left < first.left:
            break
        more.append(line.text)
        above = line
    return more


def _items(text: FileText, begin: int, *, beside: bool) -> tuple[Named, ...]:
    """Give the dashed lines below a heading; a line without a dash continues the one before it."""
    items: list[Named] = []
    head = text.lines[begin]
    above = head
    for index in range(begin + 1, min(begin + 1 + MOST_LINES, len(text.lines))):
        line = text.lines[index]
        if _elsewhere(head, line, beside):
            if not line.placed or line.page != head.page:
                break
            continue
        if line.placed and line.top - above.bottom > 2.5 * max(line.size, 8):
            break
        dash = _DASH.match(line.text)
        if dash:
            items.append(Named(line.text[dash.end() :], index))
        elif items and not items[-1].text.rstrip().endswith((";", ".")):
            items[-1] = Named(f"{items[-1].text} {line.text}", items[-1].index)
        elif items or line.text.startswith("Lưu"):
            break
        else:
            items.append(Named(line.text, index))
        above = line
        if len(items) >= MOST_ITEMS or len(items[-1].text) > LONGEST_ITEM or items[-1].kept:
            break
    return tuple(named for named in (_named(item.text, item.index) for item in items) if named.text)


def _elsewhere(head: Line, line: Line, beside: bool) -> bool:
    """Whether a line belongs to another column or page than the heading of the block."""
    if line.page != head.page:
        return True
    if not line.placed:
        return line.part != head.part
    return beside and (line.left + line.right) / 2 > 0.55 * line.width


def _named(text: str, index: int) -> Named:
    """Take the brackets off a line, and keep of them what may mean somebody."""
    asides = [(found[1] or found[2] or "").strip() for found in _ASIDE.finditer(text)]
    return Named(_bare(text), index, " ".join(aside for aside in asides if not _PURPOSE.match(_plain(aside))))


def _class(text: str) -> bool:
    """Whether a line is a class of bodies: many words, and none behind the first begins with a capital."""
    first, *more = text.split() or [""]
    return len(more) + 1 >= _CLASS_WORDS and not first.isupper() and all(word[0].islower() for word in more)


def _bare(text: str) -> str:
    return _ASIDE.sub(" ", text).strip().rstrip(";.,:/ ").strip()


def _plain(text: str) -> str:
    return ascii_text(text).casefold()
