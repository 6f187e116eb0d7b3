"""Recalls as their receiver meets them.

A recall comes as status 13 or as a document package of type 1 and is answered by 15 or 16. Only who sent a document may
take it back. A receiver that agrees destroys the content and keeps the record of what happened (QD 28/2018 Art. 9(2);
ND 30/2020 Art. 18(4) and Appendix VI, III.8).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from conformance.reference_dms import lifecycle, vietnam
from conformance.reference_dms.office import Office, Refused, say
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.wire.items import QueueItem


def take_request(office: Office, package: StatusPackage, item: QueueItem) -> None:
    """Take a status 13: somebody asks for a document back."""
    header = package.header
    names = [header.response_for.document_id] if header.response_for.document_id else []
    _take(office, header.sender.organ_id, item, names, header.description or "")


def take_recall_package(office: Office, package: DocumentPackage, item: QueueItem) -> None:
    """Take a type-1 package. Its own attachments are not looked at: it is a notice and no document.

    The document may be named in ``Bussiness/DocumentId`` or, as in the official sample, by the header itself.
    """
    header, business = package.header, package.trace.business if package.trace else None
    names = [name for name in ((business.document_id if business else None), header.document_id) if name]
    if not any(_named(office, name) for name in names):
        day = header.promulgation.date
        names += [
            row["document_id"]
            for row in office.store.rows(
                "SELECT document_id FROM incoming WHERE issuer = ? AND code = ? AND promulgation_date = ?",
                *(header.sender.organ_id, header.code.sign, day),
            )
        ]
    _take(office, header.sender.organ_id, item, names, (business.reason if business else None) or "")


def may_recall(office: Office, entry: sqlite3.Row, reporter: str | None) -> bool:
    """Say whether somebody may take a document back: only its sender may (RCL-09)."""
    return office.same_agency(entry["issuer"], reporter)


def apply_early(office: Office, entry: sqlite3.Row) -> None:
    """Hold a document at once when its recall has come before it."""
    where = "document_key = ? AND issuer = ?"
    early = office.store.row(f"SELECT * FROM early_recall WHERE {where}", entry["document_key"], entry["issuer"])  # noqa: S608 - a constant
    if early is not None:
        office.store.execute(f"DELETE FROM early_recall WHERE {where}", entry["document_key"], entry["issuer"])  # noqa: S608 - a constant
        _hold(office, entry, early["reason"])


def answer(office: Office, document_id: str, issuer: str, agree: bool, reason: str = "") -> None:
    """Answer a recall: agree (15, the content goes) or not (16, the document is as it was before).

    ``Refused`` when nobody asked.
    """
    store = office.store
    with store.transaction():
        entry = lifecycle.find(office, document_id, issuer)
        if entry["recall_reason"] is None:
            raise Refused("other", say("refused.no-recall", document=document_id))
        state = office.behaviour.state_after_recall(entry, agree)
        store.execute("UPDATE incoming SET state = ?, recall_reason = NULL WHERE entry = ?", state, entry["entry"])
        store.execute(
            "DELETE FROM warning WHERE entry = ? AND text = ?", entry["entry"], _request_text(entry["recall_reason"])
        )
        if agree:
            shown = json.dumps(json.loads(entry["shown"]) | {"attachments": []}, ensure_ascii=False)
            store.execute("DELETE FROM package WHERE entry = ?", entry["entry"])
            store.execute("UPDATE incoming SET shown = ? WHERE entry = ?", shown, entry["entry"])
        step = "agree" if agree else "disagree"
        office.record(f"recall-{step}d", document_id, issuer, reason)
        office.behaviour.report(office, entry, step, reason)
    office.outbox_wakes.set()


def state_after_recall(entry: sqlite3.Row, agree: bool) -> str:
    """Give the state after the answer: recalled, or what it was before the request."""
    return "recalled" if agree else entry["previous_state"]


def _take(office: Office, reporter: str | None, item: QueueItem, names: Sequence[str], reason: str) -> None:
    # The sender that the axis knows weighs as much as the one that the package names.
    genuine = item.sender is None or office.same_agency(item.sender, reporter)
    for name in names:
        entries = _named(office, name)
        own = office.own.agency(item.to)
        ours = [entry for entry in entries if own is None or entry["organisation"] == own.code] or entries
        believed = [entry for entry in ours if genuine and office.behaviour.may_recall(office, entry, reporter)]
        for entry in believed:
            _hold(office, entry, reason)
        if believed:
            return
        if entries:
            office.record("recall-not-believed", name, reporter, reason)
    if not names:
        office.record("recall-of-nothing", None, reporter, reason)
    if genuine and reporter and names and not any(_named(office, name) for name in names):
        # The document itself may be on its way still: it must not surface when it comes (RCL-12).
        office.store.execute(
            "INSERT OR REPLACE INTO early_recall VALUES (?, ?, ?, ?)",
            vietnam.key(names[0]),
            reporter,
            reason,
            office.run,
        )
        office.record("recall-of-unknown", names[0], reporter, reason)


def _named(office: Office, name: str) -> list[sqlite3.Row]:
    return office.store.rows("SELECT * FROM incoming WHERE document_key = ? ORDER BY entry", vietnam.key(name))


def _hold(office: Office, entry: sqlite3.Row, reason: str) -> None:
    office.record("recall-requested", entry["document_id"], entry["issuer"], reason)
    if entry["state"] == "recalled" or entry["recall_reason"] is not None:
        return  # asked again: harmless (RCL-13)
    office.store.execute(
        "UPDATE incoming SET state = 'held', previous_state = state, recall_reason = ? WHERE entry = ?",
        *(reason, entry["entry"]),
    )
    office.store.execute("INSERT INTO warning VALUES (?, 'other', ?)", entry["entry"], _request_text(reason))


def _request_text(reason: str) -> str:
    return say("warning.recall", reason=reason or say("no-reason"))
