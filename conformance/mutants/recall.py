"""Defects of recalls, on either side."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from conformance.mutants.defect import Defect
from conformance.reference_dms import lifecycle, reporting, takeback
from conformance.reference_dms.office import Office
from protocol.package.model import DocumentPackage
from protocol.wire.items import QueueItem


def _first_recipient_only(recipients: Sequence[sqlite3.Row]) -> tuple[str, ...]:
    return takeback.recall_targets(recipients)[:1]


def _recalled_goes_on(step: str, state: str) -> bool:
    return lifecycle.may(step, "registered" if state == "recalled" else state)


def _package_not_understood(office: Office, package: DocumentPackage, item: QueueItem) -> None:
    del office, package, item


def _from_anybody(office: Office, entry: sqlite3.Row, reporter: str | None) -> bool:
    del office, entry, reporter
    return True


def _agree_with_14(step: str) -> tuple[str, ...]:
    return ("14",) if step == "agree" else reporting.codes_of(step)


def _words_of_15(code: str, reason: str) -> str:
    """Say of 14 what is said of 15: the code has no words of its own (H-W08)."""
    return reporting.description_of("15" if code == "14" else code, reason)


def _dropped_either_way(entry: sqlite3.Row, agree: bool) -> str:
    del entry, agree
    return "recalled"


DEFECTS = (
    Defect("recalls-first-recipient-only", "RCL-01", {"recall_targets": _first_recipient_only}),
    Defect("recalled-but-processable", "RCL-02", {"may": _recalled_goes_on}),
    Defect("recall-only-by-13", "RCL-06", {"take_recall_package": _package_not_understood}),
    Defect("obeys-any-recall", "RCL-09", {"may_recall": _from_anybody}),
    Defect("answers-14", "RCL-07", {"codes_of": _agree_with_14, "description_of": _words_of_15}),
    Defect("refusal-drops-letter", "STS-13", {"state_after_recall": _dropped_either_way}),
)
