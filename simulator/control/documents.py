"""The ledger: what was accepted, for whom, how far each copy got."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.responses import Response, StreamingResponse

from simulator import ledger
from simulator.axis import Axis
from simulator.blobs import Content
from simulator.control.caller import Caller, Calling
from simulator.control.problems import Problem
from simulator.ledger import Document
from simulator.store.contents import find_content

MAX_PAGE = 1000
_MAX_SEQ = 2**63 - 1
_JSON = "application/json"
_BATCH = 200

Read = Callable[[int, int], Awaitable[tuple[list[bytes], int | None]]]


class Documents(BaseModel):
    """Packages as the control API shows them; ``next`` is there where more follow."""

    documents: list[dict[str, Any]]
    next: int | None = None


_LISTED: dict[int | str, dict[str, Any]] = {200: {"model": Documents}}


def router(axis: Axis) -> APIRouter:
    """Build the routes."""
    routes = APIRouter(tags=["documents"])

    @routes.get("/documents", summary="Accepted packages, oldest first", responses=_LISTED)
    async def list_documents(
        *,
        document_id: str | None = None,
        sender: Annotated[str | None, Query(alias="from")] = None,
        system: str | None = None,
        after: Annotated[int, Query(ge=0, le=_MAX_SEQ)] = 0,
        limit: Annotated[int | None, Query(ge=1, le=MAX_PAGE)] = None,
        caller: Calling,
    ) -> Response:
        """List packages by the id of their document, by sender code, or by the sending system.

        A tenant sees what its systems sent, and of what they received their own copies. With a ``limit``
        one page; ``next`` is there where more follow, and goes into ``after``. Without one, all.
        """

        async def read(after: int, limit: int) -> tuple[list[bytes], int | None]:
            def query(connection: Connection) -> tuple[list[bytes], int | None]:
                found = ledger.page(
                    connection,
                    after=after,
                    limit=limit,
                    document_id=document_id,
                    from_code=sender,
                    system_id=system,
                    tenant=caller.tenant,
                )
                return [_json(_redacted(axis, caller, document)) for document in found.documents], found.next

            return await axis.store.read_aside(query)

        if limit is not None:
            entries, following = await read(after, limit)
            rest = b"" if following is None else b', "next": %d' % following
            return Response(b'{"documents": [' + b", ".join(entries) + b"]" + rest + b"}", media_type=_JSON)
        return StreamingResponse(_all(read, after), media_type=_JSON)

    @routes.get("/documents/{sender_id}", summary="One package with its history")
    async def get_document(sender_id: str, caller: Calling) -> dict[str, Any]:
        """Give a package as it came, to a tenant that received it as it went out."""

        def read(connection: Connection) -> dict[str, Any] | None:
            found = ledger.one(connection, sender_id, tenant=caller.tenant)
            if found is None:
                return None
            redactor = axis.redaction.of(found.tenant, caller.owns)
            body = _body(axis, find_content(connection, found.body), found.body)
            package = base64.b64encode(redactor.body(body)).decode("ascii")
            timeline = [
                {**event, "detail": axis.redaction.of(writer, caller.owns).text(event["detail"])}
                for event, writer in found.timeline
            ]
            return {**_redacted(axis, caller, found), "timeline": timeline, "package": package}

        document = await axis.store.read_aside(read)
        if document is None:
            raise Problem(404, "unknown-document", f"there is no package {sender_id}; give the id that sendEdoc gave")
        return document

    return routes


async def _all(read: Read, after: int) -> AsyncIterator[bytes]:
    """Write all packages, some at a time: however many there are, few are in memory."""
    entries, following = await read(after, _BATCH)
    yield b'{"documents": [' + b", ".join(entries)
    while following is not None:
        entries, following = await read(following, _BATCH)
        yield b"".join(b", " + entry for entry in entries)
    yield b"]}"


def _json(entry: Any) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace")


def _redacted(axis: Axis, caller: Caller, document: Document) -> dict[str, Any]:
    """Show a package without the secrets of whoever wrote it and of whoever asks; the rest no secret can touch."""
    redactor = axis.redaction.of(document.tenant, caller.owns)
    written = {name: redactor.shown(document.shown[name]) for name in ("document_id", "findings")}
    return {**document.shown, **written}


def _body(axis: Axis, content: Content | None, sha256: str) -> bytes:
    """Read a package whole. Raises ``Problem`` where its row or its body is gone or cannot be read."""
    lost = Problem(503, "body-lost", f"the body {sha256} is missing or cannot be read: restore it from a backup")
    if content is None:
        raise lost
    try:
        with axis.blobs.open(content) as stream:
            return stream.read()
    except OSError as error:
        raise lost from error
