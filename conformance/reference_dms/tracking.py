"""What the recipients say about documents that this DMS sent (ND 30/2020 Appendix VI, III.1(k) and (o)).

Statuses come late, repeated and out of order; the state shown is the most advanced one, judged by what the statuses say
of themselves and never by the order of their arrival (STS-09).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.reference_dms import sending, vietnam
from conformance.reference_dms.office import Office
from protocol.package.model import StatusPackage
from protocol.wire.items import QueueItem

# How far a document is at its receiver; 07 to 12 and 14 mean nothing.
_PROGRESS = {"01": 1, "03": 2, "04": 3, "05": 4, "06": 5}
_STATES = {
    "01": "arrived",
    "02": "refused",
    "03": "registered",
    "04": "assigned",
    "05": "processing",
    "06": "finished",
    "15": "recalled",
    "16": "recall-refused",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One status about one recipient. ``timestamp`` is the sender's, ``yyyy/MM/dd HH:mm:ss``; in order of arrival."""

    code: str
    timestamp: str
    text: str | None = None


def take_status(office: Office, package: StatusPackage, item: QueueItem) -> None:
    """Take a status package: a recall (13), or a report of a recipient about one of our documents.

    What is not believed (not from a recipient; 15 or 16 that nobody asked for) is recorded and changes nothing.
    """
    header = package.header
    code = (header.status_code or "").strip()
    code = code.zfill(2) if code.isascii() and code.isdigit() else code  # some systems write "1" for "01"
    if code == "13":
        office.behaviour.take_recall_request(office, package, item)
        return
    about, reporter = header.response_for, header.sender.organ_id
    document = sending.find(office, vietnam.key(about.document_id or ""))
    if document is None:
        office.record("status-of-unknown", about.document_id, reporter, code)
        return
    believed = item.sender is None or office.same_agency(item.sender, reporter)
    recipient = office.behaviour.recipient_of(office, document, reporter) if believed else None
    if recipient is None:
        office.record("status-not-believed", document["document_id"], reporter, code)
        return
    asked = office.store.row(
        "SELECT recall_requested FROM recipient WHERE document_key = ? AND code = ?",
        document["document_key"],
        recipient,
    )
    if code in {"15", "16"} and not (asked and asked["recall_requested"]):
        office.record("answer-without-recall", document["document_id"], reporter, code)
        return
    timestamp = vietnam.read_wall_time(header.timestamp) or office.clock()
    office.store.execute(
        "INSERT INTO status_received (document_key, recipient, code, timestamp, text, at, run)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(document["document_key"], recipient, code, vietnam.wall_time(timestamp), header.description),
        *(office.now(), document["run"]),
    )
    office.record("status" if code in _STATES else "status-unknown-code", document["document_id"], reporter, code)
    _show(office, document["document_key"], recipient)


def recipient_of(office: Office, document: sqlite3.Row, reporter: str | None) -> str | None:
    """Give the recipient of the document that the reporter is, by any code of its agency; ``None`` for a stranger."""
    recipients = sending.recipients(office, document["document_key"])
    return next((row["code"] for row in recipients if office.same_agency(row["code"], reporter)), None)


def decisive(told: Sequence[Told]) -> Told | None:
    """Give the status that decides what is shown of a recipient; ``None`` where none means anything.

    An agreed recall ends everything. Otherwise the furthest step counts; a refusal counts unless a later step (by the
    Timestamps) contradicts it; a refused recall is shown until something newer is told.
    """
    agreed = [status for status in told if status.code == "15"]
    if agreed:
        return agreed[-1]
    steps = [status for status in told if status.code in _PROGRESS]
    best = max(steps, key=lambda status: (_PROGRESS[status.code], status.timestamp), default=None)
    for code in ("02", "16"):
        latest = max(
            (status for status in told if status.code == code), key=lambda status: status.timestamp, default=None
        )
        newer = [status for status in steps if latest and status.code != "01" and status.timestamp > latest.timestamp]
        if latest is not None and not newer:
            best = latest
    return best


def _show(office: Office, key: str, recipient: str) -> None:
    rows = office.store.rows(
        "SELECT code, timestamp, text FROM status_received WHERE document_key = ? AND recipient = ? ORDER BY seq",
        key,
        recipient,
    )
    found = office.behaviour.decisive([Told(row["code"], row["timestamp"], row["text"]) for row in rows])
    if found is None or found.code not in _STATES:
        return
    at = vietnam.read_wall_time(found.timestamp)
    office.store.execute(
        "UPDATE recipient SET state = ?, status_code = ?, at = ?, text = ? WHERE document_key = ? AND code = ?",
        *(_STATES[found.code], found.code, vietnam.moment(at) if at else office.now(), found.text, key, recipient),
    )
    states = {row["state"] for row in sending.recipients(office, key)}
    if states == {"recalled"}:
        office.store.execute("UPDATE outgoing SET state = 'recalled' WHERE document_key = ?", key)
