"""The receivers' queues and the senders' view of them: list, fetch, acknowledge, count.

Transport states are ``initial`` → ``processing`` (fetched) → ``done`` or ``fail`` (acknowledged). They are not the
business statuses 01 to 16, which travel as packages of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, literal_column, select, true, update

from protocol.finding import Finding, Severity
from simulator import answers
from simulator.answers import refused
from simulator.blobs import Content
from simulator.clock import wire_time
from simulator.directory import resolve
from simulator.store.contents import find_content
from simulator.store.hot import Hot
from simulator.store.tables import PENDING, deliveries, documents, events

ACKNOWLEDGEMENTS = ("processing", "done", "fail")
_STATE_TEXTS = {"initial": "Chua nhan", "processing": "Dang nhan", "done": "Da nhan", "fail": "Nhan loi"}


def _rows() -> Any:
    columns = [
        documents.c[name]
        for name in ("sender_id", "service_type", "from_code", "title", "notation", "at", "document_id")
    ]
    return select(deliveries, *columns).join(documents, documents.c.seq == deliveries.c.document_seq)


# Built once: making a statement costs more than running it, and systems poll day and night.
_MINE = (deliveries.c.system_id == bindparam("of_system")) & (deliveries.c.message_type == bindparam("of_type"))
# Written out, for the partial index: a bound parameter would hide it from the planner.
_WAITING = deliveries.c.state.in_([literal_column(f"'{state}'") for state in PENDING])
PENDING_LIST = _rows().where(_MINE & _WAITING).order_by(deliveries.c.seq)
_PENDING_LIST = Hot(PENDING_LIST)
_COUNT = select(func.count()).select_from(deliveries).where(_MINE & _WAITING)
_FIND = Hot(
    select(deliveries, documents.c.document_id, documents.c.delivered)
    .join(documents, documents.c.seq == deliveries.c.document_seq)
    .where(deliveries.c.receiver_id == bindparam("id"), deliveries.c.system_id == bindparam("of_system"))
)


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One copy in a receiver's queue, with what it carries."""

    seq: int
    receiver_id: str
    document_seq: int
    to_code: str
    state: str
    fetched: bool
    document_id: str | None
    delivered: str


@dataclass(frozen=True, slots=True)
class Period:
    """Instants from ``start`` up to, but not including, ``end``; ``None`` is open."""

    start: int | None = None
    end: int | None = None


def find(connection: Connection, system_id: str, receiver_id: str) -> QueueEntry:
    """Find an entry of this system's own queues. Raises ``Refused`` for an unknown one and for another's (H-W05)."""
    row = _FIND.first(connection, {"id": receiver_id.lower(), "of_system": system_id})
    if row is None:
        text = f"Khong tim thay goi tin: {receiver_id}"
        raise refused(answers.UNKNOWN_ENTRY, text, "RCV-09", "queue-entry-unknown", where="docId", got=receiver_id)
    return QueueEntry(
        row.seq,
        row.receiver_id,
        row.document_seq,
        row.to_code,
        row.state,
        row.fetched,
        row.document_id,
        row.delivered,
    )


def pending(connection: Connection, system_id: str, message_type: str, period: Period | None) -> list[Row[Any]]:
    """Find what waits for a system, oldest first; with a period everything created in it, whatever its state."""
    mine = {"of_system": system_id, "of_type": message_type}
    if period is None:
        return list(_PENDING_LIST.rows(connection, mine))
    query = _rows().where(_MINE & _within(deliveries.c.created_at, period)).order_by(deliveries.c.seq)
    return list(connection.execute(query, mine))


def settled(
    connection: Connection, system_id: str, message_type: str, *, document: str | None, agency: str | None
) -> list[Row[Any]]:
    """Find what a system has acknowledged: of one document, for one of its agencies (either code), or everything."""
    query = _rows().where(_MINE & deliveries.c.state.not_in(PENDING))
    if document is not None:
        query = query.where(documents.c.document_id == document)
    if agency is not None:
        known = resolve(connection, [agency], closed=True).get(agency)
        query = query.where(deliveries.c.agency == (agency if known is None else known.code))
    return list(connection.execute(query, {"of_system": system_id, "of_type": message_type}))


def items(rows: Iterable[Row[Any]], period: Period | None) -> list[dict[str, str]]:
    """Show entries as a list answers them, oldest first; without a period each looks as if it waited."""
    return [_item(row, period) for row in sorted(rows, key=lambda row: int(row.seq))]


def count(connection: Connection, system_id: str, message_type: str) -> int:
    """Count what waits for a system."""
    return int(connection.execute(_COUNT, {"of_system": system_id, "of_type": message_type}).scalar_one())


def fetch(connection: Connection, system_id: str, receiver_id: str, at: int) -> tuple[QueueEntry, Content]:
    """Hand out a copy; the first time it becomes ``processing``. Raises ``Refused``."""
    entry = find(connection, system_id, receiver_id)
    content = find_content(connection, entry.delivered)
    if content is None:
        text = "Loi he thong: khong doc duoc noi dung goi tin"
        raise refused(answers.SYSTEM_ERROR, text, "AXS-08", "content-lost", got=receiver_id)
    if not entry.fetched:
        changes: dict[str, Any] = {"fetched": True}
        if entry.state == "initial":
            changes |= {"state": "processing", "updated_at": at}
        connection.execute(update(deliveries).where(deliveries.c.seq == entry.seq).values(changes))
        _note(connection, entry, at, "fetched", "")
    return entry, content


def acknowledge(
    connection: Connection, system_id: str, receiver_id: str, *, state: str, description: str, at: int
) -> tuple[QueueEntry, tuple[Finding, ...]]:
    """Set the transport state of a copy; saying the same again changes nothing. Raises ``Refused``."""
    if state not in ACKNOWLEDGEMENTS:
        text = f"Trang thai khong hop le: {state or '(trong)'} (chi nhan processing, done, fail)"
        raise refused(
            answers.BAD_PARAMETER,
            text,
            "AXS-05",
            "queue-state-unknown",
            where="status",
            expected=", ".join(ACKNOWLEDGEMENTS),
            got=state,
        )
    entry = find(connection, system_id, receiver_id)
    findings: tuple[Finding, ...] = ()
    if state == "done" and not entry.fetched:
        findings = (Finding("RCV-09", "acknowledged-unfetched", Severity.WARN, "docId", got=receiver_id),)
    # What is settled is not unsettled by a late `processing`.
    if state != entry.state and not (state == "processing" and entry.state in ("done", "fail")):
        connection.execute(
            update(deliveries)
            .where(deliveries.c.seq == entry.seq)
            .values(state=state, state_text=description[:500], updated_at=at)
        )
        _note(connection, entry, at, f"acknowledged-{state}", description[:500])
    return entry, findings


def sent(
    connection: Connection, system_id: str, message_type: str | None, sender_id: str | None, period: Period | None
) -> list[dict[str, str]]:
    """List the copies of what a system sent, oldest first: one row for each addressee, all fourteen keys, all texts."""
    query = _rows().where(documents.c.system_id == system_id)
    if message_type is not None:
        query = query.where(documents.c.message_type == message_type)
    if sender_id is not None:
        query = query.where(documents.c.sender_id == sender_id)
    if period is not None:
        query = query.where(_within(documents.c.at, period))
    return [_sent_row(row) for row in connection.execute(query.order_by(deliveries.c.seq))]


def _within(column: Any, period: Period) -> Any:
    condition: Any = true()
    if period.start is not None:
        condition = condition & (column >= period.start)
    if period.end is not None:
        condition = condition & (column < period.end)
    return condition


def _item(row: Row[Any], period: Period | None) -> dict[str, str]:
    state = row.state if period is not None or row.state in PENDING else "initial"
    return {
        "docId": row.receiver_id,
        "serviceType": row.service_type,
        "messageType": row.message_type,
        "created_time": wire_time(row.created_at),
        "updated_time": wire_time(row.updated_at),
        "from": row.from_code,
        "to": row.to_code,
        "status": state,
        "status_desc": row.state_text,
    }


def _sent_row(row: Row[Any]) -> dict[str, str]:
    return {
        "serviceType": row.service_type,
        "messageType": row.message_type,
        "senderDocId": row.sender_id,
        "receiverDocId": row.receiver_id,
        "fromCode": row.from_code,
        "toCode": row.to_code,
        "title": row.title,
        "notation": row.notation,
        "sentTime": wire_time(row.at),
        "receivedTime": wire_time(row.updated_at) if row.state != "initial" else "",
        "sendStatus": "done",
        "sendStatusDesc": "Da gui",
        "receiveStatus": row.state,
        "receiveStatusDesc": row.state_text or _STATE_TEXTS[row.state],
    }


def _note(connection: Connection, entry: QueueEntry, at: int, event: str, detail: str) -> None:
    connection.execute(
        insert(events).values(document_seq=entry.document_seq, at=at, event=event, to_code=entry.to_code, detail=detail)
    )
