"""How a system may refuse a package: by status 02, by acknowledging it ``fail``, or by holding it back before 03."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from conformance.crossing import statuses
from conformance.delivery import Delivered
from conformance.dms import Ref, Refusal, ref_of
from conformance.letters import shown_briefly
from conformance.observer import ACKNOWLEDGE, Exchange
from conformance.told import told
from conformance.violation import Violation

if TYPE_CHECKING:
    from conformance.case import Case
    from protocol.package.model import DocumentPackage

HELD = ("refused", "held")


async def await_refusal(
    case: Case,
    subject: Ref | DocumentPackage | Delivered,
    delivered: Delivered | None,
    reason: str,
    expected: str,
) -> Refusal:
    """Wait for the first refusal of a delivered package; see ``Case.require_refusal``."""
    named = None if isinstance(subject, Delivered) else ref_of(subject)
    arrived = subject if isinstance(subject, Delivered) else delivered
    receiver_ids: frozenset[str] = frozenset() if arrived is None else arrived.receiver_ids
    asked = 0
    entries: Sequence[Mapping[str, Any]] = ()
    while asked == 0 or await case.again(asked):
        asked += 1
        seen = refused_on_axis(case, named, receiver_ids)
        entries = await _entries(case, named)
        shown = _refused_or_held(entries)
        if seen is not None:
            return Refusal(seen.form, shown.category if shown else None, seen.reason or (shown.reason if shown else ""))
        if shown is not None:
            return shown
    got = told("neither status 02 nor 'fail' nor a held entry; {shown}", shown=shown_briefly(entries))
    raise Violation(reason, expected=expected, got=got, silent=True)


def refused_on_axis(case: Case, named: Ref | None, receiver_ids: frozenset[str]) -> Refusal | None:
    """Give the refusal of a delivered package that has reached the axis so far, by 02 or by ``fail``, if any."""
    observer = case.stage.observer
    if named is not None:
        for status in statuses(observer, named.document_id):
            if status.code == "02":
                case.witness(status.exchange)
                return Refusal("02", None, status.package.header.description or "")
    failed = observer.matching(lambda exchange: _acknowledged_fail(exchange, receiver_ids))
    if failed:
        case.witness(failed[0])
        return Refusal("fail", None, "")
    return None


def _acknowledged_fail(exchange: Exchange, receiver_ids: frozenset[str]) -> bool:
    acknowledged = exchange.operation == ACKNOWLEDGE and exchange.acknowledged == "fail" and exchange.accepted
    return acknowledged and exchange.receiver_id in receiver_ids


async def _entries(case: Case, named: Ref | None) -> Sequence[Mapping[str, Any]]:
    if named is None or "received" not in case.sut.capabilities:
        return ()
    return await case.dms.register("received", named)


def _refused_or_held(entries: Sequence[Mapping[str, Any]]) -> Refusal | None:
    for entry in entries:
        refusal = entry.get("refusal")
        if refusal or entry["state"] in HELD:
            return Refusal("held", (refusal or {}).get("category"), (refusal or {}).get("text", ""))
    return None
