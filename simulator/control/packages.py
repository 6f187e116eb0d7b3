"""Injecting packages, as if another system had sent them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection

from simulator import answers, exchange, sending, tenants
from simulator.answers import Refused
from simulator.axis import Axis
from simulator.blobs import Content
from simulator.control.caller import Caller, Calling
from simulator.control.problems import Problem
from simulator.examination import Examined, Facts
from simulator.exchange import Acceptance, Submission
from simulator.journal import Entry
from simulator.store.failure import StorageFailed

_BODY = {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


def router(axis: Axis) -> APIRouter:
    """Build the routes."""
    routes = APIRouter(tags=["packages"])

    @routes.post("/packages", summary="Deliver a package", openapi_extra={"requestBody": _BODY})
    async def inject(
        request: Request,
        sender: Annotated[str, Query(alias="from", min_length=1)],
        to: Annotated[list[str] | None, Query()] = None,
        messagetype: Literal["edoc", "status"] = "edoc",
        as_is: bool = False,
        *,
        caller: Calling,
    ) -> dict[str, Any]:
        """Deliver the body: routed by its own addressees, or to each ``to``; with ``as_is`` unread and unchanged.

        A tenant sends from its own agencies only, as the package must say too, and unread to its own agencies only.
        """
        if as_is and not to:
            raise Problem(422, "invalid-request", "to: needed with as_is, because the package is not read")
        held: list[Content] = []
        try:
            return await _injected(
                axis, request, sender, tuple(to) if to else None, messagetype, caller=caller, held=held, as_is=as_is
            )
        finally:
            axis.blobs.release(held)

    return routes


async def _injected(
    axis: Axis,
    request: Request,
    sender: str,
    to: tuple[str, ...] | None,
    message_type: str,
    *,
    caller: Caller,
    held: list[Content],
    as_is: bool,
) -> dict[str, Any]:
    at = axis.clock.milliseconds()
    await axis.store.look(lambda connection: tenants.check_room(connection, caller.owns))
    spool, rewritten = axis.blobs.spool(), axis.blobs.spool()
    examined = None
    try:
        digest = await sending.take_in(request.stream(), spool, axis.settings.body_limit)
        received = await sending.keep_spool(axis, spool, digest.whole().hex(), held)
        examined = await sending.examined_content(axis, received, at, None if as_is else message_type, rewritten)
        delivered = received
        if not as_is:
            sending.refuse_bad_package(examined)
            if examined.rewritten:
                delivered = await sending.keep_spool(axis, rewritten, None, held)
    except Refused as refusal:
        raise _refused(refusal, examined) from refusal
    finally:
        spool.close()
        rewritten.close()
    submission = Submission(
        message_type=message_type,
        from_code=sender,
        facts=_facts(examined, as_is=as_is),
        findings=examined.findings,
        received=received,
        delivered=delivered,
        at=at,
        to=to,
        tenant=caller.tenant,
        unread=as_is,
        inspected=as_is or axis.instruments is not None,
    )
    entry = Entry(
        at=at,
        operation="inject",
        method="POST",
        path=request.url.path,
        agency=sender,
        document_id=submission.facts.document_id if submission.facts is not None else None,
        request_headers=[],
        request_content=received,
        tenant=caller.owns,
        claimed=caller.owns,
    )

    def accept(connection: Connection) -> Acceptance:
        acceptance = exchange.accept(connection, submission)
        entry.status, entry.error_code, entry.findings = "OK", answers.OK, acceptance.findings
        axis.journal.record(connection, entry)
        return acceptance

    try:
        acceptance = await axis.store.write(accept)
    except Refused as refusal:
        raise _refused(refusal, examined) from refusal
    except StorageFailed as error:
        raise Problem(503, "storage-failed", "the axis could not store it: its log says why") from error
    return {
        "document_id": acceptance.document_id,
        "sender_id": acceptance.sender_id,
        "deliveries": [{"to": copy.to, "receiver_id": copy.receiver_id} for copy in acceptance.deliveries],
        "findings": [finding.to_json() for finding in acceptance.findings],
    }


def _refused(refusal: Refused, examined: Examined | None) -> Problem:
    if refusal.code == answers.SYSTEM_ERROR:
        return Problem(503, "storage-failed", "the axis could not store or read it: its log says why")
    findings = (examined.findings if examined is not None else ()) + refusal.findings
    return Problem(422, "package-refused", f"{refusal.code}: {refusal.text}", findings)


def _facts(examined: Examined, *, as_is: bool) -> Facts | None:
    """Leave of what is delivered unread only its id, for the journal: it changes no ledger."""
    facts = examined.facts
    if not as_is or facts is None:
        return facts
    return Facts("document", facts.document_id, None, title=facts.title, notation=facts.notation)
