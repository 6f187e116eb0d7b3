"""Defects of what a sender shows of its recipients."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from weakref import WeakKeyDictionary

from conformance.mutants.defect import Defect
from conformance.reference_dms import sending, tracking
from conformance.reference_dms.office import Office
from conformance.reference_dms.tracking import Told
from protocol.wire.client import AxisClient
from protocol.wire.items import QueueItem

_turns: WeakKeyDictionary[Office, asyncio.Lock] = WeakKeyDictionary()

_KNOWN = {"01", "02", "03", "04", "05", "06", "15", "16"}


def _deaf_to(*codes: str) -> Callable[[Sequence[Told]], Told | None]:
    """Never show some codes."""
    return lambda told: tracking.decisive([status for status in told if status.code not in codes])


def _last_wins(told: Sequence[Told]) -> Told | None:
    known = [status for status in told if status.code in _KNOWN]
    return known[-1] if known else None


async def _one_after_the_other(office: Office, axis: AxisClient, items: Sequence[QueueItem]) -> None:
    """Take the packages in the order of the list, so that "last" means what it says."""
    async with _turns.setdefault(office, asyncio.Lock()):
        for item in items:
            await office.behaviour.take(office, axis, item)


def _stuck_after_unknown(told: Sequence[Told]) -> Told | None:
    first = next((index for index, status in enumerate(told) if status.code not in _KNOWN), len(told))
    return tracking.decisive(told[:first])


def _anybody(office: Office, document: sqlite3.Row, reporter: str | None) -> str | None:
    """Take whoever reports for the first recipient, if it is none itself."""
    found = tracking.recipient_of(office, document, reporter)
    return found or next((row["code"] for row in sending.recipients(office, document["document_key"])), None)


DEFECTS = (
    Defect("arrived-on-http-200", "SND-03", {"state_when_accepted": lambda: "arrived"}),
    Defect("ignores-05", "STS-06", {"decisive": _deaf_to("05")}),
    Defect("last-status-wins", "STS-09", {"decisive": _last_wins, "take_all": _one_after_the_other}),
    Defect("stuck-after-unknown-code", "STS-15", {"decisive": _stuck_after_unknown}),
    Defect("believes-any-status", "STS-16", {"recipient_of": _anybody}),
    Defect("ignores-recall-answers", "RCL-07", {"decisive": _deaf_to("15", "16")}),
)
