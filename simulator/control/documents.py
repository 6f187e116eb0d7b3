"""The ledger: what was accepted, for whom, how far each copy got."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from simulator import ledger
from simulator.axis import Axis
from simulator.control.problems import Problem
from simulator.store.contents import find_content


def router(axis: Axis) -> APIRouter:
    """Build the routes."""
    routes = APIRouter(tags=["documents"])

    @routes.get("/documents", summary="Accepted packages, oldest first")
    async def list_documents(
        document_id: str | None = None,
        sender: Annotated[str | None, Query(alias="from")] = None,
        system: str | None = None,
    ) -> dict[str, Any]:
        """List packages by the id of their document, by sender code, or by the sending system."""
        found = await axis.store.read_aside(lambda connection: ledger.listed(connection, document_id, sender, system))
        return {"documents": axis.redaction.shown(found)}

    @routes.get("/documents/{sender_id}", summary="One package with its history")
    async def get_document(sender_id: str) -> dict[str, Any]:
        def read(connection: Connection) -> dict[str, Any] | None:
            found = ledger.one(connection, sender_id)
            if found is None:
                return None
            content = find_content(connection, found.received)
            assert content is not None
            with axis.blobs.open(content) as stream:
                package = base64.b64encode(axis.redaction.body(stream.read())).decode("ascii")
            return {**axis.redaction.shown({**found.shown, "timeline": found.timeline}), "package": package}

        document = await axis.store.read_aside(read)
        if document is None:
            raise Problem(404, "unknown-document", f"there is no package {sender_id}; give the id that sendEdoc gave")
        return document

    return routes
