"""What a recipient reports of a document against what it and the sender reported before, where that is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protocol.finding import Finding
from protocol.rules.context import HEADER, Context
from protocol.rules.surroundings import KnownDocument, Surroundings

ARRIVED, RETURNED, TAKE_BACK, AGREED, DECLINED = "01", "02", "13", "15", "16"
PROGRESS = ("01", "03", "04", "05", "06")
"""What becomes of an accepted document, in its order."""
TAKEN = frozenset({"03", "04", "05", "06"})
ONCE = frozenset({"01", "02", "03", "04", "06"})
BACK = frozenset({RETURNED, AGREED})
"""With these the document is back at its sender, who may send it anew."""


def given_back(around: Surroundings, known: KnownDocument) -> frozenset[str]:
    """Give the bodies that returned a document (02) or agreed to give it back (15), and did not take it afterwards."""
    last = {around.body(agency): code for agency, code in known.statuses if code in TAKEN | BACK}
    return frozenset(body for body, code in last.items() if code in BACK)


def follows(context: Context, code: str, reporter: str, original: KnownDocument) -> Iterator[Finding]:
    """Compare what a recipient reports with what it and the sender said before.

    01 after 02 or 15 begins a new round: the sender mended the document and sent it once more.
    """
    around, path = context.surroundings, f"{HEADER}/StatusCode"
    said = [before for agency, before in original.statuses if around.same_body(agency, reporter)]
    if code in {AGREED, DECLINED}:
        asked = _open_requests(around, reporter, original)
        if not asked:
            yield from context.breach("answer-without-request", path, expected=TAKE_BACK, got=code)
        elif code == DECLINED and "recall" in asked:
            yield from context.breach("recall-declined", path, expected=AGREED, got=code)
        return
    said = list(this_round((*said, code))[:-1])
    against = contradicted(code, said)
    if against:
        yield from context.breach("status-contradicts", path, expected=against, got=code)
    elif code in ONCE and code in said:
        yield from context.breach("status-reported-before", path, got=code)
    elif code in PROGRESS:
        furthest = max((PROGRESS.index(each) for each in said if each in PROGRESS), default=0)
        if PROGRESS.index(code) < furthest:
            yield from context.breach("status-goes-back", path, expected=f">= {PROGRESS[furthest]}", got=code)


def this_round(said: Sequence[str]) -> Sequence[str]:
    """Give what was said since the document arrived for the last time, one that had gone back."""
    begun, gone_back = 0, False
    for number, code in enumerate(said):
        if code == ARRIVED and gone_back:
            begun, gone_back = number, False
        gone_back = gone_back or code in BACK
    return said[begun:]


def contradicted(code: str, said: Sequence[str]) -> str:
    """Give the earlier report that a code contradicts, empty where there is none."""
    if AGREED in said:
        return AGREED
    if code == RETURNED:
        return next((each for each in reversed(said) if each in TAKEN), "")
    return RETURNED if code in TAKEN and RETURNED in said else ""


def _open_requests(around: Surroundings, reporter: str, original: KnownDocument) -> set[str]:
    """Give what the sender asks for and this recipient has not answered yet."""
    taken_back = False
    for agency, code in original.statuses:
        if code == TAKE_BACK and around.same_body(agency, original.sender):
            taken_back = True
        elif code in {AGREED, DECLINED} and around.same_body(agency, reporter):
            taken_back = False
    return {*original.requests, *(("recall",) if taken_back else ())}
