"""Names of agencies compared. One body is written in many ways; a wrong difference is worse than a missed one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from protocol.composition import composed
from protocol.wire.plaintext import ascii_text

LONGEST, LOOKED_AT = 300, 4096
"""Letters of a name; and of any text that is compared with names, of which the rest is not looked at."""
_MOST_NAMES, _MOST_TEXTS = 4096, 256
"""How many of each are remembered: less than 100 MB, whoever wrote them."""
_EXPANDED = (
    (r"\bubnd\b", "uy ban nhan dan"),
    (r"\bhdnd\b", "hoi dong nhan dan"),
    (r"\bubmttq\b", "uy ban mat tran to quoc"),
    (r"\bvpcp\b", "van phong chinh phu"),
    (r"\btp\b\.?", "thanh pho"),
    (r"\btx\b\.?", "thi xa"),
    (r"\bvp\b", "van phong"),
    (r"\bql\b", "quan ly"),
)
_GENERIC = frozenset(
    re.findall(
        r"\w+",
        "uy ban nhan dan hoi dong tinh thanh pho quan huyen xa phuong thi tran dac khu so cuc vu chi van phong trung "
        "tam bo nganh vien tong cong ty doan dang bi thu mat to quoc don vi co thuoc truc va cac cua tai tren dia "
        "truong giam doc chu tich chanh ong ba kinh gui nhu de bao cao biet",
    )
)
"""Words, without marks, that many agencies have in their names."""
_APOSTROPHES = dict.fromkeys(map(ord, "'’ʼ"))
"""``H'Mẫu`` is one word, and often typed without."""
_ACRONYM = re.compile(r"\b(?=\w*[A-ZĐ]\w*[A-ZĐ])[A-ZĐ&]{2,}\w*\b")
_ONLY_ACRONYMS = re.compile(r"[A-ZĐ&]{2,12}(?:\s*[,;/-]\s*[A-ZĐ&]{2,12})*")
_KNOWN_ACRONYMS = frozenset({"UBND", "HĐND", "UBMTTQ", "VPCP", "TP", "TX", "VP", "QL", "VT", "TW"})
_Told = TypeVar("_Told")


def _remembered(tell: Callable[[str], _Told]) -> Callable[[str], _Told]:
    """Remember what is told of names, and of a few longer texts: each is compared with many."""
    of_name, of_text = lru_cache(_MOST_NAMES)(tell), lru_cache(_MOST_TEXTS)(tell)

    @wraps(tell)
    def told(text: str) -> _Told:
        return of_name(text) if len(text) <= LONGEST else of_text(text[:LOOKED_AT])

    return told


@_remembered
def words(name: str) -> tuple[str, ...]:
    """Give the words of a name without marks and case, its common abbreviations written out."""
    return tuple(re.findall(r"[a-z0-9]+", written_out(name)))


@_remembered
def written_out(name: str) -> str:
    """Give a name without marks and case, its common abbreviations written out, with its commas and hyphens."""
    text = ascii_text(name.translate(_APOSTROPHES)).casefold()
    for pattern, full in _EXPANDED:
        text = re.sub(pattern, f"{full} ", text)
    return " ".join(text.split())


@_remembered
def telling(name: str) -> frozenset[str]:
    """Give the words that tell one agency from another: ``Sở Thử nghiệm`` has ``thu`` and ``nghiem``.

    ``phường 01`` and ``phường 1`` have the same.
    """
    told = " ".join(words(name)).replace("thuong truc", "").split()
    return frozenset(word.lstrip("0") or word for word in told) - _GENERIC


def spelled(name: str) -> str:
    """Give a full name as it is looked up: composed, in small letters, its usual abbreviations written out."""
    text = " ".join(composed(name).casefold().split())
    return text.replace("ubnd", "ủy ban nhân dân").replace("hđnd", "hội đồng nhân dân").replace("uỷ", "ủy")


def same(one: str, other: str) -> bool:
    """Whether two names are the same but for marks, case, abbreviations and blanks."""
    return words(one) == words(other)


def within(name: str, text: str) -> bool:
    """Whether a text holds the whole name, word by word."""
    return bool(words(name)) and spaced(name) in spaced(text)


def spaced(text: str) -> str:
    """Give the words of a text with a blank around each: what a name in it is looked for in."""
    return f" {' '.join(words(text))} "


def may_mean(text: str, name: str) -> bool:
    """Whether a text may mean the agency of that name.

    Generous: half of the telling words in common are enough, and so is an acronym in one of them that nobody resolves.
    """
    text, name = text[:LOOKED_AT], name[:LOOKED_AT]
    if within(name, text) or within(text, name) or has_acronym(text) or has_acronym(name):
        return True
    ours, theirs = telling(name), telling(text)
    if not ours or not theirs:  # Bí thư Tỉnh ủy: nothing tells it apart, so any word in common may
        return bool(frozenset(words(name)) & frozenset(words(text)))
    return 2 * len(ours & theirs) >= min(len(ours), len(theirs))


def is_initials(acronym: str, name: str) -> bool:
    """Whether letters are those with which the words of a name begin, its first word left out or not: ``KHTC``."""
    letters = "".join(word[0] for word in words(name))
    bare = "".join(words(acronym))
    return acronym.isupper() and len(bare) > 1 and bare in {letters, letters[1:]}


def has_acronym(text: str) -> bool:
    """Whether a text has an acronym that is not written out here: ``Sở TN&MT``, or nothing else: ``SXD, STC``."""
    if text.isupper() and not _ONLY_ACRONYMS.fullmatch(text):
        return False  # SỞ THỬ NGHIỆM: all of it in capitals
    return any(found not in _KNOWN_ACRONYMS for found in _ACRONYM.findall(text))
