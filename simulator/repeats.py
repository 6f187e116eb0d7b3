"""What was sent before: the same bytes, the same letter, another letter under the same id. All of it is delivered.

A letter that goes to further recipients by a second call is no repetition, neither is one that its recipient gave back,
could not take in (``fail``), or never got: its sender has to send it again, and nobody has it twice then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from protocol.composition import composed
from protocol.finding import Finding, Severity, quote
from simulator.directory import Agency
from simulator.examination import Facts
from simulator.histories import AGREED, codes_of, key_of
from simulator.store.tables import deliveries, documents

_RETURNED = "02"
_GIVEN_BACK = (_RETURNED, AGREED)
_ORIGINALS = ("", "0", "3")
"""Business types of packages that bring a letter: a new one, or one that replaces others."""
_MOST = 200
_MOST_AGENCIES = 10_000
# Built once: making a statement costs more than running it.
_OWN = documents.c.tenant == bindparam("of_tenant")  # what another tenant sent is not known to this one
_SAME_BYTES = select(documents.c.sender_id).where(documents.c.received == bindparam("digest"), _OWN).limit(1)
_HAS = (
    select(documents.c.sender_id)
    .join(deliveries, deliveries.c.document_seq == documents.c.seq)
    .where(deliveries.c.agency.in_(bindparam("agencies", expanding=True)), _OWN)
    .where(or_(deliveries.c.business_status.is_(None), deliveries.c.business_status.not_in(_GIVEN_BACK)))
    .where(deliveries.c.state != "fail", deliveries.c.system_id.is_not(None))
    .order_by(deliveries.c.seq)
    .limit(1)
)
_HAS_BYTES = _HAS.where(documents.c.received == bindparam("digest"))
_HAS_LETTER = _HAS.where(documents.c.seq.in_(bindparam("seqs", expanding=True)))
_SAME_ID = (
    select(documents.c.seq, documents.c.from_code, documents.c.notation, documents.c.issued, documents.c.title)
    .where(documents.c.document_key == bindparam("key"), documents.c.message_type == "edoc")
    .where(documents.c.status_code == "", documents.c.business_type.in_(_ORIGINALS), _OWN)
    .order_by(documents.c.seq.desc())
    .limit(_MOST)
)


def notices(
    connection: Connection, facts: Facts, sender: Agency, digest: str, targets: Sequence[Agency]
) -> list[Finding]:
    """Say what of a package was sent before, if anything (SND-07, ID-14)."""
    agencies = [*{agency.code for agency in targets}][:_MOST_AGENCIES]
    own = {"of_tenant": sender.tenant}
    if connection.execute(_SAME_BYTES, {"digest": digest, **own}).first() is not None:
        again = connection.execute(_HAS_BYTES, {"digest": digest, "agencies": agencies, **own}).scalar()
        return [] if again is None else [Finding("SND-07", "package-sent-again", Severity.WARN, got=again)]
    key = key_of(facts.document_id)
    if facts.kind != "document" or not key or facts.business_type not in _ORIGINALS:
        return []
    codes = codes_of(sender, sender.code)
    earlier = [row for row in connection.execute(_SAME_ID, {"key": key, **own}) if row.from_code in codes]
    if any(not _is_same(row, facts) for row in earlier):
        return [_warning("ID-14", "document-id-used", facts)]
    seqs = [row.seq for row in earlier]
    if seqs and connection.execute(_HAS_LETTER, {"seqs": seqs, "agencies": agencies, **own}).first() is not None:
        return [_warning("SND-07", "document-sent-again", facts)]
    return []


def _is_same(row: Any, facts: Facts) -> bool:
    """Whether an earlier package is the same letter: sign, date (where both are known) and subject agree."""
    dates = row.issued, facts.issued[:32]
    return (
        composed(row.notation) == composed(facts.notation)
        and composed(row.title) == composed(facts.title)
        and ("" in dates or dates[0] == dates[1])
    )


def _warning(requirement: str, reason: str, facts: Facts) -> Finding:
    return Finding(requirement, reason, Severity.WARN, "DocumentId", got=quote(facts.document_id))
