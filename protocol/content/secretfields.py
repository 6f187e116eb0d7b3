"""Marks of state secrets in the fields of a header: a note of its own, not a word of a sentence.

Sure is what opens a field, or stands in capitals at its end. What a sentence in small letters says of degrees (*V/v
giảm độ mật: Tối mật*, *danh mục bí mật nhà nước (Tối mật)*) is its subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from protocol.composition import composed
from protocol.content.declassified import is_declassified
from protocol.content.degrees import Certainty, Mark, degree_of, degree_with_urgency, whole_degree
from protocol.content.surnames import SURNAMES

LOOKED_AT = 4096
"""Characters of a field or a name; composing a million marks on one letter could take for ever."""
_POSSIBLE = re.compile(r"[Ậậ]\s*[Tt]")
_CAPITALS = r"(TUYỆT\s*MẬT|TỐI\s*MẬT|MẬT)"
_HIGHER = r"((?i:tuyệt\s*mật|tối\s*mật))"
_TITLED = r"(Tuyệt [Mm]ật|Tối [Mm]ật)"
_DEGREE = r"((?i:tuyệt\s*mật|tối\s*mật|mật))"
_LABEL = r"(?i:độ|mức độ|mức)\s*(?i:mật)\s*[:=]\s*"
_PAPER = r"(?i:tài liệu|văn bản)\s+" + _DEGREE
_SPACED = r"(T U Y Ệ T\s+M Ậ T|T Ố I\s+M Ậ T|M Ậ T)"
_TYPE = (
    r"(?:[Bb]áo cáo|[Bb]iên bản|[Cc]hỉ thị|[Cc]ông điện|[Cc]ông văn|[Đđ]ề án|[Kk]ế hoạch|[Nn]ghị quyết|[Pp]hụ lục"
    r"|[Pp]hương án|[Qq]uyết định|[Tt]hông báo|[Tt]ờ trình)"
)
_ABOUT = r"\A[\W\d_]*(?:(?i:v/v|về việc)[\W\d_]*)?"
_END = r"(?:[\W_]*\d{1,4})?\W*\Z"
_NO_PAPER = (
    r"bí|bảo|cơ|độ|mức|loại|dấu|chữ|không|giải|thân|giữ|ong|mía|đường|rỉ|túi|sỏi|gan|lấy|em|anh|chị|cô|chú|bác|cháu"
    r"|hiệu|tên|mang|đóng"
)
"""Words in front of MẬT with which it is another word, a person, or the word that is spoken of."""
_OPEN, _CLOSED = r"[\[({【<]\s*", r"\s*[\])}】>]"
_BREAK = r"(?:[-–—_|]\s*|[.;]\s+)"
_OPENINGS = (
    re.compile(rf"\A\W*{_LABEL}{_DEGREE}\s*(?:[-–—;.)\]|]|\Z)"),
    re.compile(rf"\A\s*{_OPEN}(?:{_LABEL})?{_DEGREE}{_CLOSED}"),
)
_BARE = (
    re.compile(rf"\A\s*{_CAPITALS}\s*(?:[-–—_:.|]|\Z)"),
    re.compile(rf"{_BREAK}{_CAPITALS}\W*\Z"),
)
"""In capitals at a dash or a full stop, where a title in capitals may also have its first or last word."""
_OF_THEIR_OWN = (
    re.compile(rf"{_OPEN}{_CAPITALS}{_CLOSED}"),
    re.compile(rf"[;.(\[–—-]\s*{_LABEL}{_DEGREE}\s*(?:[.)\]]|\Z)"),
    re.compile(rf"\A\s*{_SPACED}\s*(?:[-–—_:.|]|\Z)"),
)
_SOFTER: tuple[tuple[re.Pattern[str], Certainty], ...] = (
    (re.compile(rf"{_OPEN}{_HIGHER}{_CLOSED}\W*\Z"), "sure"),
    (re.compile(rf"{_OPEN}(Mật){_CLOSED}\W*\Z"), "sure"),
    (re.compile(rf"{_OPEN}{_DEGREE}{_CLOSED}\W*\Z"), "doubtful"),
    (re.compile(rf"{_BREAK}{_TITLED}\W*\Z"), "doubtful"),
    (re.compile(rf"\A\W*{_TITLED}\s*[-–—_:|]"), "doubtful"),
    (re.compile(rf"\A\W*{_PAPER}(?:[\W_]*\d{{1,4}})?\W*\Z"), "doubtful"),
    (re.compile(rf"{_BREAK}(Mật)\W*\Z"), "possible"),
    (re.compile(rf"{_OPEN}{_DEGREE}{_CLOSED}"), "possible"),
    (re.compile(rf"{_OPEN}{_PAPER}{_CLOSED}"), "possible"),
    (re.compile(rf"\b{_LABEL}{_DEGREE}\s*(?:[;.)\]]|\Z)"), "possible"),
    (re.compile(rf"\bđộ\s+{_HIGHER}\W*\Z"), "possible"),
    (re.compile(rf"{_ABOUT}{_TYPE}\s+{_CAPITALS}{_END}"), "doubtful"),
    (re.compile(rf"{_ABOUT}(?i:{_TYPE})\s+{_DEGREE}{_END}"), "possible"),
)
"""In small letters, the surest first; where the text speaks of degrees otherwise, they are a part of what it says."""
_TAIL = re.compile(rf"(?<!\S)(?!(?:{_NO_PAPER})\s)([^\W\d_]+)\s+{_CAPITALS}{_END}")
"""The last word, in capitals behind one in small letters: whatever it means, somebody wrote it larger."""
_FARMED = re.compile(r"\b(?:ONG|MÍA|DỪA|THỐT NỐT|GẤU|PHẤN HOA|TRÁI CÂY|CÀ PHÊ|ĐƯỜNG)\b")
"""Words beside which MẬT is honey, molasses or syrup."""
_NAMED = re.compile(r"\b(?:ong|mía|bí danh|tức|ông|bà|đồng chí|thôn|xóm|sông|suối)\b", re.IGNORECASE)
"""Words beside which *Mật* in small letters is honey, or the name of a person or a place."""
_HONEY = re.compile(r"\b(?:ong|mía)\b", re.IGNORECASE)
_QUOTED = r"(?:\W*[\"“”'‘’«]\s*(?:(?:tuyệt|tối)\s*)?mật\s*[\"“”'‘’»])"
_ON_THE_WORD = re.compile(
    rf"\b(?:dấu|bí số|nhãn hiệu|thương hiệu|(?:độ|mức|loại)(?:\s+mật)?|chữ)(?:\s+chỉ)?{_QUOTED}*\W*\Z", re.IGNORECASE
)
"""What names the degree that follows, in capitals or not: ``con dấu (MẬT)``, ``mẫu dấu chỉ độ mật "MẬT" (MẬT)``."""
_AS_LABEL = re.compile(r"(?:\A|[;.(\[–—-])\s*(?:Mức độ|Độ|Mức|MỨC ĐỘ|ĐỘ|MỨC)\s+(?:mật|MẬT)\W*\Z")
"""The same words where they begin a note of its own: ``Kế hoạch phòng thủ - Độ mật (MẬT)``."""
_SPEAKS = re.compile(
    r"(?:bí|bảo|cơ|độ|mức|loại|dấu|giảm|nâng|không|tuyệt|tối)\s+mật|\bmật\s*[,;/]|\bdanh mục\b|\bcon dấu\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    rf"(?:{SURNAMES})\s+(?:\w+\s+){{0,2}}(?:văn|thị|hữu|đình|đức|xuân|ngọc|thanh|minh|quang"
    r"|công|bá|duy|kim|thu|hồng)\W*\Z",
    re.IGNORECASE,
)
"""The name of a person, up to the last word."""


def field_mark(text: str | None) -> Mark | None:
    """Give the degree that a field of the header states, and how sure it is to be a mark of the document."""
    text = composed((text or "")[:LOOKED_AT])
    if not _POSSIBLE.search(text):
        return None  # every degree ends in these letters; nearly all fields have no such word
    whole = whole_degree(text.upper()) or degree_of(text) or degree_with_urgency(text)
    if whole:
        return Mark(whole)
    opening = next(filter(None, (pattern.search(text) for pattern in _OPENINGS)), None)
    if opening:
        whole = whole_degree(opening[1].upper())
        return Mark(whole) if whole else None
    written, certainty = next(_stated(text), ("", None))
    degree = whole_degree(written.upper())
    if degree is None or certainty is None:
        return None
    return Mark(degree, certainty="possible" if is_declassified(text) else certainty)


def _stated(text: str) -> Iterator[tuple[str, Certainty]]:
    """Yield what looks like a mark at the end of a text or inside it, or opens it without label and brackets."""
    for pattern in (*_BARE, *_OF_THEIR_OWN):
        if (found := pattern.search(text)) and not _is_everyday(text, found):
            ahead = text[: found.start()]
            spoken_of = ahead and _ON_THE_WORD.search(ahead) and not _AS_LABEL.search(ahead)
            bare = pattern in _BARE and _is_one_word_of(text, found)
            yield found[1], "possible" if spoken_of else "doubtful" if bare else "sure"
    for pattern, certainty in _SOFTER:
        if (found := pattern.search(text)) and not _is_everyday(text, found):
            if not _SPEAKS.search(text[: found.start()] + "|" + text[found.end() :]):
                yield found[1], certainty
            elif certainty != "possible":
                yield found[1], "possible"
    if (tail := _TAIL.search(text)) and tail[1].islower():
        ahead = text[: tail.start(2)]
        if not _NAMED.search(ahead) and not _SPEAKS.search(ahead):
            yield tail[2], "possible"


def _is_everyday(text: str, found: re.Match[str]) -> bool:
    """Whether a bare *mật* is honey, or a name."""
    if found[1].casefold() != "mật":
        return False
    others = _NAMED if not found[1].isupper() else _HONEY if found.start() else _FARMED
    return bool(others.search(text) or _FARMED.search(text) or _PERSON.search(text[: found.start()]))


def _is_one_word_of(text: str, found: re.Match[str]) -> bool:
    """Whether a bare MẬT does not stand out because all of the text is in capitals.

    A notation (``QĐ-STN-MẬT``) is in capitals too, and has no words that it could belong to.
    """
    if found[1] != "MẬT" or found[0].rstrip().endswith((":", ".", "|")):
        return False
    rest = text[: found.start(1)] + text[found.end(1) :]
    return rest.isupper() and " " in text
