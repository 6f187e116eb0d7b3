"""Letters as the ledger knows them: every package and copy under one id of one sender, and what was said of a copy.

A letter may reach a recipient as several copies: sent again under another id of the axis, replaced under its own id, or
to one agency under both of its codes. What a recipient reports is about all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, literal_column, select, update

from protocol.composition import composed
from protocol.organisation import below
from simulator import succession
from simulator.directory import Agency, resolve
from simulator.store.tables import deliveries, documents
from simulator.tenants import visible

RECALL, AGREED, DECLINED = "13", "15", "16"
_LONGEST_KEY = 200
_CHUNK = 500
# Written out, for the partial index: a bound parameter would hide it from the planner.
_NOTHING: Any = literal_column("''")


@dataclass(frozen=True, slots=True)
class Copy:
    """One delivery of a letter: its own number, that of its package, and the agency that it is for."""

    seq: int
    document_seq: int
    agency: str


@dataclass(frozen=True, slots=True)
class Letter:
    """All that one sender sent under one id, oldest first.

    ``owner`` is its sender where the directory knows it, ``codes`` all codes of that, and of whoever took over from it.
    ``kinds`` are the business types
    of its packages and ``about`` the ids of the letters that these take back or update.
    """

    key: str
    owner: Agency | None
    codes: frozenset[str]
    copies: tuple[Copy, ...]
    kinds: frozenset[str]
    about: tuple[str, ...]

    def recipients(self) -> frozenset[str]:
        """Give the agencies that it was sent to."""
        return frozenset(copy.agency for copy in self.copies)

    def copies_of(self, agency: str) -> tuple[Copy, ...]:
        """Give what one agency got of it."""
        return tuple(copy for copy in self.copies if copy.agency == agency)


@dataclass(frozen=True, slots=True)
class Said:
    """One status about a letter: the number of its package, its code, who sent it and the agencies that got it."""

    seq: int
    code: str
    reporter: str
    addressees: frozenset[str]


def key_of(document_id: str | None) -> str:
    """Give an id in the form in which ids are compared: NFC, without outer blanks; a very long one as its digest."""
    key = composed(document_id or "").strip()
    return key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def enter_keys(connection: Connection) -> None:
    """Give packages of a file from before there were such keys theirs."""
    without = (documents.c.document_key == "") & (func.length(documents.c.document_id) <= _LONGEST_KEY)
    connection.execute(update(documents).where(without).values(document_key=func.trim(documents.c.document_id)))


def letter(connection: Connection, document_id: str | None, sender: str, *, tenant: str) -> Letter | None:
    """Find the letter of that id: by preference that of ``sender`` (any code of it), else that which came last.

    ``tenant`` is the key of who asks: a tenant finds what it sent or received, the operator (``""``) everything.
    """
    key = key_of(document_id)
    if not key:
        return None
    query = (
        select(documents.c.seq, documents.c.from_code, documents.c.business_type, documents.c.target_key)
        .where(documents.c.document_key == key, documents.c.message_type == "edoc", documents.c.status_code == "")
        .where(visible(tenant or None))
        .order_by(documents.c.seq)
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    known = resolve(connection, {row.from_code for row in rows} | {sender}, closed=True)
    voices = voices_of(connection, known.get(sender), sender)
    if not any(row.from_code in voices for row in rows):
        voices = voices_of(connection, known.get(rows[-1].from_code), rows[-1].from_code)
    own = [row for row in rows if row.from_code in voices]
    return Letter(
        key,
        known.get(own[-1].from_code),
        voices,
        _copies(connection, own),
        frozenset(row.business_type for row in own),
        tuple(dict.fromkeys(row.target_key for row in own if row.target_key not in ("", key))),
    )


def codes_of(agency: Agency | None, code: str) -> frozenset[str]:
    """Give all codes of an agency, and of one that the directory does not know the ``code`` that named it."""
    return frozenset({code} if agency is None else {agency.code, agency.old_code} - {""})


def voices_of(connection: Connection, agency: Agency | None, code: str) -> frozenset[str]:
    """Give all codes by which an agency speaks: its own, and where it was closed those of its heir."""
    heir = succession.heir(connection, agency) if agency is not None and agency.deleted else None
    return codes_of(agency, code) | (codes_of(heir, heir.code) if heir is not None else frozenset())


def said(connection: Connection, about: Letter) -> list[Said]:
    """List what was reported of letters of that id, oldest first, with who got each report.

    What takes a letter back or updates it may have an id of its own; answers to it (15, 16) are about the letter too.
    """
    requests = select(documents.c.document_key).where(
        documents.c.target_key == about.key, documents.c.from_code.in_(about.codes), documents.c.target_key != _NOTHING
    )
    answers = documents.c.status_code.in_((AGREED, DECLINED)) & documents.c.document_key.in_(requests)
    query = (
        select(documents.c.seq, documents.c.status_code, documents.c.from_code, deliveries.c.agency)
        .join(deliveries, deliveries.c.document_seq == documents.c.seq)
        .where(((documents.c.document_key == about.key) & (documents.c.status_code != "")) | answers)
        .order_by(documents.c.seq)
    )
    found: dict[int, tuple[Any, set[str]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.seq, (row, set()))[1].add(row.agency)
    return [Said(row.seq, row.status_code, row.from_code, frozenset(agencies)) for row, agencies in found.values()]


def of_copy(reports: Iterable[Said], about: Letter, copy: Copy, recipient: Agency, voices: frozenset[str]) -> list[str]:
    """Give the codes about one copy, oldest first: what its recipient reported, and its sender's requests (13).

    ``voices`` are the codes by which the recipient speaks. A unit below it reports for it, unless it has a copy of its
    own.
    """
    others = about.recipients()

    def speaks(reporter: str) -> bool:
        return reporter in voices or (reporter not in others and below(reporter, recipient.code))

    return [
        each.code
        for each in reports
        if each.seq > copy.document_seq
        and (
            each.reporter in about.codes and not voices.isdisjoint(each.addressees)
            if each.code == RECALL
            else speaks(each.reporter) and (about.owner is None or not about.codes.isdisjoint(each.addressees))
        )
    ]


def asked(connection: Connection, about: Letter, *kinds: str) -> bool:
    """Whether the sender asked for something by a package: type 1 to take the letter back, type 2 to update it."""
    if about.kinds & {*kinds}:
        return True
    query = (
        select(documents.c.seq)
        .where(documents.c.target_key == about.key, documents.c.target_key != _NOTHING)
        .where(documents.c.business_type.in_(kinds))
        .where(documents.c.from_code.in_(about.codes))
        .limit(1)
    )
    return connection.execute(query).first() is not None


def state(history: Sequence[str]) -> str | None:
    """Give the state that a history leads to: a declined request (16) brings back what was before it."""
    now: str | None = None
    before: str | None = None
    for code in history:
        if code == DECLINED:
            now = before if now == RECALL else now
        else:
            before = now if code == RECALL and now != RECALL else before
            now = code
    return now


def _copies(connection: Connection, rows: Sequence[Any]) -> tuple[Copy, ...]:
    seqs = [row.seq for row in rows]
    found: list[Copy] = []
    for start in range(0, len(seqs), _CHUNK):
        query = (
            select(deliveries.c.seq, deliveries.c.document_seq, deliveries.c.agency)
            .where(deliveries.c.document_seq.in_(seqs[start : start + _CHUNK]))
            .order_by(deliveries.c.seq)
        )
        found += (Copy(*row) for row in connection.execute(query))
    return tuple(found)
