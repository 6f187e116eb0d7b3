"""The ledger as the control API shows it: packages, their copies, their histories."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from simulator.clock import iso
from simulator.histories import key_of
from simulator.inspection import with_strict
from simulator.store.tables import deliveries, documents, events
from simulator.tenants import visible

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Document:
    """One package: as lists show it, its history, and the digest of the bytes that the viewer knows it by.

    ``tenant`` is the key of the tenant who sent it. Beside each event of the history stands that of whose words are in
    it.
    """

    shown: dict[str, Any]
    tenant: str
    body: str
    timeline: list[tuple[dict[str, Any], str]]


@dataclass(frozen=True, slots=True)
class Page:
    """Packages, oldest first, and the number to go on after, where there are more."""

    documents: list[Document]
    next: int | None


def page(
    connection: Connection,
    *,
    after: int,
    limit: int,
    document_id: str | None = None,
    from_code: str | None = None,
    system_id: str | None = None,
    tenant: str | None = None,
) -> Page:
    """Give up to ``limit`` packages after a number: of a document, of a sender, of a sending system, or of all.

    For a tenant what its systems sent or received, without the copies of others.
    """
    query = select(documents).where(documents.c.seq > after, visible(tenant)).order_by(documents.c.seq).limit(limit + 1)
    if document_id is not None:
        query = query.where(documents.c.document_key == key_of(document_id))
    if from_code is not None:
        query = query.where(documents.c.from_code == from_code)
    if system_id is not None:
        query = query.where(documents.c.system_id == system_id)
        if tenant is not None:  # from which system a letter of others came is not a tenant's to find out
            query = query.where(documents.c.tenant == tenant)
    rows = connection.execute(query).all()
    more, rows = len(rows) > limit, rows[:limit]
    copies = _copies(connection, [row.seq for row in rows])
    return Page([_document(row, copies[row.seq], tenant) for row in rows], rows[-1].seq if more else None)


def one(connection: Connection, sender_id: str, *, tenant: str | None = None) -> Document | None:
    """Give one package by the id that its sender got; to a tenant as ``page`` does."""
    mine = (documents.c.sender_id == sender_id.lower()) & visible(tenant)
    row = connection.execute(select(documents).where(mine)).first()
    if row is None:
        return None
    copies = _copies(connection, [row.seq])[row.seq]
    document = _document(row, copies, tenant)
    shown = _of_viewer(row, copies, tenant)
    writers = {code: copy.tenant for copy in shown for code in (copy.to_code, copy.agency)}
    past = [(copy.created_at, "delivered", copy.to_code, copy.receiver_id) for copy in shown]
    query = select(events).where(events.c.document_seq == row.seq).order_by(events.c.seq)
    first, *later = connection.execute(query).all()
    document.timeline.append((_event(first.at, first.event, first.to_code, first.detail), row.tenant))
    document.timeline.extend((_event(*entry), row.tenant) for entry in past)
    for event in later:
        if len(shown) == len(copies) or event.to_code in writers:
            entry = _event(event.at, event.event, event.to_code, event.detail)
            document.timeline.append((entry, writers.get(event.to_code, row.tenant)))
    return document


def _of_viewer(row: Row[Any], copies: list[Row[Any]], tenant: str | None) -> list[Row[Any]]:
    """Give the copies that a viewer may see: all of what it sent itself, else its own."""
    return [copy for copy in copies if tenant in (None, row.tenant, copy.tenant)]


def _document(row: Row[Any], copies: list[Row[Any]], tenant: str | None) -> Document:
    body = row.received if tenant in (None, row.tenant) else row.delivered
    return Document(_shown(row, _of_viewer(row, copies, tenant)), row.tenant, body, [])


def _copies(connection: Connection, seqs: Sequence[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for start in range(0, len(seqs), _CHUNK):
        query = (
            select(deliveries)
            .where(deliveries.c.document_seq.in_(seqs[start : start + _CHUNK]))
            .order_by(deliveries.c.seq)
        )
        for copy in connection.execute(query):
            found[copy.document_seq].append(copy)
    return found


def _shown(row: Row[Any], copies: list[Row[Any]]) -> dict[str, Any]:
    return {
        "id": row.sender_id,
        "document_id": row.document_id,
        "from": row.from_code,
        "messagetype": row.message_type,
        "at": iso(row.at),
        "recipients": [
            {
                "to": copy.to_code,
                "receiver_id": copy.receiver_id,
                "state": copy.state,
                "business_status": copy.business_status,
                "at": iso(copy.updated_at),
            }
            for copy in copies
        ],
        "findings": with_strict(json.loads(row.findings)),
        "inspected": row.inspected,
    }


def _event(at: int, event: str, to: str | None, detail: str) -> dict[str, Any]:
    return {"at": iso(at), "event": event, "to": to, "detail": detail}
