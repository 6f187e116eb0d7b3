"""Bodies of one kind whose names are alike and who are not the same: ``UBND xã Mẫu Một`` and ``UBND xã Mẫu Hai``.

Only what is certain: two names of places that each have a word which the other lacks, and is no other way to write one.
"""

from __future__ import annotations

import re
from itertools import takewhile

from protocol.content.names import LONGEST, has_acronym, telling, within, words, written_out

_ABOVE = r"thi xa|quan|huyen|thanh pho|tinh"
_LEVEL = re.compile(rf"\b(xa|phuong|dac khu|thi tran|{_ABOVE}) ")
_ABOVE_IT = re.compile(rf" (?:{_ABOVE}) ")
_JOINED = re.compile(r"[;/()]|,(?! )")
_PROVINCES = re.compile(r"\b(?:tinh|thanh pho)\b")
_IN_A_PROVINCE = re.compile(r".*\b(?:tinh|thanh pho) (?P<place>[^,;/()]+)")
_MINISTRY_OR_DEPARTMENT = re.compile(r"(bo(?! phan\b| chi huy\b| tu lenh\b| chinh tri\b)|so) ")
_SEVERAL = re.compile(r"\bva\b")
_SPELLINGS = str.maketrans({"k": "c", "q": "c", "y": "i"})
"""Letters that stand for one another in names: Đắk Lắk and Đắc Lắc, Lý and Lí."""
_WRITTEN = frozenset({"mot", "hai", "ba", "bon", "nam", "sau", "bai", "tam", "chin", "muoi"})
_ROMAN = frozenset({"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"})


def differ(one: str, other: str) -> bool:
    """Whether two names certainly mean two bodies; nothing is certain of a text that may name several."""
    if max(len(one), len(other)) > LONGEST or within(one, other) or within(other, one):
        return False
    if has_acronym(one) or has_acronym(other):
        return False
    left, right = written_out(one), written_out(other)
    return _of_two_places(left, right) or _of_two_provinces(left, right) or _of_two_levels(left, right)


def _of_two_places(one: str, other: str) -> bool:
    """Whether both are the council, committee or office of a place of one level, and these are two places."""
    left, right = _of_a_place(one), _of_a_place(other)
    return left is not None and right is not None and left[0] == right[0] and _other_place(left[1], right[1])


def _of_a_place(name: str) -> tuple[str, str] | None:
    """Give level and name of the place of a body: ``UBND xã Mẫu Một, tỉnh Ví Dụ``.

    Nothing where it is a body at that place (``Trường Tiểu học xã Mẫu``), or several (``UBND xã Mẫu Một, xã Mẫu Hai``).
    """
    first, *parts = name.split(", ")
    level = _LEVEL.search(first)
    if level is None or telling(first[: level.start()]) or _JOINED.search(name):
        return None
    rest = first[level.end() :]
    others = [_LEVEL.match(part) for part in parts]
    if f" {level[1]} " in rest or any(other is None or other[1] == level[1] for other in others):
        return None
    return level[1], _ABOVE_IT.split(rest)[0]


def _of_two_provinces(one: str, other: str) -> bool:
    if any(len(_PROVINCES.findall(name)) != 1 for name in (one, other)):
        return False
    left, right = _IN_A_PROVINCE.fullmatch(one), _IN_A_PROVINCE.fullmatch(other)
    return bool(left and right and _other_place(left["place"], right["place"]))


def _of_two_levels(one: str, other: str) -> bool:
    """Whether one is a ministry and the other a department of a province, whatever they are for."""
    left, right = _MINISTRY_OR_DEPARTMENT.match(one), _MINISTRY_OR_DEPARTMENT.match(other)
    single = all(sum(word in {"bo", "so"} for word in words(name)) == 1 for name in (one, other))
    return bool(left and right and single and left[1] != right[1])


def _other_place(one: str, other: str) -> bool:
    if _SEVERAL.search(one) or _SEVERAL.search(other):
        return False
    ours, theirs = (
        [word.lstrip("0") if word.isdigit() else word.translate(_SPELLINGS) for word in words(place)]
        for place in (one, other)
    )
    left, right = set(ours) - set(theirs), set(theirs) - set(ours)
    if not left or not right or "".join(ours) == "".join(theirs):
        return False
    return not any(_alike(word, another) for word in left for another in right)


def _alike(one: str, other: str) -> bool:
    """Whether two words may be one: a numeral written in two ways, or one letter apart."""
    ways = {_way_of_counting(one), _way_of_counting(other)}
    if len(ways) > 1 and "" not in ways:
        return True
    if one.isdigit() or other.isdigit():
        return False
    head = _shared(one, other)
    tail = _shared(one[head:][::-1], other[head:][::-1])
    return max(len(one), len(other)) - head - tail <= 1


def _shared(one: str, other: str) -> int:
    """Give how many letters two words begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _way_of_counting(word: str) -> str:
    if word.isdigit():
        return "figures"
    return "words" if word in _WRITTEN else "roman" if word in _ROMAN else ""
