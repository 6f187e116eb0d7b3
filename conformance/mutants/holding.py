"""Defects of holding letters back: they are held for show, and nobody decides about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from conformance.mutants.defect import Defect
from conformance.reference_dms import lifecycle, rounds, verifying
from conformance.reference_dms.office import Office, Refusal, Warned
from conformance.reference_dms.verifying import Examined
from protocol.package.model import DocumentPackage
from protocol.wire.client import AxisClient

if TYPE_CHECKING:
    from protocol.signatures.outcome import Check, Result

SHORTLY = timedelta(seconds=1.5)
"""How long a letter is held."""
WAITING = "Đang chờ kiểm tra chữ ký số."

_held: WeakKeyDictionary[Office, set[str]] = WeakKeyDictionary()


def _good(check: Check) -> Result:
    del check
    return "good"


def _no_objection(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> Refusal | None:
    del office, package, examined
    return None


def _hold_all(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> list[Warned]:
    """Hold every signed letter, as if somebody were at work on it."""
    if not any(file.verdicts for file in examined):
        return []
    _held.setdefault(office, set()).add(package.header.document_id or "")
    return [Warned("signature", WAITING)]


def _hold_bad(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> list[Warned]:
    """Hold for the registry officer what the reference DMS sends back."""
    refusal = verifying.objection(office, package, examined)
    if refusal is None:
        return verifying.doubts(office, package, examined)
    _held.setdefault(office, set()).add(package.header.document_id or "")
    return [Warned(refusal.category, refusal.text)]


def _hold_doubts(office: Office, package: DocumentPackage, examined: Sequence[Examined]) -> list[Warned]:
    """Hold what nobody can judge, as the reference DMS does."""
    found = verifying.doubts(office, package, examined)
    if found:
        _held.setdefault(office, set()).add(package.header.document_id or "")
    return found


def _due(office: Office) -> list[sqlite3.Row]:
    """Give the letters that were held long enough."""
    return [
        entry
        for entry in office.store.rows("SELECT * FROM incoming WHERE state = 'held'")
        if entry["document_id"] in _held.get(office, ())
        and office.clock() - datetime.fromisoformat(entry["arrived_at"]) >= SHORTLY
    ]


async def _taking(office: Office, axis: AxisClient) -> None:
    """Show what was held as arrived, and nothing against it."""
    with office.store.transaction():
        for entry in _due(office):
            office.store.execute("UPDATE incoming SET state = 'arrived' WHERE entry = ?", entry["entry"])
            office.store.execute("DELETE FROM warning WHERE entry = ? AND category = 'signature'", entry["entry"])
    await rounds.poll(office, axis)


async def _registering(office: Office, axis: AxisClient) -> None:
    """Register what was held, and ask no officer."""
    for entry in _due(office):
        lifecycle.act(office, entry["document_id"], entry["issuer"], "accept")
    await rounds.poll(office, axis)


DEFECTS = (
    Defect(
        "holds-first-then-takes",
        "SIG-05",
        {"weigh": _good, "objection": _no_objection, "doubts": _hold_all, "poll": _taking},
    ),
    Defect(
        "registers-what-it-held",
        "SIG-05",
        {"objection": _no_objection, "doubts": _hold_bad, "poll": _registering},
    ),
    Defect("registers-what-it-cannot-judge", "SIG-05", {"doubts": _hold_doubts, "poll": _registering}),
)
