"""Whom a document names: ``Kính gửi`` and ``Nơi nhận`` (ND 30/2020, Phụ lục I, II.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protocol.content.text import FileText, Line
from protocol.wire.plaintext import ascii_text

MOST_ITEMS = 60
_DASH = re.compile(r"[-–—+•]\s*")
_KINH_GUI = re.compile(r"Kính gửi\s*:?\s*", re.IGNORECASE)
_NOI_NHAN = re.compile(r"Nơi nhận\s*:?\s*\Z", re.IGNORECASE)
_ASIDE = re.compile(r"\([^)]*\)?|\[[^\]]*\]?")
_ABOVE = re.compile(r"nhu tren|nhu kinh gui")
_KEPT = re.compile(r"luu\b|luu:")
_OPEN = re.compile(
    r"\bcac\b|\bnhu\b|\bdanh sach\b|\bthanh vien\b|\blien quan\b|\btruc thuoc\b|\btoan the\b|\bthu truong\b|"
    r"\bdon vi\b|\bco quan\b|\bto chuc\b|\bca nhan\b|\bhuyen, |\bxa, |\bso, |\bnganh\b|\btheo\b|\bv\.v\b|\.\.\."
)


@dataclass(frozen=True, slots=True)
class Named:
    """One line of a block: its text without dash, asides and closing mark, and the index of its first line."""

    text: str
    index: int

    @property
    def open(self) -> bool:
        """Whether it may mean agencies that it does not name: ``Các sở, ban, ngành``, ``Như Điều 3``."""
        return bool(_OPEN.search(_plain(self.text))) and not self.above

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
            first = Named(_bare(_DASH.sub("", rest, count=1)), index)
            return (first, *_items(text, index, beside=False))
        if rest:
            return (Named(_bare(" ".join([rest, *_wrapped(text, index)])), index),)
        return _items(text, index, beside=False)
    return ()


def recipients(text: FileText) -> tuple[Named, ...]:
    """Give the lines below the last ``Nơi nhận``."""
    begins = [index for index, line in enumerate(text.lines) if _NOI_NHAN.match(line.text)]
    return _items(text, begins[-1], beside=True) if begins else ()


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
    for index in range(begin + 1, len(text.lines)):
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
        if len(items) >= MOST_ITEMS or items[-1].kept:
            break
    return tuple(Named(_bare(item.text), item.index) for item in items if _bare(item.text))


def _elsewhere(head: Line, line: Line, beside: bool) -> bool:
    """Whether a line belongs to another column or page than the heading of the block."""
    if line.page != head.page:
        return True
    if not line.placed:
        return line.part != head.part
    return beside and (line.left + line.right) / 2 > 0.55 * line.width


def _bare(text: str) -> str:
    return _ASIDE.sub(" ", text).strip().rstrip(";.,:/ ").strip()


def _plain(text: str) -> str:
    return ascii_text(text).casefold()
