"""Every exchange as evidence: who asked what, what was answered, and what the axis noticed.

An exchange that changes something stands in the journal by the same transaction. Secrets never do: a MAC is cut short,
an ``Authorization`` is struck out, and so is a secret that somebody puts anywhere by mistake: on the way in, or, in a
package that is kept as it came, whenever it is shown.
"""

from __future__ import annotations

import asyncio
import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from protocol.finding import Finding
from simulator import tenants
from simulator.blobs import Blobs, Content
from simulator.clock import iso
from simulator.growth import Growth
from simulator.redaction import Redaction
from simulator.scrubbing import Scrubber
from simulator.store.contents import find_content, put_content
from simulator.store.hot import HotInsert
from simulator.store.store import Store
from simulator.store.tables import documents, exchanges
from simulator.tenants import of_tenant

MAX_BODY = 64 * 1024
MAX_PAGE = 1000
MAX_SHOWN = 64 * 1024 * 1024

_ENTER = HotInsert(exchanges)  # built once: making a statement costs more than running it

Headers = Sequence[tuple[str, str]]


@dataclass(slots=True)
class Entry:
    """One exchange. Bodies are given inline or as a stored content; ``request_tail`` is what followed that.

    ``verified`` tells that the request proved by its MAC to come from ``system``, which else is only its claim.
    ``tenant`` is the key of the tenant whose exchange it is and who may see it, ``""`` the operator. ``claimed`` is
    that of the system which the request claims to come from, ``None`` where it names none that is known: it tells
    whose secrets may stand in it.
    """

    at: int
    operation: str
    method: str
    path: str
    system: str | None = None
    verified: bool = False
    agency: str | None = None
    document_id: str | None = None
    receiver_id: str | None = None
    http_status: int | None = 200
    status: str | None = None
    error_code: str | None = None
    findings: tuple[Finding, ...] = ()
    fault: str | None = None
    request_headers: Headers = ()
    request_body: bytes | None = None
    request_content: Content | None = None
    request_tail: bytes = b""
    request_truncated: bool = False
    answer_headers: Headers = ()
    answer_body: bytes = b""
    answer_content: Content | None = None
    request_id: str = ""
    tenant: str = tenants.OPERATOR
    claimed: str | None = None


class Journal:
    """Writes entries and wakes those who wait for the next one."""

    def __init__(self, store: Store, blobs: Blobs, redaction: Redaction) -> None:
        self._store = store
        self._blobs = blobs
        self._redaction = redaction
        self._last = 0
        self._growth = Growth(store)
        self._stopping = False

    def record(self, connection: Connection, entry: Entry) -> int:
        """Write an entry in the caller's transaction and give its number."""
        for content in (entry.request_content, entry.answer_content):
            if content is not None:
                put_content(connection, content)
        values = _values(entry, self._redaction)
        if entry.tenant:
            tenants.count_bytes(connection, entry.tenant, _size(entry, values))
        self._last = _ENTER.enter(connection, values)
        return self._last

    async def after(self, seq: int, limit: int, wait: float, tenant: str | None = None) -> list[dict[str, Any]]:
        """List the exchanges after ``seq``; where there is none, wait up to ``wait`` seconds for one.

        With ``tenant`` only what is this tenant's is listed, and waited for.
        """
        deadline = asyncio.get_running_loop().time() + wait
        while True:
            seen = await self._growth.seen()
            found = await self._store.look(lambda connection: _page(connection, seq, limit, tenant))
            remaining = deadline - asyncio.get_running_loop().time()
            if found or remaining <= 0 or self._stopping:
                return found
            await self._growth.wait(seen, remaining)

    def stop(self) -> None:
        """Let go of everyone who waits."""
        self._stopping = True
        self._growth.wake()

    def detail(self, connection: Connection, seq: int, tenant: str | None = None) -> dict[str, Any] | None:
        """Give one exchange whole, or ``None``; to a tenant only what is this tenant's."""
        row = connection.execute(select(exchanges).where(exchanges.c.seq == seq)).first()
        if row is None or tenant not in (None, row.tenant):
            return None
        request, request_cut = self._request_body(connection, row, tenant)
        answer, answer_cut = self._answer_body(connection, row, tenant)
        return {
            **_summary(row),
            "fault": row.fault,
            "request_id": row.request_id,
            "request": {
                "method": row.method,
                "path": row.path,
                "headers": _unpacked(row.request_headers),
                "body": base64.b64encode(request).decode("ascii"),
                "body_truncated": request_cut,
            },
            "answer": {
                "http_status": row.http_status,
                "headers": _unpacked(row.answer_headers),
                "body": base64.b64encode(answer).decode("ascii"),
                "body_truncated": answer_cut,
            },
        }

    def _request_body(self, connection: Connection, row: Row[Any], viewer: str | None) -> tuple[bytes, bool]:
        if row.request_content is None:
            return row.request_body or b"", row.request_truncated
        body = self._stored(connection, row, row.request_content, viewer)  # scrubbed here: it is kept as it came
        return (b"", True) if body is None else (body + (row.request_tail or b""), row.request_truncated)

    def _answer_body(self, connection: Connection, row: Row[Any], viewer: str | None) -> tuple[bytes, bool]:
        if row.answer_content is None:
            return row.answer_body or b"", row.answer_truncated
        body = self._stored(connection, row, row.answer_content, viewer)
        if body is None:
            return row.answer_body or b"", True
        if row.operation == "getEdoc":
            return (row.answer_body or b"") + base64.b64encode(body) + b'"}', False
        return body, False

    def _stored(self, connection: Connection, row: Row[Any], sha256: str, viewer: str | None) -> bytes | None:
        content = find_content(connection, sha256)
        if content is None or content.size > MAX_SHOWN:
            return None
        # The operator sees packages of others' systems: the secrets of whoever wrote them are struck out as well.
        writers = _writers(connection, sha256) if viewer is None else ()
        try:
            with self._blobs.open(content) as stream:
                return self._redaction.of(row.tenant, *writers).body(stream.read())
        except OSError:
            return None  # lost, or out of reach: shown as cut off


def _writers(connection: Connection, sha256: str) -> Iterable[str]:
    """Give the keys of the tenants that sent a package, as it came or as it goes out."""
    for column in (documents.c.received, documents.c.delivered):
        yield from connection.execute(select(documents.c.tenant).where(column == sha256).distinct()).scalars()


def _page(connection: Connection, seq: int, limit: int, tenant: str | None) -> list[dict[str, Any]]:
    query = select(*_SUMMARY).where(exchanges.c.seq > seq).order_by(exchanges.c.seq).limit(limit)
    if tenant is not None:
        query = query.where(of_tenant(exchanges.c.tenant, tenant))
    return [_summary(row) for row in connection.execute(query)]


_SUMMARY = [
    exchanges.c[name]
    for name in (
        "seq",
        "at",
        "system",
        "verified",
        "operation",
        "agency",
        "document_id",
        "receiver_id",
        "http_status",
        "status",
        "error_code",
        "findings",
    )
]


def _summary(row: Row[Any]) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "at": iso(row.at),
        "system": row.system,
        "verified": row.verified,
        "operation": row.operation,
        "agency": row.agency,
        "document_id": row.document_id,
        "receiver_id": row.receiver_id,
        "http_status": row.http_status,
        "status": row.status,
        "error_code": row.error_code,
        "findings": json.loads(row.findings),
    }


def _values(entry: Entry, redaction: Redaction) -> dict[str, Any]:
    redactor = redaction.of_all() if entry.claimed is None else redaction.of(entry.tenant, entry.claimed)
    scrubber = Scrubber.of(entry.request_headers, redactor)
    text, body = scrubber.text, scrubber.body
    request, answer = entry.request_body, body(entry.answer_body)
    request = None if request is None else body(request)
    return {
        "at": entry.at,
        "system": text(entry.system),
        "verified": entry.verified,
        "operation": entry.operation,
        "agency": text(entry.agency),
        "document_id": text(entry.document_id),
        "receiver_id": text(entry.receiver_id),
        "http_status": entry.http_status,
        "status": entry.status,
        "error_code": entry.error_code,
        "findings": _json(scrubber.shown([finding.to_json() for finding in entry.findings])),
        "fault": entry.fault,
        "method": entry.method,
        "path": text(entry.path),
        "request_headers": _packed([(name, scrubber.header(name, value)) for name, value in entry.request_headers]),
        "request_body": None if request is None else request[:MAX_BODY],
        "request_content": None if entry.request_content is None else entry.request_content.sha256,
        "request_tail": entry.request_tail or None,
        "request_truncated": entry.request_truncated or (request is not None and len(request) > MAX_BODY),
        "answer_headers": _packed(entry.answer_headers),
        "answer_body": answer[:MAX_BODY],
        "answer_content": None if entry.answer_content is None else entry.answer_content.sha256,
        "answer_truncated": len(answer) > MAX_BODY,
        "request_id": text(entry.request_id),
        "tenant": entry.tenant,
    }


def _size(entry: Entry, values: Mapping[str, Any]) -> int:
    """Count the bytes that an entry takes up, with the package that came by it. What it answers was counted then."""
    own = sum(len(value) for value in values.values() if isinstance(value, bytes | str))
    return own + (0 if entry.request_content is None else entry.request_content.size)


def findings_json(findings: Sequence[Finding]) -> str:
    """Write findings as the JSON list that rows carry."""
    return _json([finding.to_json() for finding in findings])


def _json(findings: list[dict[str, Any]]) -> str:
    if not findings:
        return "[]"
    return json.dumps(findings, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


def _packed(headers: Headers) -> bytes:
    pairs = [[name, value] for name, value in headers]
    return zlib.compress(json.dumps(pairs, ensure_ascii=False).encode("utf-8", "backslashreplace"), 1)


def _unpacked(packed: bytes) -> Any:
    return json.loads(zlib.decompress(packed))
