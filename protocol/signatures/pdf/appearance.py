"""Judges what a reader sees of signatures: NĐ 30/2020/NĐ-CP Phụ lục I, Phần I, II.7, II.8 and III.1 (SIG-14 to SIG-16).

A breach of form makes no signature invalid, so these answers stand beside an outcome and not in it. Where the file does
not show for certain what was meant, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Literal

from protocol.content.text import FileText, Line
from protocol.signatures.outcome import Check, SignatureOutcome
from protocol.signatures.pdf.facts import Appearance, PaperFacts, Picture

Part = Literal["document", "appendix"]
VIETNAM = timezone(timedelta(hours=7))
COLOURED = 0.5
"""Share of the opaque pixels that have to be blue, or red."""
CLEAR = 0.2
"""Share of the pixels of a signature or a seal that have to be clear."""
OVERLAP = (0.2, 0.45)
"""Share of the signature that the seal may cover: about a third."""
SEAL = (57.0, 142.0)
"""Points, 20 to 50 mm: the seals of agencies measure 32 to 42 mm."""
CENTRED = 30.0
"""Points by which the middle of a signature may lie beside that of the name."""
BETWEEN = 8.0
"""Points by which the middle of a signature may lie above or below the room for it."""
HIGHEST_ROOM = 220.0
TOP_OF_PAGE = 0.25
TIME_TOLERANCE = timedelta(minutes=5)
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})(?:[.,]\d+)?\s*(?:GMT|UTC)?\+07:?00"
_ISO = re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}})[T ]{_CLOCK}")
_PRINTED = re.compile(rf"(?P<day>\d{{1,2}})[/.-](?P<month>\d{{1,2}})[/.-](?P<year>\d{{4}}),?\s+{_CLOCK}")
_SOME_TIME = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{1,2}:\d{2}")


def judge_looks(
    facts: PaperFacts,
    outcomes: tuple[SignatureOutcome, ...],
    text: FileText | None = None,
    part: Part = "document",
) -> Mapping[str, tuple[Check, ...]]:
    """Judge the appearances of a file; gives the answers by the name of the signature field.

    ``text`` are the lines of the same file: without them nothing is said of the place between position and name.
    """
    looks = {each.field: each.appearance for each in facts.signatures if each.kind == "signature"}
    persons = [each for each in outcomes if each.signer and each.signer.role == "person" and each.place in looks]
    signature = next((look for each in persons if (look := looks[each.place]) is not None), None)
    return {
        each.place: tuple(_judged(each, looks[each.place], signature, text, part))
        for each in outcomes
        if each.place in looks
    }


def _judged(
    outcome: SignatureOutcome,
    look: Appearance | None,
    signature: Appearance | None,
    text: FileText | None,
    part: Part,
) -> Iterator[Check]:
    role = outcome.signer.role if outcome.signer else "unknown"
    if part == "appendix":
        yield from _appendix(look)
    elif role == "person":
        yield from _person(outcome, look, text)
    elif role == "agency":
        yield from _seal(look, signature)
    yield from _time(outcome, look, part)


def _person(outcome: SignatureOutcome, look: Appearance | None, text: FileText | None) -> Iterator[Check]:
    if look is None or not look.pictures:
        yield _bad("pdf-signature-image-missing", "PNG", "-")
        return
    picture = max(look.pictures, key=lambda each: each.blue)
    if picture.blue < COLOURED:
        yield _bad("pdf-signature-image-not-blue", f">= {COLOURED:.2f}", f"{picture.blue:.2f}")
    if _is_covering(picture):
        yield _bad("pdf-signature-image-not-transparent", f">= {CLEAR:.2f}", f"{picture.clear:.2f}")
    name = outcome.signer.name if outcome.signer else ""
    room = _room(text, look, name) if text is not None else None
    if room is None:
        return
    position, printed = room
    middle, height = (look.left + look.right) / 2, (look.top + look.bottom) / 2
    beside = abs(middle - (printed.left + printed.right) / 2)
    if beside > CENTRED or not position.bottom - BETWEEN <= height <= printed.top + BETWEEN:
        expected = f"p.{look.page} x={(printed.left + printed.right) / 2:.0f} y={position.bottom:.0f}…{printed.top:.0f}"
        yield _bad("pdf-signature-image-misplaced", expected, f"p.{look.page} x={middle:.0f} y={height:.0f}")


def _room(text: FileText, look: Appearance, name: str) -> tuple[Line, Line] | None:
    """Find the line of the position and that of the name on the page; ``None`` where they are not both certain."""
    lines = [line for line in text.lines if line.page == look.page and line.placed and line.text not in look.text]
    names = [line for line in lines if line.text.casefold() == name.casefold()]
    if not name or len(names) != 1 or not text.exact_on(look.page):
        return None
    printed = names[0]
    middle = (printed.left + printed.right) / 2
    above = [line for line in lines if line.bottom <= printed.top and line.left <= middle <= line.right]
    position = max(above, key=lambda line: line.bottom, default=None)
    if position is None or printed.top - position.bottom > HIGHEST_ROOM:
        return None
    return position, printed


def _seal(look: Appearance | None, signature: Appearance | None) -> Iterator[Check]:
    if look is None or not look.pictures:
        yield _bad("pdf-seal-image-missing", "PNG", "-")
        return
    picture = max(look.pictures, key=lambda each: each.red)
    if picture.red < COLOURED:
        yield _bad("pdf-seal-not-red", f">= {COLOURED:.2f}", f"{picture.red:.2f}")
    if _is_covering(picture):
        yield _bad("pdf-seal-not-transparent", f">= {CLEAR:.2f}", f"{picture.clear:.2f}")
    smaller = min(look.right - look.left, look.bottom - look.top)
    if not SEAL[0] <= smaller <= SEAL[1]:
        yield _bad("pdf-seal-size", f"{SEAL[0]:.0f}…{SEAL[1]:.0f} pt", f"{smaller:.0f} pt")
    if signature is None:
        return
    share = _shared(look, signature) / signature.area if look.page == signature.page and signature.area else 0.0
    left = look.left + look.right < signature.left + signature.right
    if not left or not OVERLAP[0] <= share <= OVERLAP[1]:
        got = f"p.{look.page} {share:.2f} {'<' if left else '>'}"
        yield _bad("pdf-seal-misplaced", f"p.{signature.page} {OVERLAP[0]:.2f}…{OVERLAP[1]:.2f} <", got)


def _appendix(look: Appearance | None) -> Iterator[Check]:
    if look is None:
        return
    if look.pictures:
        yield _bad("pdf-appendix-image-shown", "0", str(len(look.pictures)))
    middle, height = (look.left + look.right) / 2, (look.top + look.bottom) / 2
    if look.page != 1 or middle < look.width / 2 or height > TOP_OF_PAGE * look.height:
        yield _bad("pdf-appendix-mark-misplaced", "p.1 ↗", f"p.{look.page} x={middle:.0f} y={height:.0f}")


def _time(outcome: SignatureOutcome, look: Appearance | None, part: Part) -> Iterator[Check]:
    """Judge the time that is shown; the law asks for one on appendixes, elsewhere it has to be right if it is there."""
    text = " ".join(look.text.split()) if look else ""
    if not _SOME_TIME.search(text):
        if part == "appendix":
            yield _bad("pdf-shown-time-missing", "YYYY-MM-DDThh:mm:ss+07:00", text)
        return
    found = _ISO.search(text) or _PRINTED.search(text)
    shown = _moment(found) if found else None
    if shown is None:
        yield _bad("pdf-shown-time-not-iso", "YYYY-MM-DDThh:mm:ss+07:00", text)
    elif outcome.signed_at is not None and abs(shown - outcome.signed_at) > TIME_TOLERANCE:
        signed = outcome.signed_at.astimezone(VIETNAM).isoformat(timespec="seconds")
        yield _bad("pdf-shown-time-differs", signed, shown.isoformat(timespec="seconds"))
    else:
        yield Check("appearance", "good", got=shown.isoformat(timespec="seconds"))


def _moment(found: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second = (
        int(found[name]) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=VIETNAM)
    except ValueError:
        return None


def _is_covering(picture: Picture) -> bool:
    return picture.clear < CLEAR


def _shared(one: Appearance, other: Appearance) -> float:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(width, 0.0) * max(height, 0.0)


def _bad(reason: str, expected: str, got: str) -> Check:
    return Check("appearance", "bad", reason, expected, got)
