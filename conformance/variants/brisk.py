"""A DMS whose registry hands a letter straight to its officer: acceptance reports 03 and 05 in one moment."""

from __future__ import annotations

import sqlite3

from conformance.reference_dms import reporting
from conformance.reference_dms.office import Office
from conformance.variants.variant import Variant


def _codes(step: str) -> tuple[str, ...]:
    return ("03", "05") if step == "accept" else reporting.codes_of(step)


def _report(office: Office, entry: sqlite3.Row, step: str, reason: str) -> None:
    reporting.report(office, entry, step, reason)
    if step == "accept":
        office.store.execute("UPDATE incoming SET state = 'processing' WHERE entry = ?", entry["entry"])


VARIANT = Variant("accepts-into-processing", {"codes_of": _codes, "report": _report})
