"""Whether a certificate without an organisation code names the sender: strictly, because a seal is no recipient's name.

``UBND tỉnh Bắc Giang`` and ``UBND tỉnh Bắc Ninh`` have most of their words in common and are two bodies. One body is
nevertheless written in many ways: in capitals, without marks, abbreviated, with its superior's place or without.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from protocol.content import names

Likeness = Literal["same", "like", "other"]
_BEGINNING = re.compile(
    r"(?:uy ban(?: nhan dan)?|hoi dong(?: nhan dan)?|van phong|ban(?: quan ly| chi dao)?|bo|so|(?:tong |chi )?cuc|vu"
    r"|phong|trung tam|chi nhanh|benh vien|(?:hoc )?vien|dai hoc|truong|thanh tra|cong an|toa an|kho bac|quy"
    r"|(?:tong )?cong ty|tap doan|ngan hang|bao hiem xa hoi|hop tac xa|hoi|lien doan)\b"
)
"""With what the names of bodies begin, without marks: two kinds are two bodies."""
_LEVEL = re.compile(
    r"\b(tinh|thanh pho|thi xa|thi tran|dac khu|huyen|(?<!hai )quan(?! (?:ly|su|doan|khu|he|trac))"
    r"|(?<!thi )xa(?! hoi)|(?<!dia )phuong)\b (?=\w)"
)
_JOINTS = re.compile(r"[&-]")
_UNSPOKEN = re.compile(r"[b-df-hj-np-tv-xz]{2,}")
_JOINING = frozenset({"va", "cac", "cua"})
_LOOKED_AT = 300
_CUT = 40
"""Characters from which on a name may have been cut: fields of certificates end at 64, some count bytes."""


def likeness(ours: Iterable[str], theirs: Iterable[str], around: Iterable[str]) -> Likeness:
    """Compare all names of the sender with those of a certificate, the holder's own first.

    ``around`` are texts in which a sender says where it belongs: its superior, the place of issue. ``like``: nothing
    contradicts, but something that tells bodies apart stands in one name only.
    """
    own, *beside = _holder(theirs)
    texts = [text[:_LOOKED_AT] for text in around]
    found = [_compared(name[:_LOOKED_AT], own, texts, beside) for name in ours if name]
    if "same" in found:
        return "same"
    return "other" if own and found and "like" not in found else "like"


def superior(ours: Iterable[str], theirs: Iterable[str], above: str) -> bool:
    """Whether a certificate names the body above: the one that the header names, or one within the sender's name."""
    own = _holder(theirs)[0]
    if above and _compared(above[:_LOOKED_AT], own) == "same":
        return True
    longer = [name[:_LOOKED_AT] for name in ours if name and not names.same(own, name)]
    return bool(_kind(_words(own))) and any(names.within(own, name) for name in longer)


def _holder(theirs: Iterable[str]) -> list[str]:
    """Give the names of a certificate, first that of the body: ``Văn thư`` is none."""
    found = [name[:_LOOKED_AT] for name in theirs if name] or [""]
    return sorted(found, key=lambda name: not _kind(_words(name)))


def _compared(ours: str, theirs: str, around: Iterable[str] = (), beside: Iterable[str] = ()) -> Likeness:
    """Compare two names; ``around`` are texts beside ours, and ``beside`` beside theirs."""
    one, other = _resolved(ours, theirs), _resolved(theirs, ours)
    if one == other:
        return "same" if one else "like"
    if len(theirs) >= _CUT and " ".join(one).startswith(" ".join(other)):
        return "like"
    if _are_two(one, other) or any(_elsewhere(_words(text), one + other, lowest=False) for text in (*around, *beside)):
        return "other"
    tells, told = names.telling(" ".join(one)), names.telling(" ".join(other))
    if tells and tells == told:
        levels = bool(_places(one)) == bool(_places(other))
        return "same" if levels or _kind(one) not in _COMMITTEES else "like"
    if tells and told and told - tells <= _all_words(around) and tells - told <= _all_words(beside):
        return "same"
    return "like" if tells <= told or told <= tells or _has_acronym(ours) or _has_acronym(theirs) else "other"


def _are_two(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether what stands first, or the places, are those of two bodies; a name that says neither may be anybody's."""
    kinds = {_kind(one), _kind(other)}
    return len(kinds - {""}) > 1 or _elsewhere(one, other)


def _all_words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in _words(text))


_COMMITTEES = frozenset({"uy ban nhan dan", "hoi dong nhan dan", ""})
"""Bodies of every level, so that one is not told from another without its level."""


def _words(name: str) -> tuple[str, ...]:
    return tuple(word.lstrip("0") or word for word in names.words(name))


def _kind(words: tuple[str, ...]) -> str:
    found = _BEGINNING.match(" ".join(words).removeprefix("truong "))  # Trường Đại học Mẫu is also called Đại học Mẫu
    return found[0] if found else ""


def _places(words: tuple[str, ...]) -> list[tuple[str, str]]:
    """Give the levels in a name with the places behind them, the lowest first: ``("tinh", "bac ninh")``."""
    parts = _LEVEL.split(" ".join(words))[1:]
    return [(level, place.strip()) for level, place in zip(parts[::2], parts[1::2], strict=True)]


def _elsewhere(one: tuple[str, ...], other: tuple[str, ...], *, lowest: bool = True) -> bool:
    """Whether two names name different places of one level; ``lowest``: their own levels have to be the same, too."""
    ours, theirs = _places(one), _places(other)
    if lowest and ours and theirs and ours[0][0] != theirs[0][0]:
        return True
    known = dict(reversed(theirs))
    return any(
        level in known
        and not f"{place} ".startswith(f"{known[level]} ")
        and not f"{known[level]} ".startswith(f"{place} ")
        for level, place in ours
    )


def _resolved(name: str, other: str) -> tuple[str, ...]:
    """Give the words of a name, its acronyms written out where the other name has the words: ``TN&MT``."""
    known = _words(other)
    tokens = [
        _written_out(token, known) if token.isupper() and not set(_words(token)) <= set(known) else token
        for token in name.split()
    ]
    return _words(" ".join(tokens))


def _written_out(acronym: str, words: tuple[str, ...]) -> str:
    letters = "".join(names.words(_JOINTS.sub("", acronym)))
    for begin in range(len(words)):
        for end in range(begin + len(letters), min(len(words), begin + 2 * len(letters)) + 1):
            run = [word for word in words[begin:end] if word not in _JOINING]
            if len(letters) > 1 and "".join(word[0] for word in run) == letters:
                return f" {' '.join(words[begin:end])} "
    return acronym


def _has_acronym(name: str) -> bool:
    """Whether letters stand for words that nobody knows, also in a name that is in capitals throughout."""
    return names.has_acronym(name) or any(
        token.isupper() and len(names.words(token)) == 1 and _UNSPOKEN.fullmatch(names.words(token)[0])
        for token in _JOINTS.sub("", name).split()
    )
