"""What was asked for, held against what crossed: the same text in each file, signed when it was sent."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from conformance.case import Case
from conformance.scenarios.sealed import Paper, Sent
from conformance.scenarios.signed import signatures
from conformance.stage import VIETNAM
from conformance.told import told
from conformance.violation import JudgeBlind
from protocol.content.text import FileText

if TYPE_CHECKING:
    from protocol.signatures.outcome import SignatureOutcome

CLOCKS_APART = timedelta(minutes=5)
"""By how much the clock that dates signatures may differ from that of the axis."""
ENOUGH = 0.85
"""Share of a draft's letters that have to be in what was signed: number and date may be stamped over some of them."""
_MARKS_OF_THEIR_OWN = str.maketrans(
    {"`": "\u0300", "ˋ": "\u0300", "ˊ": "\u0301", "^": "\u0302", "ˆ": "\u0302", "~": "\u0303"}
)
"""Signs of a keyboard and modifier letters that stand for a mark; compatibility takes the others apart."""


async def require_same_content(case: Case, sent: Sent, read: Sequence[Paper]) -> None:
    """Require the first file of what crossed to say what the draft's says, and each appendix to be in one of the rest.

    A system may write a file anew before it is signed, or stamp number and date on it: so texts are compared. A page
    whose letters look right and are read as others does not say as text what it shows.
    """
    wanted = [await _text(case, file.name, file.data) for file in sent.files]
    found = [await _text(case, paper.name, paper.data) for paper in read]
    lost = [sent.files[number] for number in unheld(wanted, found)]
    case.require(
        not lost,
        "signed-other-content",
        expected=told("the text of each file of the draft in a signed file of its own"),
        got=told("nothing signed has the text of {names}", names=", ".join(file.name for file in lost)),
        witnesses=[sent.crossing.exchange],
    )


def unheld(drafts: Sequence[FileText], signed: Sequence[FileText]) -> list[int]:
    """Give the numbers of drafts for which nothing signed is left that may hold them: the first stands in the first.

    Where several may hold one, it gets that which is most like it: the letters of a short one are in many.
    """
    left = dict(enumerate(signed))
    lost: list[int] = []
    for number, text in enumerate(drafts):
        places = [place for place in left if (place == 0) == (number == 0) and may_hold(left[place], text)]
        match = max(places, key=lambda place: _likeness(left[place], text), default=None)
        if match is None:
            lost.append(number)
        else:
            del left[match]
    return lost


async def _text(case: Case, name: str, data: bytes) -> FileText:
    text = await (await signatures(case)).text(name, data)
    if text.unread not in ("", "no-text", "garbled"):
        raise JudgeBlind(told("the text of {name} could not be read: {why}", name=name, why=text.unread))
    return text


def may_hold(signed: FileText, draft: FileText) -> bool:
    """Say whether a file holds the text of a draft, or may: lines can break elsewhere, and some may be stamped over.

    Only the letters decide, and of what is called ``garbled`` those without their marks, and these marks apart: a
    program may draw those of a second font after all others, each in its place, which is where the reader puts them;
    marks that are drawn by themselves stand before or behind their letter then.
    """
    garbled = signed.unread == "garbled"
    letters = _bare if garbled else _letters
    there = letters(line.text for line in signed.lines)
    lines = [letters([line.text]) for line in draft.lines]
    held = sum(len(line) for line in lines if line in there)
    return held >= ENOUGH * sum(map(len, lines)) and not (garbled and _lacks_marks(signed, draft))


def _lacks_marks(signed: FileText, draft: FileText) -> bool:
    """Say whether marks of a draft are not in a file: words without them, or with others, are other words."""
    wanted, there = _marks(draft), _marks(signed)
    return (wanted & there).total() < ENOUGH * wanted.total()


def _marks(text: FileText) -> Counter[str]:
    return Counter({sign: count for sign, count in _counted(text).items() if unicodedata.combining(sign)})


def _likeness(signed: FileText, draft: FileText) -> float:
    """Give the share of letters that two files have in common, 0 to 1: of those that may hold a draft, which does."""
    one, other = _counted(signed), _counted(draft)
    return (one & other).total() / max(1, (one | other).total())


def _counted(text: FileText) -> Counter[str]:
    """Count the letters of a file and, apart from them, their marks, which may be drawn by themselves."""
    whole = _apart(line.text for line in text.lines)
    return Counter(letter for letter in whole if letter.isalnum() or unicodedata.combining(letter))


def _letters(texts: Iterable[str]) -> str:
    """Leave out what may change with fonts and line breaks: spaces, hyphens, capitals."""
    whole = unicodedata.normalize("NFKC", "".join(texts)).casefold()
    return "".join(letter for letter in whole if letter.isalnum())


def _bare(texts: Iterable[str]) -> str:
    """Leave out marks as well."""
    return "".join(letter for letter in _apart(texts) if letter.isalnum())


def _apart(texts: Iterable[str]) -> str:
    """Take letters and marks apart; a mark that a program drew as a sign of its own is that mark."""
    return unicodedata.normalize("NFKD", "".join(texts)).casefold().translate(_MARKS_OF_THEIR_OWN)


def require_signed_now(case: Case, sent: Sent, outcomes: Sequence[SignatureOutcome]) -> None:
    """Require signatures to be of the time between the request and the crossing, by certificates good at that time."""
    bad = [
        f"{check.question}: {check.reason}"
        for outcome in outcomes
        for check in outcome.checks
        if check.question in ("validity", "revocation") and check.result == "bad"
    ]
    case.require(
        not bad,
        "signed-with-bad-certificate",
        expected=told("certificates that are valid and not revoked at the time of signing"),
        got=", ".join(bad),
        witnesses=[sent.crossing.exchange],
    )
    earliest, latest = sent.asked - CLOCKS_APART, sent.crossing.exchange.at + CLOCKS_APART
    expected = told("signed between {earliest} and {latest}", earliest=_told(earliest), latest=_told(latest))
    stray = [
        each.signed_at for each in outcomes if each.signed_at is not None and not earliest <= each.signed_at <= latest
    ]
    case.require(
        not stray,
        "signed-at-another-time",
        expected=expected,
        got=", ".join(map(_told, stray)),
        witnesses=[sent.crossing.exchange],
    )
    undated = [each.place for each in outcomes if each.signed_at is None and each.proven_at is None]
    if undated:
        # The catalogue lets a package with such a signature pass with a warning.
        case.warn("signed-without-time", expected=expected, got=", ".join(undated))


def _told(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).isoformat(timespec="seconds")
