"""Taking back a document that this DMS sent: a status 13 to every recipient, with the reason (QD 28/2018 Art. 8(2))."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from conformance.reference_dms import composing, outbox, sending, vietnam
from conformance.reference_dms.office import Agency, Office, Refused, say


def recall(office: Office, document_id: str, sender: str, reason: str) -> None:
    """Ask every recipient for a document back.

    One that has not begun to leave is taken back without a word. From now on the document is frozen (ND 30/2020
    Appendix VI, III.8(a)). ``Refused``: it is not ours, there is no reason, or nobody is left to ask.
    """
    store, key = office.store, vietnam.key(document_id)
    if not reason.strip():
        raise Refused("other", say("refused.no-reason"))
    with store.transaction():
        document = sending.find(office, key)
        agency = office.own.agency(sender)
        if document is None or agency is None or document["sender"] != agency.code:
            raise Refused("other", say("refused.unknown-document", document=document_id))
        if _never_left(office, key):
            store.execute("UPDATE outbox SET state = 'cancelled' WHERE document_key = ? AND state = 'waiting'", key)
            store.execute("UPDATE recipient SET state = 'recalled', at = ? WHERE document_key = ?", office.now(), key)
            store.execute("UPDATE outgoing SET state = 'recalled' WHERE document_key = ?", key)
            office.record("recalled-unsent", document_id, sender, reason)
            return
        targets = office.behaviour.recall_targets(sending.recipients(office, key))
        if not targets:
            raise Refused("other", say("refused.nobody-to-ask", document=document_id))
        for recipient in targets:
            _ask(office, document, agency, recipient, reason)
        store.execute("UPDATE outgoing SET state = 'recalling' WHERE document_key = ?", key)
        office.record("recall", document_id, sender, reason)
    office.outbox_wakes.set()


def recall_targets(recipients: Sequence[sqlite3.Row]) -> tuple[str, ...]:
    """Give the recipients to ask: all that may have the document and have not been asked, or have said no (16)."""
    return tuple(
        row["code"]
        for row in recipients
        if row["state"] == "recall-refused"
        or (row["state"] not in {"recalled", "failed"} and not row["recall_requested"])
    )


def _ask(office: Office, document: sqlite3.Row, agency: Agency, recipient: str, reason: str) -> None:
    behaviour, key = office.behaviour, document["document_key"]
    about = composing.name_sent(document, recipient)
    for code in behaviour.codes_of("recall"):
        package = behaviour.compose_status(office, agency, about, code, behaviour.description_of(code, reason))
        outbox.put(
            office,
            thread=f"out {key}",  # behind the document itself, should that still wait
            message_type="status",
            document_key=key,
            sender=agency.code,
            step=code,
            body=behaviour.serialise(package),
            run=document["run"],
        )
    office.store.execute(
        "UPDATE recipient SET recall_requested = recall_requested + 1 WHERE document_key = ? AND code = ?",
        key,
        recipient,
    )


def _never_left(office: Office, key: str) -> bool:
    """Say whether not even an attempt was made to send a document: its outbox entry waits and is not signed yet."""
    return (
        office.store.row(
            "SELECT 1 FROM outbox WHERE document_key = ? AND message_type = 'edoc' AND state = 'waiting'"
            " AND signed IS NULL",
            key,
        )
        is not None
    )
