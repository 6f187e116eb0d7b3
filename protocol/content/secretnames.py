"""Marks of state secrets in the names of files, which people write with abbreviations, underscores and no accents."""

from __future__ import annotations

import re

from protocol.composition import composed
from protocol.content.secrecy import doubtful_mark, mark_in_field
from protocol.wire.plaintext import ascii_text

_LONGEST, _NEAR = 512, 40
"""Characters of a name that are looked at, and of it beside a degree; no file system has longer names."""
_PLAIN = {"TUYETMAT": "TUYỆT MẬT", "TOIMAT": "TỐI MẬT", "MAT": "MẬT"}
_TOKENS = re.compile(r"[\s_.()\[\]–—-]+")
_TOKEN = re.compile(r"(?<![^\s_.()–—-])(?:TUYỆT[ _-]?MẬT|TỐI[ _-]?MẬT|MẬT)(?![^\s_.()–—-])")
_TECHNICAL = re.compile(r"[\w]*\d\w*|signed|sign|kyso|ky|scan|final|goc|copy|ban|v", re.IGNORECASE)
_SYLLABLE = re.compile(
    r"(?:NGH?|GH?|GI|KH|PH|TH|TR|CH|NH|QU|[BCDHKLMNPRSTVX])?[AEIOUY]{1,3}(?:CH|NGH?|NH|[CMNPT])?", re.IGNORECASE
)
_PLAIN_ALONE = re.compile(r"((?i:TUYET[ _-]?MAT)|TOI[ _-]?MAT)(?:[ _-]*\d+)?")
_PLAIN_NAME = re.compile(r"(?:\A|[ _-])(TUYET[ _]?MAT)(?=[ _.-]|\Z)|[\[(](TUYET[ _]?MAT|TOI[ _]?MAT|MAT)[\])]")
"""Without accents only what is unmistakable: TOI MAT alone also means *I have lost*."""


def mark_in_name(name: str | None) -> str | None:
    """Give the degree that the name of a file states, also without marks (``[MAT]``, ``TOI_MAT``)."""
    stem = _stem(name)
    found = mark_in_field(_spaced(stem)) or _mark_among_tokens(stem)
    if found:
        return found
    plain = _PLAIN_NAME.search(stem)
    if plain:
        return _PLAIN[re.sub(r"[ _]", "", plain[1] or plain[2])]
    alone = _PLAIN_ALONE.fullmatch(stem)
    return _PLAIN[re.sub(r"[ _-]", "", alone[1]).upper()] if alone else None


def doubtful_mark_in_name(name: str | None) -> str | None:
    """Give ``MẬT`` where a name in capitals has it at a dash or at an underscore, and it may be another word."""
    return None if mark_in_name(name) else doubtful_mark(_spaced(_stem(name)))


def _spaced(stem: str) -> str:
    """Give a name with its underscores standing apart, as a dash does; between words in capitals they are blanks."""
    parts = stem.split("_")
    spaced = parts[0]
    for part in parts[1:]:
        left, right = spaced.split()[-1:], part.split()[:1]
        beside = right if left == ["MẬT"] else left if right == ["MẬT"] else []
        spaced += f" {part}" if beside and beside[0].isupper() and not _is_short(beside[0]) else f" _ {part}"
    return spaced


def _stem(name: str | None) -> str:
    text = composed((name or "")[:_LONGEST])
    return text.rpartition(".")[0] or text


def _mark_among_tokens(stem: str) -> str | None:
    """Give the degree that is one token of a name of abbreviations and numbers: ``123_STN_MẬT_signed``.

    Between other words the same letters are a part of them: ``BẢO_MẬT``, ``ONG MẬT``, ``MẬT MÃ``.
    """
    for found in _TOKEN.finditer(stem):
        before = _TOKENS.split(stem[max(0, found.start() - _NEAR) : found.start()])[-2:]
        behind = _TOKENS.split(stem[found.end() : found.end() + _NEAR])[:2]
        previous = next((token for token in reversed(before) if token), "")
        following = next((token for token in behind if token), "")
        if (not previous or _is_short(previous)) and (not following or _TECHNICAL.fullmatch(following)):
            return mark_in_field(re.sub(r"[_-]", " ", found[0]))
    return None


def _is_short(token: str) -> bool:
    """Whether a token of a name is a number or an abbreviation, and no syllable."""
    return any(letter.isdigit() for letter in token) or (token.isupper() and not _SYLLABLE.fullmatch(ascii_text(token)))
