"""What the DMS shows of its registers: the objects of the driver protocol."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from conformance.reference_dms import sending, vietnam
from conformance.reference_dms.office import Office

_HISTORY = """SELECT *, coalesce(
    (SELECT sender FROM outgoing WHERE outgoing.document_key = history.document_key),
    (SELECT issuer FROM incoming WHERE incoming.document_key = history.document_key)
) AS issuer FROM history"""

Document = tuple[str, str]
"""``(document_id, from)``, as on the wire."""


def received(office: Office, document: Document | None) -> list[dict[str, Any]]:
    """Show one entry of the incoming register, or all of this run; an unknown document gives nothing."""
    if document is None:
        rows = office.store.rows("SELECT * FROM incoming WHERE run = ? ORDER BY entry", office.run)
    else:
        rows = office.store.rows(
            "SELECT * FROM incoming WHERE document_key = ? AND issuer = ? ORDER BY entry",
            *(vietnam.key(document[0]), document[1]),
        )
    return [_incoming(office, row) for row in rows]


def sent(office: Office, document: Document | None) -> list[dict[str, Any]]:
    """Show one entry of the outgoing register, or all of this run; an unknown document gives nothing."""
    if document is None:
        rows = office.store.rows("SELECT * FROM outgoing WHERE run = ? ORDER BY rowid", office.run)
    else:
        rows = office.store.rows(
            "SELECT * FROM outgoing WHERE document_key = ? AND sender = ?", vietnam.key(document[0]), document[1]
        )
    return [_outgoing(office, row) for row in rows]


def history(office: Office, document: Document | None) -> list[dict[str, Any]]:
    """Show the history of one document, or of this run: one line per send, status, recall and step, oldest first."""
    if document is None:
        rows = office.store.rows(f"{_HISTORY} WHERE run = ? ORDER BY seq", office.run)
    else:
        rows = office.store.rows(f"{_HISTORY} WHERE document_key = ? ORDER BY seq", vietnam.key(document[0]))
    return [_line(row) | {"actor": row["organisation"], "document": _name(row)} for row in rows]


def _name(line: sqlite3.Row) -> dict[str, str] | None:
    issuer = line["issuer"] or line["organisation"]
    return {"document_id": line["document_id"], "from": issuer} if line["document_id"] and issuer else None


def _incoming(office: Office, row: sqlite3.Row) -> dict[str, Any]:
    warnings = office.store.rows("SELECT category, text FROM warning WHERE entry = ? ORDER BY rowid", row["entry"])
    shown, verified = json.loads(row["shown"]), office.behaviour.kept(office, row)
    if verified:
        shown["attachments"] = [
            file | {"signatures": verified[file["sha256"]]} if file["sha256"] in verified else file
            for file in shown["attachments"]
        ]
    refusal = {"category": row["refusal_category"], "text": row["refusal_text"]} if row["refusal_category"] else None
    return {
        "document_id": row["document_id"],
        "from": row["issuer"],
        **shown,
        "state": row["state"],
        "arrival_number": row["arrival_number"],
        "arrived_at": row["arrived_at"],
        "warnings": [{"category": warning["category"], "text": warning["text"]} for warning in warnings],
        "refusal": refusal,
    }


def _outgoing(office: Office, row: sqlite3.Row) -> dict[str, Any]:
    return {
        "document_id": row["document_id"],
        "from": row["sender"],
        "subject": row["subject"],
        "state": row["state"],
        "recipients": [
            {name: recipient[name] for name in ("code", "state", "status_code", "at", "text")}
            for recipient in sending.recipients(office, row["document_key"])
        ],
        "history": [_line(line) for line in _lines_of(office, row["document_key"])],
    }


def _lines_of(office: Office, key: str) -> list[sqlite3.Row]:
    return office.store.rows("SELECT * FROM history WHERE document_key = ? ORDER BY seq", key)


def _line(row: sqlite3.Row) -> dict[str, Any]:
    return {"at": row["at"], "event": row["event"], "detail": row["detail"]}
