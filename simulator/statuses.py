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

RECALL, AGREED, DECLINED = "13", "15", "16"
_ANSWERS = (AGREED, DECLINED)
_RETURNED, _TAKEN = "02", frozenset({"03", "04", "05", "06"})
_TAKE_BACK, _UPDATE = "1", "2"
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
    said = _history(connection, original, owner, reporter)
    return _against_history(connection, facts, original, said)


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
    about = resolve(connection, [facts.about or "", original.from_code], closed=True)
    recall, owner = facts.status_code == RECALL, about.get(original.from_code)
    recipient = about.get(facts.about or "") if recall else reporter
    if recipient is None:
        return
    connection.execute(
        update(deliveries)
        .where(deliveries.c.document_seq == original.seq, deliveries.c.agency == recipient.code)
        .values(business_status=_state(_history(connection, original, owner, recipient)))
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


def _recipients(connection: Connection, document_seq: int) -> frozenset[str]:
    rows = connection.execute(select(deliveries.c.agency).where(deliveries.c.document_seq == document_seq))
    return frozenset(rows.scalars())


def _history(connection: Connection, original: Row[Any], owner: Agency | None, recipient: Agency) -> list[str]:
    """List the codes about one delivery, oldest first: what its recipient reported, and its sender's requests (13)."""
    by_recipient = documents.c.from_code.in_(_codes(recipient)) & (documents.c.status_code != RECALL)
    by_owner = (
        documents.c.from_code.in_(_codes(owner) or {original.from_code})
        & (documents.c.status_code == RECALL)
        & select(deliveries.c.seq)
        .where(deliveries.c.document_seq == documents.c.seq, deliveries.c.agency == recipient.code)
        .exists()
    )
    rows = connection.execute(
        select(documents.c.status_code)
        .where(documents.c.document_id == original.document_id, documents.c.message_type == "status")
        .where(documents.c.seq > original.seq, by_recipient | by_owner)
        .order_by(documents.c.seq)
    )
    return list(rows.scalars())


def _codes(agency: Agency | None) -> set[str]:
    return set() if agency is None else {agency.code, agency.old_code} - {""}


def _state(history: Sequence[str]) -> str | None:
    """Give the state that a history leads to: a declined request (16) brings back what was before it."""
    state: str | None = None
    before: str | None = None
    for code in history:
        if code == DECLINED:
            state = before if state == RECALL else state
        else:
            before = state if code == RECALL and state != RECALL else before
            state = code
    return state


def _against_history(connection: Connection, facts: Facts, original: Row[Any], history: Sequence[str]) -> list[Finding]:
    """Compare a status of a recipient with all that was said about its copy before (STS-08, STS-13)."""
    code = facts.status_code
    if code in _ANSWERS:
        if RECALL not in history and not _asked(connection, original, _TAKE_BACK, _UPDATE):
            return [_warning("STS-13", "answer-without-request", "StatusCode", code, expected=RECALL)]
        return []
    if AGREED in history and (RECALL in history or _asked(connection, original, _TAKE_BACK)):
        return [_contradiction(code, f"{RECALL}, {AGREED}, {DECLINED}")]
    taken = [earlier for earlier in history if earlier in _TAKEN]
    if code == _RETURNED and taken:
        return [_contradiction(code, taken[-1])]
    if code in _TAKEN and _RETURNED in history:
        return [_contradiction(code, _RETURNED)]
    return []


def _asked(connection: Connection, original: Row[Any], *types: str) -> bool:
    """Whether the sender asked for something by a package since: type 1 to take back, type 2 to update."""
    asked = connection.execute(
        select(documents.c.seq)
        .where(documents.c.from_code == original.from_code, documents.c.business_type.in_(types))
        .where(documents.c.seq >= original.seq)
        .limit(1)
    ).first()
    return asked is not None


def _contradiction(code: str, expected: str) -> Finding:
    return _warning("STS-08", "status-contradicts", "StatusCode", code, expected=expected)


def _warning(requirement: str, reason: str, where: str, got: str | None, *, expected: str = "") -> Finding:
    return Finding(requirement, reason, Severity.WARN, where, expected=expected, got=quote(got))
