"""Who signed a document, as printed (ND 30/2020 Phụ lục I, II.7): a position in capitals, and a name below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from protocol.content.text import FileText
from protocol.wire.plaintext import ascii_text

_AUTHORITY = re.compile(r"(?:TM|KT|TL|TUQ|Q)\.\s?\w")
_CHIEF = "GIÁM ĐỐC|CHỦ TỊCH|TRƯỞNG|CHÁNH|BÍ THƯ|THỦ TƯỚNG|CHỈ HUY|TƯ LỆNH|THANH TRA"
_OFFICER = (
    r"CHỦ NHIỆM|THẨM PHÁN|CHỦ TỌA|THƯ KÝ|[ỦU][ỶY] VIÊN|CHÍNH [ỦU][ỶY]|CHÍNH TRỊ VIÊN|ĐẠI SỨ|"
    r"(?:KIỂM SÁT|KIỂM TOÁN|ĐIỀU TRA|CHẤP HÀNH|CÔNG CHỨNG) VIÊN"
)
POST = (
    rf"(?:QUYỀN )?(?:PHÓ )?(?:TỔNG )?(?:{_CHIEF}|{_OFFICER}|"
    r"(?:BỘ|(?:CHI )?CỤC|VỤ|VIỆN|HIỆU|THỦ|KHOA|ĐỘI|TRẠM|HẠT) TRƯỞNG)\b"
)
"""A pattern of what the title of a post begins with."""
_POSITION = re.compile(rf"{_CHIEF}|VIỆN|HIỆU|TỔNG|\A(?:PHÓ )?(?:{_OFFICER})")
_TITLE = re.compile(
    r"(?:(?:GS|PGS|TS|ThS|BS|BSCK(?:I{1,2}|[12])|DS|KS|CN|LS|NGND|NGƯT|TTND|TTƯT)(?:\.\s*|\s+))+|"
    r"(?:Đại|Thượng|Trung|Thiếu) (?:tướng|tá|úy)\s+",
    re.IGNORECASE,
)
_PART_OF_NAME = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
"""``Mẫu``, ``H'Mẫu``, ``Y-Mẫu``: names of the Central Highlands have an apostrophe or a hyphen in them."""
_OF_THE_SEAL = re.compile(
    r"(?:ký bởi|người ký|cơ quan|tổ chức|email|ngày ký|giờ ký|thời gian(?: ký)?|ký ngày)\s*:.*"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d.*|\d\d?[/.-]\d\d?[/.-]\d{4},?\s+\d\d?:\d\d.*|\d\d?:\d\d(?::\d\d)?\s.*\d{4}.*",
    re.IGNORECASE,
)
"""What an electronic signature writes beside its image (ND 30/2020 Phụ lục I, II.7 and II.8): by whom and when."""
_BELOW = 190.0
"""Points from the last line of the signer's position to the name: room for a stamp of 36 mm and some blank lines."""
_BESIDE = 45.0
_LONGEST_NOTE = 120
MOST_BLOCKS, BLOCK_LINES = 20, 120
"""Signatures of one document, from its end, and lines looked at for each (both columns)."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed: the lines of authority and position, the name, and the line of the name."""

    capacity: tuple[str, ...]
    name: str
    index: int


def signatures(text: FileText) -> Iterator[Signature]:
    """Yield the signatures: a position in capitals, and below it a name that ends the block."""
    for index in list(_begins(text))[-MOST_BLOCKS:]:
        block = [number for number in _block(text, index) if text.lines[number].text]
        capacity = [number for number in block if is_capacity(text.lines[number].text)]
        if not capacity:
            continue
        below = [number for number in block if number > capacity[-1] and not _is_of_seal(text.lines[number].text)]
        if below and is_name(text.lines[below[-1]].text):
            lines = tuple(text.lines[number].text for number in capacity)
            yield Signature(lines, without_title(text.lines[below[-1]].text), below[-1])


def _begins(text: FileText) -> Iterator[int]:
    """Yield the first lines of capacity of every block; one block per column."""
    seen: list[int] = []
    for index, line in enumerate(text.lines):
        if not is_capacity(line.text) or line.part in {"header", "footer"}:
            continue
        if not any(_one_block(text, above, index) for above in seen[-4:]):
            yield index
        seen.append(index)


def _one_block(text: FileText, above: int, index: int) -> bool:
    upper, line = text.lines[above], text.lines[index]
    if not line.placed:
        return index - above == 1
    middles = abs((upper.left + upper.right) / 2 - (line.left + line.right) / 2)
    return upper.page == line.page and middles < _BESIDE and 0 <= line.top - upper.top < 3 * max(line.size, 10)


def _block(text: FileText, first: int) -> Iterator[int]:
    begin = text.lines[first]
    if not begin.placed:
        yield from range(first, min(first + 8, len(text.lines)))
        return
    middle, lowest = (begin.left + begin.right) / 2, begin.bottom
    for index in range(first, min(first + BLOCK_LINES, len(text.lines))):
        line = text.lines[index]
        if line.page != begin.page or line.top - lowest > _BELOW:
            return
        if abs((line.left + line.right) / 2 - middle) < 2 * _BESIDE:
            lowest = line.bottom if is_capacity(line.text) else lowest
            yield index


def _is_of_seal(text: str) -> bool:
    return len(text) <= _LONGEST_NOTE and bool(_OF_THE_SEAL.fullmatch(text.strip()))


def is_capacity(text: str) -> bool:
    """Whether a line gives an authority or a position, in capitals as the decree wants."""
    text = text.strip()
    return len(text) <= 80 and text.isupper() and bool(_AUTHORITY.match(text) or _POSITION.search(text))


def is_name(text: str) -> bool:
    """Whether a line looks like the full name of one person, its titles apart."""
    parts = without_title(text).split()
    return (
        2 <= len(parts) <= 6
        and all(_PART_OF_NAME.fullmatch(part) and _capitalised(part) for part in parts)
        and ascii_text(" ".join(parts)).casefold() not in {"da ky", "noi nhan", "kinh gui"}
    )


def _capitalised(part: str) -> bool:
    """Whether a part of a name begins with a capital, and has others only where a piece of it begins."""
    return part[0].isupper() and all(piece[1:] == piece[1:].lower() for piece in re.split(r"['’ʼ-]", part))


def without_title(text: str) -> str:
    """Give a name without the titles before it."""
    return _TITLE.sub("", text, count=1).strip() if _TITLE.match(text) else text.strip()
