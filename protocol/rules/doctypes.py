"""The kinds of document by law, as data: names, abbreviations and the numbers that two lists give them.

``schemas/tables/document-types.json`` holds the 29 administrative kinds of ND 30/2020 Art. 7 with the abbreviations of
its Phụ lục III, the legal normative kinds, the three forms of copies, and kinds that other laws and the Party know.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import schemas

_TABLE = "tables/document-types.json"
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_REMARK = re.compile(r"\([^()]*\)")
_LONGEST = 200  # beyond every name there is; longer texts are judged by their length


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document under one name.

    ``abbreviations`` begin its notations (empty: none by law, or none in the table), ``numbers`` are all that QCVN 102
    and ND 30/2020 give it, ``paperless`` says that it is on the list of kinds sent without a paper copy.
    """

    name: str
    abbreviations: tuple[str, ...]
    numbers: frozenset[int]
    paperless: bool


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kind]:
    """Give every kind under its folded name; one that two lists have (Quyết định) once, with what both say."""
    merged: dict[str, Kind] = {}
    for row in schemas.json_data(_TABLE)["kinds"]:
        key = fold(row["name"])
        before = merged.get(key, Kind(row["name"], (), frozenset(), False))
        short = () if row["abbreviation"] in {None, *before.abbreviations} else (row["abbreviation"],)
        numbers = frozenset(number for number in (row["number"], row["article7"]) if number is not None)
        merged[key] = Kind(
            row["name"],
            before.abbreviations + short,
            before.numbers | numbers,
            before.paperless or row["paperless"],
        )
    return MappingProxyType(merged)


@lru_cache(maxsize=1)
def abbreviations() -> frozenset[str]:
    """Give the abbreviations of all kinds."""
    return frozenset(short for kind in kinds().values() for short in kind.abbreviations)


def exactly(type_name: str) -> Kind | None:
    """Give the kind of this very name, whatever its case, blanks, tone (thỏa, thoả) and remark in brackets."""
    return kinds().get(fold(type_name))


def roughly(type_name: str) -> Kind | None:
    """Give the kind whose name begins the text: ``Nghị quyết HĐND``, ``Công văn đến``, ``Báo cáo tháng``."""
    words = fold(type_name).split(" ")
    for count in range(len(words), 0, -1):
        found = kinds().get(" ".join(words[:count]))
        if found is not None:
            return found
    return None


@lru_cache(maxsize=512)
def fold(name: str) -> str:
    """Make two ways of writing one name equal: case, blanks, composition, and on which vowel the tone stands."""
    text = unicodedata.normalize("NFD", _REMARK.sub(" ", name[:_LONGEST]).casefold())
    return " ".join(_tone_last(word) for word in text.split())


def _tone_last(word: str) -> str:
    return "".join(letter for letter in word if letter not in _TONES) + "".join(sorted(_TONES.intersection(word)))
