"""The outgoing register: takes a document in, hands it to the outbox, and says what became of it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from conformance.reference_dms import outbox, vietnam
from conformance.reference_dms.composing import Issue
from conformance.reference_dms.drafts import Draft, default_notation
from conformance.reference_dms.office import Office, Refused, say
from protocol.package.model import Code, DocumentPackage
from protocol.package.xmltext import UnwritableCharacter
from protocol.wire.client import AxisClient
from protocol.wire.errors import AxisError, AxisRefused


async def send(office: Office, axis: AxisClient, draft: Draft) -> tuple[str, str]:
    """Register a document and put it into the outbox; give its identifier and its issuer.

    ``Refused`` when it may not leave (QD 28/2018 Art. 8(1)), is not fit to be sent, or has a number that was given out
    already (ND 30/2020 Art. 15(1)).
    """
    behaviour = office.behaviour
    agency = office.own.agency(draft.sender)
    if agency is None:
        raise Refused("sender", say("draft.foreign-sender", sender=draft.sender))
    for rule in (behaviour.may_leave, behaviour.check_draft, behaviour.subject_limit):
        if refusal := rule(draft):
            raise Refused(refusal.category, refusal.text)
    number = behaviour.number_text(draft.number)
    code = Code(number, draft.notation or default_notation(draft.type_name, agency.name))
    document_id = behaviour.identify(agency.code, draft.day, code)
    to = await behaviour.choose_recipients(axis, draft)
    if draft.sign:
        draft = replace(draft, number=number, notation=code.notation)
        draft = replace(draft, files=await behaviour.sign_files(office, draft))
    try:
        package = behaviour.compose(office, draft, agency, Issue(document_id, code, to))
        body = behaviour.serialise(package)
    except UnwritableCharacter as error:
        raise Refused("format", say("draft.not-xml", field=error.path, character=error.code_point)) from error
    except ValueError as error:
        raise Refused("format", say("draft.not-writable", problem=error)) from error
    with office.store.transaction():
        _register(office, package, to)
        behaviour.dispatch(office, package, body)
    office.outbox_wakes.set()
    return document_id, agency.code


async def choose_recipients(axis: AxisClient, draft: Draft) -> tuple[str, ...]:
    """Give the recipients of a document: exactly those that were chosen, in their order (QD 28/2018 Art. 8(2))."""
    del axis  # the directory of the axis has no say in it
    return draft.to


def dispatch(office: Office, package: DocumentPackage, body: bytes) -> None:
    """Put a registered document into the outbox, once."""
    document_id, sender = package.header.document_id or "", package.header.sender.organ_id or ""
    outbox.put(
        office,
        thread=f"out {vietnam.key(document_id)}",
        message_type="edoc",
        document_key=vietnam.key(document_id),
        sender=sender,
        step="document",
        body=body,
        run=office.run,
    )


def state_when_accepted() -> str:
    """Give the state of a recipient once the axis has the document: sent, and no more than that, until 01 comes."""
    return "sent"


def accepted(office: Office, row: sqlite3.Row, axis_id: str) -> None:
    """Note that the axis took a package."""
    document = find(office, row["document_key"])
    if row["message_type"] == "edoc" and document is not None:
        key = row["document_key"]
        office.store.execute("UPDATE outgoing SET state = 'sent' WHERE document_key = ? AND state = 'waiting'", key)
        # A status may have overtaken the answer to our own send (H-W18): only those still waiting move on.
        office.store.execute(
            "UPDATE recipient SET state = ?, at = ? WHERE document_key = ? AND state = 'waiting'",
            *(office.behaviour.state_when_accepted(), office.now(), key),
        )
    detail = f"{row['step']} {axis_id}"
    office.record("sent", document["document_id"] if document else row["document_key"], row["sender"], detail)


def failed(office: Office, row: sqlite3.Row, error: AxisError) -> None:
    """Note that a package cannot be sent, with the axis' own words, so that somebody sees it (SND-04)."""
    document, text = find(office, row["document_key"]), _reason(error)
    if row["message_type"] == "edoc" and document is not None:
        key = row["document_key"]
        office.store.execute("UPDATE outgoing SET state = 'failed' WHERE document_key = ?", key)
        office.store.execute(
            "UPDATE recipient SET state = 'failed', at = ?, text = ? WHERE document_key = ? AND state = 'waiting'",
            *(office.now(), text, key),
        )
    detail = f"{row['step']}: {text}"
    office.record("send-failed", document["document_id"] if document else row["document_key"], row["sender"], detail)


def find(office: Office, document_key: str) -> sqlite3.Row | None:
    """Give an entry of the outgoing register."""
    return office.store.row("SELECT * FROM outgoing WHERE document_key = ?", document_key)


def recipients(office: Office, document_key: str) -> list[sqlite3.Row]:
    """Give the recipients of a document in the order of its ``To`` list."""
    return office.store.rows("SELECT * FROM recipient WHERE document_key = ? ORDER BY rowid", document_key)


def _register(office: Office, package: DocumentPackage, to: tuple[str, ...]) -> None:
    header = package.header
    document_id, sender = header.document_id or "", header.sender.organ_id or ""
    key = vietnam.key(document_id)
    known = find(office, key)
    if known is not None and known["state"] != "failed":
        raise Refused("duplicate", say("draft.number-taken", document=document_id))
    # What the axis has refused for good never left the house: mended, it may be sent under its own number.
    office.store.execute("DELETE FROM outgoing WHERE document_key = ?", key)
    office.store.execute(
        "INSERT INTO outgoing (document_key, document_id, sender, code, promulgation_date, subject, state, run)"
        " VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?)",
        *(key, document_id, sender, header.code.sign, header.promulgation.date or "", header.subject or "", office.run),
    )
    for code in to:
        office.store.execute("INSERT INTO recipient (document_key, code, state) VALUES (?, ?, 'waiting')", key, code)
    office.record("registered-out", document_id, sender)


def _reason(error: AxisError) -> str:
    return f"{error.error_code} {error.error_desc}".strip() if isinstance(error, AxisRefused) else str(error)
