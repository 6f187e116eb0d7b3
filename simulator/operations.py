"""What each operation does, apart from how it is asked and answered over HTTP.

An operation has two steps: ``prepare`` reads parameters (and the body), ``perform`` works in a transaction and gives
the answer. Those that change something run in the writer, together with their journal entry.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from protocol.finding import quote
from protocol.wire.operations import Operation
from simulator import answers, directory, listing, parameters, queues, registering, succession, tenants
from simulator.answers import Answer, Refused, refused, success
from simulator.axis import Axis
from simulator.bodies import opened
from simulator.call import Call
from simulator.clock import wire_time
from simulator.directory import Agency, CodeClosedError, CodeTakenError, DirectoryError
from simulator.faults import delivery
from simulator.outcome import Outcome
from simulator.queues import QueueEntry
from simulator.store.contents import find_large
from simulator.tenants import CodeNotAllowed, LimitReached

Perform = Callable[[Connection], Outcome]
Prepare = Callable[[Axis, Call], Awaitable[Perform]]


@dataclass(frozen=True, slots=True)
class Work:
    """How an operation is done. ``aside``: its answer can be so long that it is made on another thread."""

    prepare: Prepare
    writes: bool = False
    aside: bool = False


async def received(_: Axis, call: Call) -> Perform:
    """``getReceivedEdocList``: what waits, or what came in a period (the filters are derived, not observed)."""
    kind, period = parameters.message_type(call), parameters.period(call)
    system = call.system_id

    def perform(connection: Connection) -> Outcome:
        rows = queues.pending(connection, system, kind, period)
        encounter = call.encounter if call.answers else None
        if encounter is None:
            return Outcome(success(call.operation, data=queues.items(rows, period)))
        shown = queues.items(delivery.listed(connection, encounter, rows, system=system, kind=kind, at=call.at), period)
        if delivery.newest_first(connection, encounter, len(shown)):
            shown.reverse()
        return Outcome(success(call.operation, data=shown))

    return perform


async def counted(_: Axis, call: Call) -> Perform:
    """``countReceiveEdoc`` and ``countReceiveStatus``."""
    kind = "edoc" if call.operation == Operation.COUNT_RECEIVED else "status"
    system = call.system_id

    def perform(connection: Connection) -> Outcome:
        if call.encounter is None or not call.answers:
            return Outcome(success(call.operation, count=queues.count(connection, system, kind)))
        rows = queues.pending(connection, system, kind, None)
        count = delivery.counted(connection, call.encounter, rows, call.at)
        return Outcome(success(call.operation, count=count))

    return perform


async def sent(_: Axis, call: Call) -> Perform:
    """``getSentEdocList``: one row for each addressee."""
    kind = call.value("messagetype")
    if kind and kind not in parameters.MESSAGE_TYPES:
        raise parameters.invalid("messagetype", kind, "edoc hoac status")
    sender_id, period, system = parameters.sender_id(call), parameters.period(call), call.system_id

    def perform(connection: Connection) -> Outcome:
        rows = queues.sent(connection, system, kind or None, sender_id, period)
        return Outcome(success(call.operation, data=rows))

    return perform


async def fetched(axis: Axis, call: Call) -> Perform:
    """``getEdoc`` and ``downloadEdoc``: hand out a package. ``filePath`` is a path on the client and nothing to us."""
    receiver_id = parameters.queue_id(call, "docId", "docid")
    system = call.system_id
    entry = await _about_entry(axis, call, receiver_id)
    if entry is not None:
        # Before anything says that it was fetched: what cannot be read was not.
        large = await axis.store.look(lambda connection: find_large(connection, entry.delivered))
        call.opened = None if large is None else await asyncio.to_thread(opened, axis.blobs, large)

    def perform(connection: Connection) -> Outcome:
        entry, content = queues.fetch(connection, system, receiver_id, call.at)
        content = call.copy or content
        call.agencies, call.document_id = (entry.to_code,), entry.document_id
        if call.operation == Operation.FETCH:
            return Outcome(Answer(answers.fetched_prefix(), "OK", answers.OK), content)
        return Outcome(Answer(b"", "OK", answers.OK, media_type="application/octet-stream"), content)

    return perform


async def acknowledged(axis: Axis, call: Call) -> Perform:
    """``updateStatus``: the transport state of a queue entry; its own samples spell the id ``docid``."""
    receiver_id = parameters.queue_id(call, "docid", "docId")
    state, description, system = call.value("status"), call.value("description"), call.system_id
    await _about_entry(axis, call, receiver_id)

    def perform(connection: Connection) -> Outcome:
        entry, findings = queues.acknowledge(
            connection, system, receiver_id, state=state, description=description, at=call.at
        )
        call.agencies, call.document_id = (entry.to_code,), entry.document_id
        call.findings += findings
        return Outcome(success(call.operation))

    return perform


async def listed(axis: Axis, call: Call) -> Perform:
    """``getAgenciesList`` and ``getAgenciesListQD20``: the whole directory, whatever ``level`` says.

    What the real axis selects by ``level`` is unknown; the official sample asks for 1. A guess would hide receivers
    from whoever copies that sample.
    """
    old = "oldCode" if call.operation == Operation.AGENCIES else "code102"

    def shown(a: Agency) -> dict[str, Any]:
        item = {"code": a.code, "id": a.code, "mail": a.mail, "name": a.name, old: a.old_code}
        return item | {"pid": a.parent} if old == "oldCode" else item

    def perform(connection: Connection) -> Outcome:
        return listing.listed(axis.store, connection, call.operation, shown)

    return perform


async def units(axis: Axis, call: Call) -> Perform:
    """``getSynchronizeUnit``: the directory with closed and unconnected nodes, for keeping a copy in step (H-O05)."""

    def shown(a: Agency) -> dict[str, Any]:
        return {
            "code": a.code,
            "id": a.code,
            "mail": a.mail,
            "name": a.name,
            "pid": a.parent,
            "version": a.version,
            "centerCode": a.parent,
            "deleted": a.deleted,
            "modifyDate": wire_time(a.modified_at),
            "isAgency": a.is_agency,
        }

    return lambda connection: listing.listed(axis.store, connection, call.operation, shown, closed=True)


async def registered(_: Axis, call: Call) -> Perform:
    """``registerAgency``: register or update an agency of the caller's own system; the body is not signed."""
    entry = _agency(call.body or b"")
    system = call.system_id
    call.agencies = (entry.code,)

    def perform(connection: Connection) -> Outcome:
        known = directory.agency(connection, entry.code)
        values = Agency(
            code=known.code if known is not None else entry.code,
            name=entry.name,
            old_code=known.old_code if known is not None else "",
            system_id=system,
            parent=entry.parent,
            mail=entry.mail,
            is_agency=known.is_agency if known is not None else True,
            locked=known.locked if known is not None else False,
            tenant=call.owner,
        )
        try:
            tenants.check_codes(connection, call.owner, [entry.code])
            if known is None:
                tenants.check_counts(connection, call.owner, agencies=1)
            registering.put_agency(connection, values, call.at, owner=system)
        except CodeClosedError as error:
            text = f"Ma don vi {error.code} da dong, don vi tiep nhan: {', '.join(error.successors)}"
            raise refused(
                answers.UNKNOWN_SENDER, text, "ID-07", "agency-closed", where="code", got=entry.code
            ) from error
        except CodeNotAllowed as error:
            text = f"Ma don vi ngoai pham vi duoc cap: {entry.code}"
            allowed = ", ".join(error.prefixes)
            raise refused(
                answers.UNKNOWN_SENDER,
                text,
                "ID-10",
                "code-not-allowed",
                where="code",
                expected=allowed,
                got=entry.code,
            ) from error
        except LimitReached as error:
            raise limited(error) from error
        except CodeTakenError as error:
            text = f"Ma don vi da duoc dang ky: {entry.code}"
            raise refused(
                answers.UNKNOWN_SENDER, text, "ID-10", "agency-of-another-system", where="code", got=entry.code
            ) from error
        except DirectoryError as error:
            raise parameters.invalid("code", entry.code, "chu cai, chu so va dau cham") from error
        return Outcome(success(call.operation))

    return perform


async def deregistered(_: Axis, call: Call) -> Perform:
    """``deleteAgency``: close an agency of the caller's own system."""
    code = call.value("AgencyCode")
    if not code:
        raise parameters.invalid("AgencyCode", code, "ma don vi")
    system = call.system_id
    call.agencies = (code,)

    def perform(connection: Connection) -> Outcome:
        known = directory.agency(connection, code)
        if known is None or known.system_id != system:
            text = f"Don vi khong ton tai hoac khong thuoc he thong nay: {code}"
            raise refused(
                answers.UNKNOWN_SENDER, text, "ID-10", "agency-of-another-system", where="AgencyCode", got=code
            )
        if not known.deleted:
            succession.close(connection, known.code, call.at)
        return Outcome(success(call.operation))

    return perform


async def _about_entry(axis: Axis, call: Call, receiver_id: str) -> QueueEntry | None:
    """Find out which document a queue entry carries, for the journal and for faults that match by document."""
    call.receiver_id = receiver_id[:64]
    try:
        entry = await axis.store.look(lambda connection: queues.find(connection, call.system_id, receiver_id))
    except Refused:
        return None  # said when the operation is performed
    call.agencies, call.document_id = (entry.to_code,), entry.document_id
    return entry


def limited(error: LimitReached) -> Refused:
    """Say on the wire that a tenant may have no more of something."""
    text = f"Vuot han muc: {error.what} toi da {error.most}"
    return refused(answers.SYSTEM_ERROR, text, "AXS-08", "limit-reached", where=error.what, expected=str(error.most))


def _agency(body: bytes) -> Agency:
    try:
        content: Any = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        text = "Noi dung registerAgency khong phai JSON hop le"
        raise refused(
            answers.BAD_PARAMETER, text, "AXS-03", "register-body-not-json", where="body", got=quote(body)
        ) from None
    if not isinstance(content, dict):
        raise parameters.invalid("body", "", "doi tuong JSON voi code, name, mail")
    values = {name: content.get(name, "") for name in ("code", "name", "pcode", "mail")}
    for name, value in values.items():
        if not isinstance(value, str) or not _storable(value) or (name in ("code", "name") and not value.strip()):
            raise parameters.invalid(name, value if isinstance(value, str) else str(value), "chuoi khong rong")
    return Agency(
        code=values["code"].strip(), name=values["name"].strip(), parent=values["pcode"].strip(), mail=values["mail"]
    )


def _storable(text: str) -> bool:
    """Tell whether a text from JSON can be kept: half a surrogate pair can be written there, but not as UTF-8."""
    return not any("\ud800" <= char <= "\udfff" or char == "\0" for char in text)
