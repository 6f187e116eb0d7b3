"""Systems that are the reference DMS with one thing changed between it and the driver protocol."""

from __future__ import annotations

import base64
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from cryptography import x509

from conformance.reference_dms import local
from conformance.reference_dms.behaviour import Behaviour
from conformance.reference_dms.dms import Dms
from conformance.reference_dms.office import Office
from protocol.wire.client import AxisClient
from protocol.wire.items import QueueItem

Request = dict[str, Any]
Change = Callable[[Dms, Request], Awaitable[Request]]


@dataclass
class Odd:
    """A DMS whose requests and answers go through ``change``, which may ask the DMS or answer by itself."""

    dms: Dms
    change: Change

    async def __aenter__(self) -> Self:
        await self.dms.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.dms.__aexit__(kind, error, trace)

    async def handle(self, request: Request) -> Request:
        return await self.change(self.dms, request)


async def _take_nothing(office: Office, axis: AxisClient, items: Sequence[QueueItem]) -> None:
    del office, axis, items


async def _refuse_all(dms: Dms, request: Request) -> Request:
    if request["op"] in ("describe", "configure"):
        return await dms.handle(request)
    return {"id": request["id"], "refused": {"reason": "không được phép", "category": "other"}}


def polls_and_refuses() -> Odd:
    """A system that lists both queues properly, takes nothing from them, and refuses whatever it is asked."""
    return Odd(local.make(replace(Behaviour(), take_all=_take_nothing)), _refuse_all)


async def refuse_sends(dms: Dms, request: Request) -> Request:
    """Refuse every document, for a reason that sounds right."""
    if request["op"] == "send":
        return {"id": request["id"], "refused": {"reason": "nơi nhận không tồn tại", "category": "addressee"}}
    return await dms.handle(request)


async def with_a_wrong_secret(dms: Dms, request: Request) -> Request:
    """Connect with another secret than the one given: the axis refuses every call."""
    if request["op"] == "configure":
        request = {**request, "args": {**request["args"], "secret": "not-the-secret"}}
    return await dms.handle(request)


def without(*names: str) -> Change:
    """Leave members out of what ``received`` shows, as far as the protocol lets them be left out."""

    async def change(dms: Dms, request: Request) -> Request:
        answer = await dms.handle(request)
        if request["op"] == "received" and "ok" in answer:
            for entry in answer["ok"]["documents"]:
                for name in names:
                    entry.update({name: [] if name == "attachments" else None})
        return answer

    return change


async def returned_as_malformed(dms: Dms, request: Request) -> Request:
    """Return what repeats something, and say in the register that its format was wrong."""
    answer = await dms.handle(request)
    if request["op"] != "received" or "ok" not in answer:
        return answer
    for entry in answer["ok"]["documents"]:
        if entry["state"] == "held":
            named = {"document_id": entry["document_id"], "from": entry["from"]}
            await dms.handle({**request, "op": "refuse", "args": {"document": named, "reason": "sai định dạng"}})
        entry["warnings"] = []
        if entry["refusal"]:
            entry["refusal"] = {**entry["refusal"], "category": "format"}
    return answer


def late(seconds: float, change: Callable[[Request], Request | None]) -> Change:
    """Show each entry of ``received`` as ``change`` makes it for so long after it was first seen; ``None`` hides it."""
    seen: dict[str, float] = {}

    async def answered(dms: Dms, request: Request) -> Request:
        answer = await dms.handle(request)
        if request["op"] == "received" and "ok" in answer:
            entries, now = [], time.monotonic()
            for entry in answer["ok"]["documents"]:
                young = now - seen.setdefault(entry["document_id"], now) < seconds
                shown = change(entry) if young and entry["state"] == "arrived" else entry
                entries += [] if shown is None else [shown]
            answer["ok"]["documents"] = entries
        return answer

    return answered


def hidden(entry: Request) -> None:
    """Show nothing of an entry."""
    del entry


def unmarked(entry: Request) -> Request:
    """Leave the warnings about signatures away."""
    return entry | {"warnings": [row for row in entry["warnings"] if row["category"] != "signature"]}


def held(entry: Request) -> Request:
    """Show an entry as held, and nothing of its signatures."""
    return entry | {"state": "held", "attachments": [file | {"signatures": []} for file in entry["attachments"]]}


async def held_for_another_reason(dms: Dms, request: Request) -> Request:
    """Say of whatever is held that it is a duplicate, and show nothing of its signatures."""
    answer = await dms.handle(request)
    if request["op"] == "received" and "ok" in answer:
        warnings = [{"category": "duplicate", "text": "Văn bản trùng số."}]
        answer["ok"]["documents"] = [
            held(entry) | {"warnings": warnings} if entry["state"] == "held" else entry
            for entry in answer["ok"]["documents"]
        ]
    return answer


async def keeps_one_list_of_each_ca(dms: Dms, request: Request) -> Request:
    """Keep of each CA the revocation list that came last."""
    trust = request.get("args", {}).get("trust")
    if trust is not None:
        lists = (base64.b64decode(text) for text in trust.get("crls", ()))
        kept = {x509.load_der_x509_crl(der).issuer.rfc4514_string(): der for der in lists}
        newest = [base64.b64encode(der).decode() for der in kept.values()]
        request = {**request, "args": {**request["args"], "trust": {**trust, "crls": newest}}}
    return await dms.handle(request)


async def signers_in_capitals(dms: Dms, request: Request) -> Request:
    """Show who signed in capitals."""
    answer = await dms.handle(request)
    if request["op"] == "received" and "ok" in answer:
        for file in (file for entry in answer["ok"]["documents"] for file in entry["attachments"]):
            for signature in file.get("signatures") or ():
                signature["signer"] = (signature["signer"] or "").upper()
    return answer


async def shows_nothing_of_refused_letters(dms: Dms, request: Request) -> Request:
    """Leave the files of what it returned out of the register."""
    answer = await dms.handle(request)
    if request["op"] == "received" and "ok" in answer:
        for entry in answer["ok"]["documents"]:
            if entry["state"] == "refused":
                entry["attachments"] = []
    return answer


def without_signatures() -> Dms:
    """Make a DMS that neither signs nor verifies, as most did before it was asked of them."""
    return local.make(ways=replace(local.settings(), withheld=frozenset({"signing", "verifies", "trust"})))
