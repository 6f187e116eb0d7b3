"""The incoming register: takes a fetched package in, within one transaction, and says how to acknowledge it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from conformance.reference_dms import intake, recalls, tracking, vietnam
from conformance.reference_dms.office import Agency, Office, Refusal, Warned, explain, listed, say
from conformance.reference_dms.verifying import Examined
from protocol.finding import Finding, Severity
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.package.reading import Reading
from protocol.wire.items import QueueItem


@dataclass(frozen=True, slots=True)
class Outcome:
    """How to acknowledge a package: ``done`` once it is stored, ``fail`` when nothing can be done with it."""

    status: Literal["done", "fail"]
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An entry that a new package repeats.

    ``same``: the same document once more; ``changed``: its identifier with another content; ``number``: its number,
    notation, issuer and year under another identifier (ND 30/2020 Appendix VI, III.1(h)).
    """

    kind: Literal["same", "changed", "number"]
    entry: sqlite3.Row


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A document package at the counter: everything that the register wants to know of it."""

    package: DocumentPackage
    raw: bytes
    organisation: Agency
    shown: dict[str, Any]
    digest: str
    warnings: list[Warned]
    examined: tuple[Examined, ...] = ()

    @property
    def issuer(self) -> str:
        return self.package.header.sender.organ_id or ""

    @property
    def document_id(self) -> str:
        return self.package.header.document_id or ""


def take_in(office: Office, item: QueueItem, reading: Reading, raw: bytes) -> Outcome:
    """Take a fetched package into the registers. What it cannot read it reports; it never raises for a bad package."""
    package = reading.package
    if isinstance(package, StatusPackage) and not reading.refused:
        tracking.take_status(office, package, item)
        return Outcome("done")
    if isinstance(package, DocumentPackage) and package.header.sender.organ_id and package.header.document_id:
        if reading.refused:
            return _send_back(office, _arrival(office, item, package, reading, raw), _structural(reading.findings))
        if intake.business_type(package) == intake.RECALL:
            office.behaviour.take_recall_package(office, package, item)
            return Outcome("done")
        return _take_document(office, _arrival(office, item, package, reading, raw))
    text = _structural(reading.findings).text
    office.record("unreadable", organisation=item.sender, detail=f"{item.doc_id}: {text}")
    return Outcome("fail", text)


def find_duplicate(office: Office, organisation: str, package: DocumentPackage, digest: str) -> Duplicate | None:
    """Find the entry that a package repeats, by its identifier first, then by number, notation, issuer and year."""
    header = package.header
    named = office.store.row(
        "SELECT * FROM incoming WHERE document_key = ? AND issuer = ? AND organisation = ? ORDER BY entry",
        *(vietnam.key(header.document_id or ""), header.sender.organ_id, organisation),
    )
    if named is not None:
        return Duplicate("same" if named["digest"] == digest else "changed", named)
    number, notation, year = _number(package)
    numbered = office.store.row(
        "SELECT * FROM incoming WHERE issuer = ? AND organisation = ? AND number = ? AND notation = ? AND year = ?"
        " AND state NOT IN ('refused', 'recalled') ORDER BY entry",
        *(header.sender.organ_id, organisation, number, notation, year),
    )
    return Duplicate("number", numbered) if numbered is not None and number else None


def warn(office: Office, entry: int, warning: Warned) -> None:
    """Add a warning to an entry, once."""
    known = office.store.row("SELECT 1 FROM warning WHERE entry = ? AND text = ?", entry, warning.text)
    if known is None:
        office.store.execute("INSERT INTO warning VALUES (?, ?, ?)", entry, warning.category, warning.text)


def _arrival(office: Office, item: QueueItem, package: DocumentPackage, reading: Reading, raw: bytes) -> _Arrival:
    behaviour, own = office.behaviour, office.own
    addressed = (own.agency(code) for code in (item.to, *(receiver.organ_id for receiver in package.header.to)))
    organisation = next((agency for agency in addressed if agency), own.agencies[0])
    shown = behaviour.shown(package, behaviour.shown_file)
    examined = office.examined.get(item.doc_id, ())
    warnings = [*intake.warnings(package, reading.findings), *behaviour.lacks(examined)]
    return _Arrival(package, raw, organisation, shown, intake.digest(shown), warnings, examined)


def _take_document(office: Office, arrival: _Arrival) -> Outcome:
    behaviour = office.behaviour
    refusal = behaviour.judge(arrival.package, office.own, behaviour.is_addressed)
    if refusal is None and (missing := behaviour.missing_files(arrival.package)):
        refusal = Refusal("attachment", say("refusal.missing-files", names=listed(missing)))
    refusal = refusal or behaviour.objection(office, arrival.package, arrival.examined)
    if refusal is not None:
        return _send_back(office, arrival, refusal)
    doubtful = behaviour.doubts(office, arrival.package, arrival.examined)
    warnings, state = [*arrival.warnings, *doubtful], "held" if doubtful else "arrived"
    duplicate = behaviour.find_duplicate(office, arrival.organisation.code, arrival.package, arrival.digest)
    if duplicate is None:
        _enter(office, arrival, state, warnings)
    elif duplicate.entry["state"] == "refused" and duplicate.kind != "number":
        # What went back to its sender comes again, mended or not: the old entry makes room for it.
        if duplicate.kind == "changed":
            office.store.execute("DELETE FROM incoming WHERE entry = ?", duplicate.entry["entry"])
            _enter(office, arrival, state, warnings)
    elif duplicate.kind == "number":
        other = Warned("duplicate", say("warning.same-number", document=duplicate.entry["document_id"]))
        _enter(office, arrival, "held", [*warnings, other])
    else:
        _repeat(office, arrival, duplicate)
    return Outcome("done")


def _enter(
    office: Office, arrival: _Arrival, state: str, warnings: Sequence[Warned], refusal: Refusal | None = None
) -> None:
    entry = _insert(office, arrival, state, refusal)
    for warning in warnings:
        warn(office, entry["entry"], warning)
    office.behaviour.keep(office, entry["entry"], arrival.examined)
    office.record("arrived" if refusal is None else "returned", arrival.document_id, arrival.issuer, state)
    if refusal is None:
        office.behaviour.report(office, entry, "arrive", "")
        recalls.apply_early(office, entry)
    else:
        office.behaviour.report(office, entry, "return", refusal.text)


def _send_back(office: Office, arrival: _Arrival, refusal: Refusal) -> Outcome:
    """Enter a package as refused and tell its sender why (status 02); a good entry of the same name stays as it is."""
    duplicate = find_duplicate(office, arrival.organisation.code, arrival.package, arrival.digest)
    if duplicate is None or duplicate.kind == "number":
        _enter(office, arrival, "refused", arrival.warnings, refusal)
        return Outcome("done", refusal.text)
    office.record("refused-again", arrival.document_id, arrival.issuer, refusal.text)
    if duplicate.entry["state"] == "refused":
        return Outcome("done", refusal.text)
    return Outcome("fail", refusal.text)


def _repeat(office: Office, arrival: _Arrival, duplicate: Duplicate) -> None:
    entry = duplicate.entry["entry"]
    if duplicate.kind == "changed":
        # Kept for the registry officer beside the first one, never instead of it and never as a second entry.
        office.store.execute("INSERT INTO package VALUES (?, ?, ?)", entry, arrival.raw, office.now())
    words = say(f"warning.{duplicate.kind}", document=arrival.document_id, subject=arrival.shown["subject"] or "")
    warn(office, entry, Warned("duplicate", words))
    office.record(f"duplicate-{duplicate.kind}", arrival.document_id, arrival.issuer)


def _insert(office: Office, arrival: _Arrival, state: str, refusal: Refusal | None) -> sqlite3.Row:
    header, (number, notation, year) = arrival.package.header, _number(arrival.package)
    entry = office.store.execute(
        "INSERT INTO incoming (organisation, issuer, document_id, document_key, code, number, notation, year,"
        " promulgation_date, shown, digest, state, arrived_at, refusal_category, refusal_text, run)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(arrival.organisation.code, arrival.issuer, arrival.document_id, vietnam.key(arrival.document_id)),
        *(header.code.sign if header.code.notation else header.code.number or "", number, notation, year),
        *(header.promulgation.date, json.dumps(arrival.shown, ensure_ascii=False), arrival.digest, state, office.now()),
        *(refusal.category if refusal else None, refusal.text if refusal else None, office.run),
    )
    office.store.execute("INSERT INTO package VALUES (?, ?, ?)", entry, arrival.raw, office.now())
    row = office.store.row("SELECT * FROM incoming WHERE entry = ?", entry)
    assert row is not None
    return row


def _number(package: DocumentPackage) -> tuple[str, str, str]:
    """Give number without leading zeros, notation and year of issue: what makes a document unique in its year."""
    code, day = package.header.code, vietnam.read_day(package.header.promulgation.date)
    return (code.number or "").lstrip("0"), vietnam.key(code.notation or ""), str(day.year) if day else ""


def _structural(findings: Sequence[Finding]) -> Refusal:
    """Turn what the reader found into one refusal."""
    grave = [finding for finding in findings if finding.severity is Severity.FAIL]
    category = "format"
    if any(finding.requirement.startswith("ATT-") or finding.requirement in {"PKG-08", "PKG-13"} for finding in grave):
        category = "attachment"
    return Refusal(
        category, say("refusal.structure", reasons=listed(dict.fromkeys(explain(finding) for finding in grave)) or "?")
    )
