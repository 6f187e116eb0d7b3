"""Defects of the statuses that a receiver reports."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

from conformance.mutants.defect import Defect
from conformance.reference_dms import composing, reporting, rounds
from conformance.reference_dms.office import Agency, Office
from protocol.package.model import ResponseFor, StatusPackage
from protocol.wire.client import AxisClient

_repeated: WeakKeyDictionary[Office, set[int]] = WeakKeyDictionary()


def _codes(changed: Mapping[str, tuple[str, ...]]) -> Callable[[str], tuple[str, ...]]:
    """Report other codes at some steps."""
    return lambda step: changed.get(step, reporting.codes_of(step))


def _utc(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y/%m/%d %H:%M:%S")


def _without_notation(entry: sqlite3.Row) -> ResponseFor:
    about = composing.name_received(entry)
    return replace(about, code=(about.code or "").partition("/")[0])


def _one_digit(office: Office, agency: Agency, about: ResponseFor, code: str, description: str) -> StatusPackage:
    return composing.compose_status(office, agency, about, code.removeprefix("0"), description)


def _one_digit_after_01(
    office: Office, agency: Agency, about: ResponseFor, code: str, description: str
) -> StatusPackage:
    return composing.compose_status(
        office, agency, about, code if code == "01" else code.removeprefix("0"), description
    )


def _accepted_twice(office: Office, entry: sqlite3.Row, step: str, reason: str) -> None:
    """Report 03 for the register and once more for the screen."""
    reporting.report(office, entry, step, reason)
    if step == "accept":
        reporting.report(office, entry, step, reason)


async def _repeat_01(office: Office, axis: AxisClient) -> None:
    """Report the arrival of every waiting document once more in a later round."""
    repeated = _repeated.setdefault(office, set())
    with office.store.transaction():
        for entry in office.store.rows("SELECT * FROM incoming WHERE state = 'arrived'"):
            if entry["entry"] not in repeated:
                repeated.add(entry["entry"])
                reporting.send_status(office, entry, "01")
    await rounds.poll(office, axis)


def _registered_on_arrival(office: Office, entry: sqlite3.Row, step: str, reason: str) -> None:
    """Report 03 together with 01, and not when the registry officer accepts."""
    if step != "accept":
        reporting.report(office, entry, step, reason)
    if step == "arrive":
        reporting.report(office, entry, "accept", "")


def _no_reason(code: str, reason: str) -> str:
    return reporting.description_of(code, "" if code == "02" else reason)


DEFECTS = (
    Defect("utc-timestamps", "TIM-09", {"wall_time": _utc}),
    Defect("no-01", "STS-05", {"codes_of": _codes({"arrive": ()})}),
    Defect("status-without-notation", "STS-07", {"name_received": _without_notation}),
    Defect("one-digit-status", "STS-04", {"compose_status": _one_digit}),
    Defect("one-digit-after-01", "STS-04", {"compose_status": _one_digit_after_01}),
    Defect("repeats-03", "STS-10", {"report": _accepted_twice}),
    Defect("repeats-01", "STS-10", {"poll": _repeat_01}),
    Defect("registers-on-arrival", "RCV-01", {"report": _registered_on_arrival}),
    Defect("no-06", "STS-02", {"codes_of": _codes({"finish": ()})}),
    Defect("finish-before-process", "STS-08", {"codes_of": _codes({"process": ("06",), "finish": ("05",)})}),
    Defect("refusal-without-reason", "STS-11", {"description_of": _no_reason}),
)
