"""Marks of state secrets in the names of files, which people write with abbreviations, underscores and no accents."""

from __future__ import annotations

import re
from typing import get_args

from protocol.composition import composed
from protocol.content.declassified import is_declassified
from protocol.content.degrees import (
    MARKS,
    WITHOUT_ACCENTS,
    Certainty,
    Mark,
    degree_with_urgency,
    whole_degree,
)
from protocol.content.secretfields import field_mark
from protocol.wire.plaintext import ascii_text

_LONGEST, _NEAR = 512, 40
"""Characters of a name that are looked at, and of it beside a degree; no file system has longer names."""
_MOST_FOLDERS = 16
"""The outermost ones of a path that are looked at, beside the file in them: what stands there stands for all below."""
_SUREST: tuple[Certainty, ...] = get_args(Certainty)
_TOKENS = re.compile(r"[\s_.()\[\]–—-]+")
_TOKEN = re.compile(r"(?<![^\s_.()–—-])(?:TUYỆT[ _-]?MẬT|TỐI[ _-]?MẬT|MẬT)(?![^\s_.()–—-])")
_TECHNICAL = re.compile(r"[\w]*\d\w*|signed|sign|kyso|ky|scan|final|goc|copy|ban|v", re.IGNORECASE)
_SYLLABLE = re.compile(
    r"(?:NGH?|GH?|GI|KH|PH|TH|TR|CH|NH|QU|[BCDHKLMNPRSTVX])?[AEIOUY]{1,3}(?:CH|NGH?|NH|[CMNPT])?", re.IGNORECASE
)
_PLAIN_ALONE = re.compile(r"((?i:TUYET[ _-]?MAT)|TOI[ _-]?MAT)(?:[ _-]*\d+)?")
_PLAIN_NAME = re.compile(r"(?:\A|[ _-])(TUYET[ _]?MAT)(?=[ _.-]|\Z)|[\[(](TUYET[ _]?MAT|TOI[ _]?MAT)[\])]|\A\[(MAT)\]")
"""Without accents only what is unmistakable: TOI MAT alone also means *I have lost*, (MAT) is an abbreviation."""
_PLAIN_SMALL = re.compile(r"(?:\A|[_-])(tuyet_mat)(?=[_.-]|\Z)", re.IGNORECASE)
_PLAIN_SPEAKS = re.compile(r"(?:bi|bao|do|muc|giai)[ _]mat|(?:do|muc|thi)[ _]tuyet|danh[ _]muc", re.IGNORECASE)
_GOES_ON = re.compile(r"[ _.]([A-Z]{2,})(?![^\W_])")
"""A word in capitals behind TUYET_MAT, of which MAT may be the beginning: ``MAT_HANG``."""
_PAPERS = frozenset({"BC", "KH", "TB", "TTR", "NQ", "PA", "ĐA", "CTR", "VB", "UBND", "HĐND"})
"""Abbreviations beside which a bare MẬT is no person: papers that nobody writes about one, and issuing bodies."""
_NUMBERED = frozenset({"CV", "QĐ", "CT", "HD", "GM", "CĐ", "QC"})
"""The same where the name has a number too: a CV is also a curriculum vitae, a QĐ may be on a person."""
_SIGNED = frozenset({"SIGNED", "SIGN", "KYSO"})
_PART_OF_PAPER = re.compile(
    rf"(?:\d[\d.-]*_)*(?:{'|'.join(sorted(_PAPERS | _NUMBERED))})(?:-[A-ZĐ]{{2,9}})*_(?!(?:19|20)\d\d_)\d{{1,5}}"
    r"_(TUYỆT[ _]MẬT|TỐI[ _]MẬT|MẬT)_(?:DS|PL)(?:_(?i:\d{1,8}|signed|sign|kyso|scan|final|goc|copy))?"
)
"""A list or an appendix of a numbered paper: ``VB_12_MẬT_DS``.

Nothing else: ``MẬT_ĐỘ`` and ``MẬT_XK`` (honey for export) are words, and behind a year it may be a list of honey.
"""
_BEES = re.compile(r"(?<![^\W_])(?:ong|mía)(?![^\W_])", re.IGNORECASE)
_FORM = r"m[ẫa]u (?:(?:c[áa]c|con|lo[ạa]i) )*d[ấa]u"
_FORMS = re.compile(rf"(?:ph[ụu] l[ụu]c )?(?:\d+ )?(?:c[áa]c )?{_FORM}(?: \d+)?")
_MARKING_FORMS = re.compile(
    rf"\b{_FORM} m[ậa]t\b"
    r"|(?<!đóng )(?<!dong )(?<!có )(?<!co )(?<!mang )"
    r"(?<!đóng các )(?<!dong cac )(?<!có các )(?<!co cac )(?<!mang các )(?<!mang cac )"
    r"\bd[ấa]u (?:ch[ỉi] )?(?:c[áa]c )?(?:m[ứu]c )?[đd][ộo] m[ậa]t\b"
)
"""Names of what shows how the stamps of secrecy look: of them each degree has one.

*Mẫu dấu* alone is that of an agency's seal too. It is believed where it is a whole name on the way into an archive.
"""


def name_mark(name: str | None) -> Mark | None:
    """Give the degree that the name of a file states, also without accents (``[TOI MAT]``), and how sure it is."""
    return _mark(_stem(name))


def path_mark(path: str, archive: str) -> tuple[Mark, str] | None:
    """Give the surest mark among the names of a file in an archive and of the folders that it lies in.

    Of those that are as sure it is the highest degree. With it comes the path down to the name that bears it. A bare
    MẬT beside bees is possible at most, and so is any mark in a path that disclaims it (see ``disclaims_marks``).
    """
    folders, name = _parts(path)
    bearers = [(name_mark(name), path)]
    bearers += [(_folder_mark(folders[at]), "/".join(folders[: at + 1])) for at in reversed(range(len(folders)))]
    whole = f"{_looked_at(archive)}/{_looked_at(path)}"
    honey = "MẬT" in (_stem(name), *folders) and bool(_BEES.search(whole))
    found = [(_soft(mark) if honey and mark.degree == "MẬT" else mark, bearer) for mark, bearer in bearers if mark]
    if not found:
        return None
    mark, bearer = min(found, key=lambda each: (_SUREST.index(each[0].certainty), MARKS.index(each[0].degree)))
    return (_soft(mark) if disclaims_marks(path, archive) else mark), bearer


def _soft(mark: Mark) -> Mark:
    return Mark(mark.degree, certainty="possible")


def disclaims_marks(path: str, archive: str = "") -> bool:
    """Whether the names on the way to a file say that marks there make no secret: declassified, or forms of the stamps.

    Of two names that speak of declassifying the one nearer to the file is believed. A file that stands alone is in no
    archive (``""``).
    """
    folders, name = _parts(path)
    names = (_stem(name), *reversed(folders), _stem(archive))
    words = [re.sub(r"[\W_]+", " ", name).casefold().strip() for name in names]
    if any(map(_MARKING_FORMS.search, words)) or (archive and any(map(_FORMS.fullmatch, words))):
        return True
    told = map(is_declassified, names)
    return next((said for said in told if said is not None), False)


def _parts(path: str) -> tuple[list[str], str]:
    *folders, name = re.split(r"[/\\]", path)
    return [_looked_at(folder) for folder in folders[:_MOST_FOLDERS]], _looked_at(name)


def _folder_mark(name: str) -> Mark | None:
    """Give the mark of a folder, which is also called after a person, goods, or what it has the forms of."""
    mark = _mark(name)
    return _soft(mark) if mark and mark == Mark("MẬT", certainty="doubtful") else mark


def _mark(stem: str) -> Mark | None:
    if part := _PART_OF_PAPER.fullmatch(stem):
        return Mark(part[1].replace("_", " "))
    found = _mark_among_tokens(stem) or field_mark(_spaced(stem)) or _without_accents(stem)
    if found is None:
        return None
    if stem.strip().casefold() == "mật" or degree_with_urgency(stem) == "MẬT":
        return found if stem.isupper() else Mark(found.degree, certainty="doubtful")  # or honey, or names of persons
    return _soft(found) if is_declassified(stem) else found


def _without_accents(stem: str) -> Mark | None:
    if plain := _PLAIN_NAME.search(stem):
        more = _GOES_ON.match(stem, plain.end())
        is_word = bool(more and not _TECHNICAL.fullmatch(more[1])) or _PLAIN_SPEAKS.search(stem)
        spoken_of = plain[1] and plain.start(1) > 0 and is_word
        degree = WITHOUT_ACCENTS[re.sub(r"[ _]", "", plain[1] or plain[2] or plain[3])]
        return Mark(degree, certainty="possible" if spoken_of else "sure")
    if alone := _PLAIN_ALONE.fullmatch(stem):
        return Mark(WITHOUT_ACCENTS[re.sub(r"[ _-]", "", alone[1]).upper()])
    if _PLAIN_SMALL.search(stem) and not _PLAIN_SPEAKS.search(stem):
        return Mark("TUYỆT MẬT", certainty="doubtful" if _is_of_papers(stem) else "possible")
    return None


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
    text = _looked_at(name)
    return text.rpartition(".")[0] or text


def _looked_at(name: str | None) -> str:
    return composed((name or "")[:_LONGEST])


def _mark_among_tokens(stem: str) -> Mark | None:
    """Give the degree that is one token of a name of abbreviations and numbers: ``123_BC-STN_MẬT_signed``.

    Between other words the same letters are a part of them: ``BẢO_MẬT``, ``ONG MẬT``, ``MẬT MÃ``. A bare MẬT behind
    initials or the name of a class (``NV_MẬT``, ``12A1_MẬT``) may be a person: sure only beside what papers are called,
    and behind a blank only next to it (not ``KH SX MẬT``).
    """
    for found in _TOKEN.finditer(stem):
        before = _TOKENS.split(stem[max(0, found.start() - _NEAR) : found.start()])[-2:]
        behind = _TOKENS.split(stem[found.end() : found.end() + _NEAR])[:2]
        previous = next((token for token in reversed(before) if token), "")
        following = next((token for token in behind if token), "")
        if stem[: found.start()].endswith("(") or (previous and not _is_short(previous)):
            continue
        if not following or _TECHNICAL.fullmatch(following):
            degree = whole_degree(re.sub(r"[_-]", " ", found[0]))
            ahead = stem[: found.start()]
            beside = ahead.split()[-1:] if ahead.endswith(" ") else [stem]
            sure = degree != "MẬT" or not previous or any(map(_is_of_papers, beside))
            return Mark(degree, certainty="sure" if sure else "possible") if degree else None
    return None


def _is_of_papers(stem: str) -> bool:
    """Whether a name has the abbreviation of a type of papers, or says that they are signed."""
    tokens = [token.upper() for token in _TOKENS.split(stem)]
    numbered = any(token.isdecimal() for token in tokens)
    return any(token in _PAPERS or token in _SIGNED or (numbered and token in _NUMBERED) for token in tokens)


def _is_short(token: str) -> bool:
    """Whether a token of a name is a number or an abbreviation, and no syllable."""
    return any(letter.isdigit() for letter in token) or (token.isupper() and not _SYLLABLE.fullmatch(ascii_text(token)))
