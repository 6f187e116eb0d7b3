"""Reports each step of a received document to its sender (QD 28/2018 Art. 9(2); ND 30/2020 Appendix VI, III.1)."""

from __future__ import annotations

import sqlite3

from conformance.reference_dms import outbox
from conformance.reference_dms.office import Agency, Office, say

# Which status a step reports. Codes have two digits; 07 to 12 and 14 mean nothing.
_CODES = {
    "arrive": ("01",),
    "return": ("02",),
    "accept": ("03",),
    "refuse": ("02",),
    "assign": ("04",),
    "process": ("05",),
    "finish": ("06",),
    "agree": ("15",),
    "disagree": ("16",),
    "recall": ("13",),
}


def codes_of(step: str) -> tuple[str, ...]:
    """Give the status codes that a step reports.

    Steps: ``arrive``, ``return`` (the system itself sends a package back), ``accept``, ``refuse``, ``assign``,
    ``process``, ``finish``; ``recall`` (the sender asks), ``agree`` and ``disagree`` (the receiver answers).
    """
    return _CODES[step]


def description_of(code: str, reason: str) -> str:
    """Give the Description of a status: the official words for the code and the reason or note, if there is one."""
    words = say(f"status.{code}")
    return f"{words}: {reason}" if reason else words


def report(office: Office, entry: sqlite3.Row, step: str, reason: str) -> None:
    """Put the statuses of a step into the outbox, in the same transaction as the step itself."""
    behaviour = office.behaviour
    for code in behaviour.codes_of(step):
        send_status(office, entry, code, reason)


def send_status(office: Office, entry: sqlite3.Row, code: str, reason: str = "") -> None:
    """Put one status about a received document into the outbox; those of one document leave in their order."""
    behaviour = office.behaviour
    agency = reporter(office, entry["organisation"])
    about = behaviour.name_received(entry)
    package = behaviour.compose_status(office, agency, about, code, behaviour.description_of(code, reason))
    outbox.put(
        office,
        thread=f"in {entry['organisation']} {entry['issuer']} {entry['document_key']}",
        message_type="status",
        document_key=entry["document_key"],
        sender=agency.code,
        step=code,
        body=behaviour.serialise(package),
        run=entry["run"],
    )
    office.record("status-queued", entry["document_id"], entry["issuer"], detail=code)


def reporter(office: Office, code: str) -> Agency:
    """Give our agency that received a document; the first of ours where the configuration has changed since."""
    return office.own.agency(code) or office.own.agencies[0]
