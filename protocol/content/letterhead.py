"""What is printed on a document (ND 30/2020, Phụ lục I): sign, date, issuer, and who signed.

Reads only what stands where the decree puts it; a quoted ``Nghị định số 30/2020/NĐ-CP`` is not the number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from protocol.content.signatures import Signature, signatures
from protocol.content.text import FileText, Line
from protocol.wire.plaintext import ascii_text

ZONE = 0.45
"""The part of page 1, from its top, in which boxes 1 to 5 of the layout stand."""
_RIGHT_COLUMN = 0.38
FLOW_LINES, PLACED_LINES = 30, 200
"""The same where the format has no places: its first lines."""
_ODD_LETTERS = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "⁄": "/", "∕": "/", **dict.fromkeys("‐‑‒–—―−", "-")})
_BODY = re.compile(r"(?:Kính gửi|Căn cứ|Điều 1\b|Theo đề nghị|Thực hiện )", re.IGNORECASE)
_STATE = re.compile(r"cong hoa xa hoi chu nghia viet nam")
_MOTTO = re.compile(r"doc lap|dang cong san")
_SIGN = re.compile(r"S[ốỐ]\s*[:.]?\s*(\d{0,6}[A-Za-z]?)[\s.…_]*([/-])([A-ZĐ0-9]\S*?)[.,;]?(?=\s|\Z)")
_SIGN_BEGUN = re.compile(r"S[ốỐ]\s*[:.]\s*[\d\s.…_]*\Z")
_REST = re.compile(r"(?![A-ZĐ][a-zà-ỹ]|V/v|-\s)[A-ZĐ0-9&-][A-ZĐa-z0-9&./-]*(?=[.,;]?\s|[.,;]?\Z)")
_SIGN_ENDED = re.compile(r"\d{0,6}[A-Za-z]?\s*[/-]\s*[A-ZĐ0-9]")
_DATE = re.compile(
    r"[^\W\d][^,:;\d/]{0,60},\s*ngày\s*(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})\s*\.?", re.IGNORECASE
)
_DATE_BEGUN = re.compile(r"[A-ZĐÀ-Ỹ][^:;\d/]{0,40},(?:\s*ngày\b[^,:;/]{0,20})?\Z")
"""Place and date broken behind the comma or within the date."""
_YEAR = re.compile(r"(?:19|20)\d\d/")


@dataclass(frozen=True, slots=True)
class Sign:
    """Number and notation as printed; the number is ``""`` where its place was left free for a stamp.

    ``wrapped`` is the notation with what begins the line below it, where that may be the end of it: a long one is
    broken by the width of its column, at a hyphen or anywhere.
    """

    number: str
    notation: str
    index: int
    wrapped: str = ""

    @property
    def text(self) -> str:
        """Both as one text."""
        return f"{self.number}/{self.notation}"

    def same_number(self, number: str) -> bool:
        """Whether it is this number, leading zeros apart."""
        return _bare_number(self.number) == _bare_number(number)

    def same_notation(self, notation: str) -> bool:
        """Whether it is this notation, apart from case, kinds of dashes and of Đ, and a year that only one has."""
        years = {found[0] for found in map(_YEAR.match, (notation.strip(), self.notation)) if found}
        if len(years) > 1:
            return False
        bare = bare_notation(notation)
        if self.notation.endswith("-") and bare.startswith(bare_notation(self.notation)):
            return True  # broken, and its end is not where it is looked for
        wrapped = bare_notation(self.wrapped or self.notation)
        return bare == bare_notation(self.notation) or bare.replace("-", "") == wrapped.replace("-", "")


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date of issue as printed (``None`` for a day that does not exist) and its line."""

    day: date | None
    index: int


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the first page and the end of a document say about it; everything may be empty."""

    signs: tuple[Sign, ...] = ()
    dates: tuple[PrintedDate, ...] = ()
    issuer: str = ""
    signatures: tuple[Signature, ...] = ()
    has_state: bool = False

    @property
    def found(self) -> bool:
        """Whether the file looks like an administrative document at all."""
        return bool(self.signs) or (self.has_state and bool(self.dates))

    @property
    def complete(self) -> bool:
        """Whether it is that of a document that was issued: with number, date and signer."""
        numbered = any(sign.number for sign in self.signs)
        return numbered and any(printed.day for printed in self.dates) and bool(self.signatures)


def read_letterhead(text: FileText) -> Letterhead:
    """Read the letterhead of a PDF or a text document; nothing of it where the file has none."""
    zone = list(letterhead_zone(text))
    signs = tuple(_signs(text, zone))
    dates = tuple(_dates(text, zone))
    has_state = any(_STATE.search(ascii_text(text.lines[index].text).casefold()) for index in zone)
    return Letterhead(signs, dates, _issuer(text, zone, signs), tuple(signatures(text)), has_state)


def straight(text: str) -> str:
    """Give a text with the usual Đ, slash and hyphen for those that look like them."""
    return text.translate(_ODD_LETTERS)


def bare_notation(notation: str) -> str:
    """Give a notation as it is compared."""
    text = re.sub(r"\s+", "", straight(notation)).upper().strip("/.-")
    return _YEAR.sub("", text, count=1)


def _bare_number(number: str) -> str:
    return number.strip().lstrip("0").casefold() or "0"


def letterhead_zone(text: FileText) -> Iterator[int]:
    """Yield the indices of the lines of the letterhead; it ends where the addressees or the body begin."""
    taken = 0
    for index, line in enumerate(text.lines):
        if line.page > 1 or line.part in {"header", "footer", "note", "comment"}:
            continue
        if line.placed and line.top > ZONE * line.height:
            continue
        if taken >= (PLACED_LINES if line.placed else FLOW_LINES) or _BODY.match(line.text):
            return
        taken += 1
        yield index


def _signs(text: FileText, zone: list[int]) -> Iterator[Sign]:
    for at, index in enumerate(zone):
        line = text.lines[index]
        if line.placed and line.left > line.width / 2:
            continue
        shown = straight(line.text)
        if _SIGN_BEGUN.match(shown):
            rest = _continued(text, line, zone[at + 1 : at + 4])
            shown = f"{shown} {rest}" if rest else shown
        shown = re.sub(r"\s*([/-])\s*", r"\1", shown)
        found = _SIGN.match(shown)
        if found:
            rest = _wrapped(text, line, zone[at + 1 : at + 4]) if found.end() == len(shown) else ""
            notation = found[3] + (rest if found[3].endswith("-") else "")
            yield Sign(found[1], notation, index, found[3] + rest)


def _continued(text: FileText, begun: Line, following: list[int]) -> str:
    """Give what stands behind a ``Số:`` whose number was stamped, or left free, at some distance."""
    for index in following:
        line = text.lines[index]
        beside = line.top < begun.bottom and line.bottom > begun.top and 0 <= line.left - begun.right < 120
        if (beside or not line.placed) and _SIGN_ENDED.match(straight(line.text)):
            return straight(line.text)
    return ""


def _wrapped(text: FileText, line: Line, following: list[int]) -> str:
    """Give the first letters of the line below a sign, in its column, where they may be the rest of the notation."""
    for index in following:
        below = text.lines[index]
        if below.placed and (below.left > below.width / 2 or below.top < line.top + line.size / 2):
            continue  # place and date, on the same row
        if not below.placed or below.top - line.bottom < line.size:
            found = _REST.match(straight(below.text))
            return found[0] if found else ""
        return ""
    return ""


def _dates(text: FileText, zone: list[int]) -> Iterator[PrintedDate]:
    """Yield place and date, a line of the right column; the end of a sentence with a date in it is none."""
    for at, index in enumerate(zone):
        line = text.lines[index]
        sign = _SIGN.match(straight(line.text))
        if line.placed and not sign and line.left < _RIGHT_COLUMN * line.width:
            continue
        shown = line.text[sign.end() :].strip() if sign else line.text
        found = _DATE.fullmatch(shown)
        if not found and _DATE_BEGUN.fullmatch(shown):
            found = _DATE.fullmatch(f"{shown} {_date_ended(text, line, zone[at + 1 : at + 4])}")
        if found:
            try:
                yield PrintedDate(date(int(found[3]), int(found[2]), int(found[1])), index)
            except ValueError:
                yield PrintedDate(None, index)


def _date_ended(text: FileText, begun: Line, following: list[int]) -> str:
    """Give the line below a place and date that are broken: in its column, or the next one of a flow."""
    for index in following:
        below = text.lines[index]
        if not below.placed:
            return below.text
        beside = below.top < begun.top + begun.size / 2 or below.left < _RIGHT_COLUMN * below.width
        if not beside and below.top - begun.bottom < begun.size:
            return below.text
    return ""


def _issuer(text: FileText, zone: list[int], signs: tuple[Sign, ...]) -> str:
    """Give the name of the agency above the sign, without that of the body above it."""
    last = signs[0].index if signs else None
    if last is None:
        return ""
    lines = [text.lines[index] for index in zone if index < last]
    own = [
        line.text
        for line in lines
        if not (line.placed and line.left > line.width / 2)
        and not (line.placed and line.right > 0.6 * line.width)
        and not _STATE.search(ascii_text(line.text).casefold())
        and not _MOTTO.search(ascii_text(line.text).casefold())
        and line.text.isupper()
    ]
    return " ".join(own[1:] if len(own) > 1 else own)
