"""Status packages against the ledger: who may report what about which document, and what it changes.

The axis passes on what it can route and notes what does not fit: real systems skip states, repeat codes and report at
equal instants, so none of this refuses (observed; the state machine itself is derived).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from protocol.finding import Finding, Severity, quote
from simulator.directory import Agency, resolve
from simulator.examination import Facts
from simulator.store.tables import deliveries, documents, events

RECALL = "13"
_ANSWERS = ("15", "16")
_CHANGES = ("1", "2")
# Reported by somebody who has no say in it: passed on, but it moves nothing.
_WITHOUT_SAY = {"status-by-non-recipient", "recall-not-by-sender", "recall-to-non-recipient"}


def examine(connection: Connection, facts: Facts, reporter: Agency) -> list[Finding]:
    """Compare a status with the document that it is about (STS-13, STS-16, RCL-09, H-W16, H-W17)."""
    original = _original(connection, facts, reporter)
    if original is None:
        return [_warning("STS-16", "status-document-unknown", "ResponseFor/DocumentId", facts.document_id)]
    owner = resolve(connection, [original.from_code], closed=True).get(original.from_code)
    recipients = _recipients(connection, original.seq)
    if facts.status_code == RECALL:
        if owner is None or owner.code != reporter.code:
            return [_warning("RCL-09", "recall-not-by-sender", "From/OrganId", reporter.code)]
        addressee = resolve(connection, [facts.about or ""], closed=True).get(facts.about or "")
        if addressee is None or addressee.code not in recipients:
            return [_warning("STS-13", "recall-to-non-recipient", "ResponseFor/OrganId", facts.about)]
        return []
    if reporter.code not in recipients:
        return [_warning("STS-16", "status-by-non-recipient", "From/OrganId", reporter.code)]
    return _against_history(connection, facts, original, recipients[reporter.code])


def apply(connection: Connection, facts: Facts, reporter: Agency, at: int, remarks: Sequence[Finding]) -> None:
    """Write a status into the history of its document and, where it comes from the right side, into the delivery.

    ``remarks`` are what ``examine`` said about it.
    """
    original = _original(connection, facts, reporter)
    if original is None:
        return
    detail = f"{facts.status_code} {facts.description}".strip()[:500]
    connection.execute(
        insert(events).values(document_seq=original.seq, at=at, event="status", to_code=reporter.code, detail=detail)
    )
    if any(remark.reason in _WITHOUT_SAY for remark in remarks):
        return
    whose = reporter.code
    if facts.status_code == RECALL:
        addressee = resolve(connection, [facts.about or ""], closed=True).get(facts.about or "")
        whose = addressee.code if addressee is not None else ""
    connection.execute(
        update(deliveries)
        .where(deliveries.c.document_seq == original.seq, deliveries.c.agency == whose)
        .values(business_status=facts.status_code)
    )


def _original(connection: Connection, facts: Facts, reporter: Agency) -> Row[Any] | None:
    """Find the newest document of that id, by preference one of whoever the status names as its sender."""
    if not facts.document_id:
        return None
    sender = reporter.code if facts.status_code == RECALL else facts.about or ""
    named = resolve(connection, [sender], closed=True).get(sender)
    codes = {sender} if named is None else {named.code, named.old_code} - {""}
    rows = connection.execute(
        select(documents)
        .where(documents.c.document_id == facts.document_id, documents.c.message_type == "edoc")
        .order_by(documents.c.seq.desc())
    ).all()
    return next((row for row in rows if row.from_code in codes), rows[0] if rows else None)


def _recipients(connection: Connection, document_seq: int) -> dict[str, str | None]:
    rows = connection.execute(
        select(deliveries.c.agency, deliveries.c.business_status).where(deliveries.c.document_seq == document_seq)
    )
    return {row.agency: row.business_status for row in rows}


def _against_history(connection: Connection, facts: Facts, original: Row[Any], last: str | None) -> list[Finding]:
    code = facts.status_code
    if (last, code) in (("03", "02"), ("02", "03")):
        return [_warning("STS-08", "status-contradicts", "StatusCode", code, expected=f"{last}")]
    if code in _ANSWERS and last != RECALL and not _change_pending(connection, original):
        return [_warning("STS-13", "answer-without-request", "StatusCode", code, expected=RECALL)]
    return []


def _change_pending(connection: Connection, original: Row[Any]) -> bool:
    """Whether the sender ever asked to take back or to update the document by a package of type 1 or 2."""
    asked = connection.execute(
        select(documents.c.seq)
        .where(documents.c.from_code == original.from_code, documents.c.business_type.in_(_CHANGES))
        .where(documents.c.seq >= original.seq)
        .limit(1)
    ).first()
    return asked is not None


def _warning(requirement: str, reason: str, where: str, got: str | None, *, expected: str = "") -> Finding:
    return Finding(requirement, reason, Severity.WARN, where, expected=expected, got=quote(got))
