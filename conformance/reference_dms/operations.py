"""The driver protocol ``axis28/driver/1``: each operation as a function of the DMS and its arguments."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import schemas
from conformance.reference_dms import credentials, drafts, lifecycle, recalls, sending, takeback, views
from conformance.reference_dms.office import Agency, Connection, Refused

if TYPE_CHECKING:
    from conformance.reference_dms.dms import Dms

log = logging.getLogger("axis28.reference_dms")

PROTOCOL = "axis28/driver/1"
NAME = "axis28-reference-dms"
VERSION = "1"
CONCURRENCY = 8

Args = Mapping[str, Any]
Operation = Callable[["Dms", Args], Awaitable[dict[str, Any]]]


async def handle(dms: Dms, request: object) -> dict[str, Any]:
    """Answer one request: exactly one of ``ok``, ``refused``, ``unsupported`` and ``error``.

    Whatever is wrong with the request is an ``error`` that names the field; nothing raises.
    """
    identifier = request.get("id") if isinstance(request, dict) else None
    identifier = identifier if isinstance(identifier, str) else None
    if complaint := _complaint("request", request):
        return {"id": identifier, "error": f"request: {complaint}"}
    assert isinstance(request, dict)
    operation, args = _OPERATIONS.get(request["op"]), request.get("args", {})
    if operation is None or request["op"] in dms.office.settings.withheld:
        return {"id": identifier, "unsupported": True}
    if complaint := _complaint(f"{request['op']}.args", args):
        return {"id": identifier, "error": f"{request['op']}: {complaint}"}
    dms.office.run = request.get("run") or dms.office.run
    await asyncio.sleep(dms.office.settings.answer_delay_s)
    (result,) = await asyncio.gather(operation(dms, args), return_exceptions=True)
    if isinstance(result, Refused):
        return {"id": identifier, "refused": {"reason": result.refusal.text, "category": result.refusal.category}}
    if isinstance(result, BaseException):
        log.error("operation %s failed", request["op"], exc_info=result)
        return {"id": identifier, "error": f"{request['op']}: {type(result).__name__}: {result}"}
    return {"id": identifier, "ok": result}


async def _describe(dms: Dms, _args: Args) -> dict[str, Any]:
    connection = dms.office.connection
    return {
        "protocol": PROTOCOL,
        "name": NAME,
        "version": VERSION,
        "build": None,
        "system": connection.system_id if connection else None,
        "organisations": [
            {"code": agency.code, "name": agency.name, "old_code": agency.old_code}
            for agency in (connection.agencies if connection else ())
        ],
        "capabilities": sorted(set(NAMES) - dms.office.settings.withheld),
        "poll_interval_s": dms.office.settings.poll_interval_s,
        "concurrency": CONCURRENCY,
    }


async def _configure(dms: Dms, args: Args) -> dict[str, Any]:
    agencies = tuple(Agency(given["code"], given["name"], given.get("old_code")) for given in args["agencies"])
    # The certificate that this DMS shows is its own affair: it was started with it, and keeps it on another axis.
    known, over_tls = dms.office.connection, str(args["axis_url"]).startswith("https:")
    shown = known.shown if known is not None and over_tls else None
    connection = Connection(args["axis_url"], args["system_id"], args["secret"], agencies, args.get("ca"), shown)
    _take_credentials(dms, args)
    await dms.configure(connection)
    return {}


async def _trust(dms: Dms, args: Args) -> dict[str, Any]:
    office = dms.office
    office.former = office.former or (office.credentials,)
    _take_credentials(dms, args)
    return {}


def _take_credentials(dms: Dms, args: Args) -> None:
    """Take whom to trust and with which keys to sign, where either is given."""
    trust, signing = args.get("trust"), args.get("signing")
    if trust is not None or signing is not None:
        given = credentials.read(trust, signing, dms.office.credentials)
        if signing is not None and (refusal := dms.office.behaviour.keys_to_take(dms.office, given)):
            raise Refused(refusal.category, refusal.text)
        dms.office.credentials = given


async def _poll(dms: Dms, _args: Args) -> dict[str, Any]:
    await dms.poll()
    return {}


async def _send(dms: Dms, args: Args) -> dict[str, Any]:
    if args.get("kind", "new") != "new":
        raise Refused("other", f"kind {args['kind']}: this DMS sends new documents only")
    document_id, sender = await sending.send(dms.office, dms.axis, drafts.read_draft(args))
    return {"document": {"document_id": document_id, "from": sender}}


async def _recall(dms: Dms, args: Args) -> dict[str, Any]:
    takeback.recall(dms.office, *_document(args), _plain(args["reason"]))
    return {}


async def _answer_recall(dms: Dms, args: Args) -> dict[str, Any]:
    recalls.answer(dms.office, *_document(args), agree=args["agree"], reason=_plain(args.get("reason")))
    return {}


async def _received(dms: Dms, args: Args) -> dict[str, Any]:
    return {"documents": views.received(dms.office, _document(args) if "document" in args else None)}


async def _sent(dms: Dms, args: Args) -> dict[str, Any]:
    return {"documents": views.sent(dms.office, _document(args) if "document" in args else None)}


async def _export_history(dms: Dms, args: Args) -> dict[str, Any]:
    return {"history": views.history(dms.office, _document(args) if "document" in args else None)}


async def _accept(dms: Dms, args: Args) -> dict[str, Any]:
    return {"arrival_number": lifecycle.act(dms.office, *_document(args), "accept", _plain(args.get("note")))}


async def _refuse(dms: Dms, args: Args) -> dict[str, Any]:
    lifecycle.act(dms.office, *_document(args), "refuse", _plain(args["reason"]))
    return {}


def _step(step: str) -> Operation:
    async def act(dms: Dms, args: Args) -> dict[str, Any]:
        lifecycle.act(dms.office, *_document(args), step, _plain(args.get("note")))
        return {}

    return act


async def _reset(dms: Dms, _args: Args) -> dict[str, Any]:
    if not dms.office.run:
        raise Refused("other", "reset: give 'run', so that only what belongs to that run is removed")
    dms.office.store.forget(dms.office.run)
    if dms.office.former is not None:
        (dms.office.credentials,), dms.office.former = dms.office.former, None
    return {}


_OPERATIONS: dict[str, Operation] = {
    "describe": _describe,
    "configure": _configure,
    "trust": _trust,
    "poll": _poll,
    "send": _send,
    "recall": _recall,
    "answer_recall": _answer_recall,
    "received": _received,
    "sent": _sent,
    "accept": _accept,
    "refuse": _refuse,
    "assign": _step("assign"),
    "process": _step("process"),
    "finish": _step("finish"),
    "export_history": _export_history,
    "reset": _reset,
}


FACULTIES = ("signing", "verifies")
"""What this DMS can besides its operations: sign with keys that it is given, and show what came of verifying."""

NAMES = tuple(sorted((*_OPERATIONS, *FACULTIES)))


def _document(args: Args) -> tuple[str, str]:
    return args["document"]["document_id"], args["document"]["from"]


def _plain(text: str | None) -> str:
    """Give a reason or note without what XML cannot carry."""
    return drafts.without_unfit(text or "")


@lru_cache(maxsize=64)
def _validator(definition: str) -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - heavy, and only needed once somebody asks

    whole = schemas.json_schema("driver")
    return Draft202012Validator({"$schema": whole["$schema"], "$defs": whole["$defs"], "$ref": f"#/$defs/{definition}"})


def _complaint(definition: str, value: object) -> str | None:
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - see _validator

    error = best_match(_validator(definition).iter_errors(value))
    return f"{error.json_path}: {error.message}"[:300] if error is not None else None
