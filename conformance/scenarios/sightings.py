"""What the stories look for: on the axis, and in what the system under test shows."""

from __future__ import annotations

import asyncio
import base64
import json
import string
import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from conformance.case import Case, Crossing, Delivered, Exchange, StatusCrossing
from conformance.crossing import as_crossing, as_status
from conformance.dms import RefLike
from conformance.observer import ACKNOWLEDGE, SEND
from conformance.system import Peer
from conformance.told import told
from conformance.violation import Violation
from protocol.package.model import DocumentPackage

FETCHES = ("getEdoc", "downloadEdoc")
DONE = "done"
PATIENCE_S = 5.0
CLOCK_ERROR = timedelta(seconds=1)
"""How far the suite's idea of the axis clock may be off."""
PUT_ASIDE = ("refused", "held")
SHOWN_STATES = {"01": "arrived", "03": "registered", "04": "assigned", "05": "processing", "06": "finished"}


def same(shown: object, meant: object) -> bool:
    """Compare texts as readers do: Unicode NFC, without white space at the ends; absent equals empty."""
    return _plain(shown) == _plain(meant)


def _plain(text: object) -> str:
    return "" if text is None else unicodedata.normalize("NFC", str(text)).strip()


def two_digits(code: str | None) -> str:
    """Give a status code as it should have been written, so that ``1`` fails STS-04 and nothing else."""
    return (code or "").strip().zfill(2)


# On the axis


async def reported(
    case: Case,
    about: RefLike | str,
    code: str,
    *,
    to: Peer | None = None,
    reason: str,
    expected: str,
    where: Callable[[StatusCrossing], bool] = lambda _status: True,
) -> StatusCrossing:
    """Wait for a status with this code, written with one digit or two."""
    return await case.status(
        about, to=to, reason=reason, expected=expected, where=lambda seen: two_digits(seen.code) == code and where(seen)
    )


async def first_report(case: Case, letter: DocumentPackage) -> None:
    """Wait for the first status about a letter, or for as long as a sound system would need for it.

    What must *not* be reported can only be missed after the time in which it would have been: the first report shows
    that statuses are leaving. That it comes at all is the matter of STS-05 alone.
    """
    patience = asyncio.get_running_loop().time() + max(3 * case.interval, PATIENCE_S)
    await case.stage.observer.wait(
        lambda seen: (
            (status := as_status(seen)) is not None
            and status.package.header.response_for.document_id == letter.header.document_id
        ),
        min(case.deadline, patience),
    )


def codes_about(case: Case, about: RefLike | str) -> list[str]:
    """Give the codes of all statuses about a document so far, in the order in which they reached the axis."""
    return [two_digits(status.code) for status in case.statuses(about)]


async def reports(case: Case, about: RefLike | str, codes: Sequence[str]) -> None:
    """Wait until all of these codes were reported about a document, or for as long as a sound system would need.

    Each further of the codes shows that the system is still at it, and the time begins anew. For stories that judge
    what came: that something is missing is the matter of STS-02 alone.
    """
    wanted = set(codes)

    def missing() -> int:
        return len(wanted - set(codes_about(case, about)))

    def fewer_than(before: int) -> Callable[[], bool]:
        return lambda: missing() < before

    before = len(wanted) + 1
    while 0 < missing() < before:
        before = missing()
        patience = asyncio.get_running_loop().time() + max(2 * case.interval, PATIENCE_S)
        await case.stage.observer.until(fewer_than(before), min(case.deadline, patience))


async def lingered(case: Case, rounds: int) -> Violation | None:
    """Let the system poll so many times more, or the phase end: for stories that judge what came until then.

    Gives ``None`` where the rounds came. Where they did not, gives what such a story has to raise if it has found
    nothing by then: ``inconclusive``. It is no pass, for what the rounds would have brought was not seen, and no
    failure, for the last step of a sound system may fall on the end of the phase.
    """
    return await case.missed(rounds, blind=True)


async def fetched(case: Case, delivered: Delivered, *, reason: str = "not-fetched") -> Exchange:
    """Wait until the system has got a delivered package."""
    return await case.exchange(
        lambda seen: is_fetch(seen, delivered) and seen.accepted,
        reason=reason,
        expected=told("getEdoc or downloadEdoc of the delivered package"),
    )


async def digested(case: Case, delivered: Delivered) -> None:
    """Wait until the system has got a delivered status and had a round of its own time to act on it.

    Clients that never acknowledge statuses exist (H-W03 and their like): the acknowledgement is not waited for.
    """
    await fetched(case, delivered, reason="status-not-fetched")
    await case.intervals(1)


def is_fetch(seen: Exchange, delivered: Delivered) -> bool:
    """Say whether an exchange asks for the content of a delivered package."""
    return seen.operation in FETCHES and seen.receiver_id in delivered.receiver_ids


def is_confirmation(seen: Exchange, delivered: Delivered) -> bool:
    """Say whether an exchange acknowledged a delivered package as well received."""
    return (
        seen.operation == ACKNOWLEDGE
        and seen.accepted
        and seen.acknowledged == DONE
        and seen.receiver_id in delivered.receiver_ids
    )


def documents_crossed(case: Case, right: Callable[[DocumentPackage], bool]) -> list[Crossing]:
    """Give the documents of the system that the axis took so far and that a predicate likes, whatever their names."""
    found = []
    for seen in case.stage.observer.exchanges:
        crossing = as_crossing(seen) if seen.system == case.sut.id else None
        if crossing is not None and right(crossing.package):
            case.witness(seen)
            found.append(crossing)
    return found


@dataclass(frozen=True, slots=True)
class Sign:
    """What a draft can be recognised by before it has a name on the wire: its notation and how its subject begins."""

    notation: str
    beginning: str

    def fits(self, package: DocumentPackage) -> bool:
        """Say whether a package carries this draft, under whatever identifier."""
        header = package.header
        return same(header.code.notation, self.notation) or (header.subject or "").startswith(self.beginning)


def recognisable(case: Case, draft: dict[str, Any]) -> Sign:
    """Give a draft a notation and a subject that no other has, and say how to recognise it.

    The notation keeps its beginning, which says the kind of document (ND 30/2020, appendix I, II.3 b), and the mark has
    no digits, which might be taken for a number or a year.
    """
    mark = "".join(case.identities.choices(string.ascii_uppercase, k=8))
    draft["notation"] = f"{draft['notation']}-{mark}"
    draft["subject"] = f"{mark} {draft['subject']}"
    return Sign(draft["notation"], mark)


async def axis_id(case: Case, crossing: Crossing) -> str:
    """Give the axis's own id of a sending (``DocId``): a replay of the same signed request has that of the first."""
    answer = (await case.stage.observer.detail(crossing.exchange))["answer"]
    try:
        return str(json.loads(base64.b64decode(answer["body"]))["DocId"])
    except (KeyError, ValueError):
        return f"exchange {crossing.exchange.seq}"


def offered(seen: Exchange, document_id: str) -> bool:
    """Say whether an exchange offered a document to the axis, with or without success."""
    if seen.operation != SEND:
        return False
    package = seen.package
    named = package.header.document_id if isinstance(package, DocumentPackage) else seen.document_id
    return named == document_id and as_status(seen) is None


async def eventually(
    case: Case, holds: Callable[[], Awaitable[bool]], *, reason: str, expected: str, got: Callable[[], str]
) -> None:
    """Ask again and again until something holds; at the deadline of the phase its absence is the violation."""
    loop = asyncio.get_running_loop()
    pause = min(max(case.interval / 2, 0.2), 5.0)
    while not await holds():
        if case.deadline - loop.time() <= pause:
            raise Violation(reason, expected=expected, got=got(), silent=True)
        await asyncio.sleep(pause)


# In what the system shows


def line_of(entry: Mapping[str, Any] | None, peer: Peer | str) -> Mapping[str, Any] | None:
    """Give the line of one recipient in an entry of ``sent``."""
    codes = {peer} if isinstance(peer, str) else {agency.code for agency in peer.agencies}
    lines = () if entry is None else entry["recipients"]
    return next((line for line in lines if line["code"] in codes), None)


def state_of(entry: Mapping[str, Any] | None, peer: Peer | str) -> str | None:
    """Give the state of one recipient in an entry of ``sent``, ``None`` where it is not shown."""
    line = line_of(entry, peer)
    return None if line is None else str(line["state"])


def live(entries: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Leave out the entries of ``received`` that were refused or are held back: what is left counts as taken."""
    return [entry for entry in entries if entry["state"] not in PUT_ASIDE]


def categories(entries: list[Mapping[str, Any]]) -> set[str]:
    """Give the categories of all warnings and refusals that entries of ``received`` show."""
    found = {str(warning["category"]) for entry in entries for warning in entry.get("warnings") or ()}
    return found | {str(entry["refusal"]["category"]) for entry in entries if entry.get("refusal")}
