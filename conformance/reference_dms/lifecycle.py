"""What the registry and the leaders do with a received document, and which step is lawful from which state.

States: arrived → registered (with an arrival number, ND 30/2020 Art. 22) → assigned → processing → finished; refused
and recalled end it; held waits for the registry officer (a duplicate) or for the answer to a recall.
"""

from __future__ import annotations

import sqlite3

from conformance.reference_dms import vietnam
from conformance.reference_dms.office import Office, Refused, say

_FROM = {
    "accept": {"arrived", "held"},
    "refuse": {"arrived", "held"},
    "assign": {"registered"},
    "process": {"registered", "assigned", "processing"},
    "finish": {"registered", "assigned", "processing"},
}
_TO = {
    "accept": "registered",
    "refuse": "refused",
    "assign": "assigned",
    "process": "processing",
    "finish": "finished",
}


def find(office: Office, document_id: str, issuer: str) -> sqlite3.Row:
    """Give the entry of the incoming register; ``Refused`` when there is none."""
    entry = office.store.row(
        "SELECT * FROM incoming WHERE document_key = ? AND issuer = ? ORDER BY entry", vietnam.key(document_id), issuer
    )
    if entry is None:
        raise Refused("other", say("refused.unknown-document", document=document_id))
    return entry


def may(step: str, state: str) -> bool:
    """Say whether a step is lawful from a state."""
    return state in _FROM[step]


def next_arrival_number(office: Office, year: int) -> int:
    """Give the next arrival number of a year: continuous, from 1 on 1 January (ND 30/2020 Art. 22(2))."""
    row = office.store.row("SELECT max(arrival_number) AS last FROM incoming WHERE arrival_year = ?", year)
    return (row["last"] or 0) + 1 if row else 1


def act(office: Office, document_id: str, issuer: str, step: str, note: str = "") -> int | None:
    """Do one step, report it to the sender, and give the arrival number if the document has one.

    ``Refused`` when the state does not allow the step, or when a refusal has no reason (QD 28/2018 Art. 5(4)).
    """
    behaviour, store = office.behaviour, office.store
    with store.transaction():
        entry = find(office, document_id, issuer)
        if entry["recall_reason"] is not None:
            raise Refused("other", say("refused.recall-pending", document=document_id))
        if not behaviour.may(step, entry["state"]):
            raise Refused("other", say("refused.state", step=say(f"step.{step}"), state=say(f"state.{entry['state']}")))
        if step == "refuse" and not note.strip():
            raise Refused("other", say("refused.no-reason"))
        if step == "accept":
            year = office.clock().astimezone(vietnam.ZONE).year
            number = behaviour.next_arrival_number(office, year)
            store.execute(
                "UPDATE incoming SET arrival_number = ?, arrival_year = ? WHERE entry = ?", number, year, entry["entry"]
            )
        if step == "refuse":
            store.execute(
                "UPDATE incoming SET refusal_category = 'other', refusal_text = ? WHERE entry = ?", note, entry["entry"]
            )
        store.execute("UPDATE incoming SET state = ? WHERE entry = ?", _TO[step], entry["entry"])
        office.record(step, document_id, issuer, note)
        behaviour.report(office, entry, step, note)
        done = find(office, document_id, issuer)
    office.outbox_wakes.set()
    number_given: int | None = done["arrival_number"]
    return number_given
