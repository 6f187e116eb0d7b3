"""Defects of what happens after a send that failed."""

from __future__ import annotations

import sqlite3

from conformance.mutants.defect import Defect
from conformance.reference_dms import outbox
from conformance.reference_dms.office import Office
from protocol.wire.client import AxisClient, SignedSend
from protocol.wire.errors import AxisError, AxisRefused


def _another_identity(office: Office, axis: AxisClient, row: sqlite3.Row) -> SignedSend:
    """Make a new document of every further attempt: its identifier gets the number of the attempt."""
    if row["message_type"] != "edoc" or not row["attempts"]:
        return outbox.ready(office, axis, row)
    body = row["body"].replace(b"</edXML:DocumentId>", f"-{row['attempts'] + 1}</edXML:DocumentId>".encode(), 1)
    return axis.sign_send(body, sender=row["sender"], message_type="edoc")


def _never_final(error: AxisError, attempts: int, limit: int) -> bool:
    del error, attempts, limit
    return False


def _final_at_once(error: AxisError, attempts: int, limit: int) -> bool:
    return not isinstance(error, AxisRefused) or outbox.is_final(error, attempts, limit)


DEFECTS = (
    Defect("new-identity-on-retry", "SND-07", {"ready": _another_identity}),
    Defect("resends-for-ever", "SND-08", {"is_final": _never_final}),
    Defect("gives-up-after-one", "SND-08", {"is_final": _final_at_once}),
)
