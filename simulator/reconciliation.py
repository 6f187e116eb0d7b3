"""Reads the axis's account of a correspondence, and puts the other two into its terms: own codes, comparable ids."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from simulator.correspondence import OUTCOMES, Claim, Entry, Held, Outcome, Pair, compare
from simulator.directory import resolve
from simulator.histories import key_of
from simulator.queues import Period
from simulator.store.tables import agencies, deliveries, documents, exchanges

MOST_COPIES = 200_000
_CHUNK = 500
_EVIDENCE = ("sendEdoc", "inject", "getEdoc", "downloadEdoc", "updateStatus")
_MOST_EVIDENCE = 20
_PAGE = 5_000


class TooManyCopies(Exception):  # noqa: N818 - says what was found
    """The axis holds more than ``MOST_COPIES`` in the period."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be reconciled: copies of a period, of one sending system, for some receiving systems, or of all.

    ``sent`` and ``received`` are ``None`` where nobody was asked.
    """

    period: Period
    message_type: str = "edoc"
    system: str | None = None
    receivers: tuple[str, ...] | None = None
    sent: tuple[Claim, ...] | None = None
    received: tuple[Claim, ...] | None = None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """All entries in order, how many came to each outcome, and the exchanges that show it, by number in ``entries``."""

    entries: tuple[Entry, ...]
    counts: dict[Outcome, int]
    evidence: dict[int, list[int]]


def reconcile(connection: Connection, question: Question) -> Reconciliation:
    """Hold the three accounts against each other. Raises ``TooManyCopies``."""
    rows = _held(connection, _scope(question), MOST_COPIES + 1)
    if len(rows) > MOST_COPIES:
        raise TooManyCopies
    rows += _beyond(connection, question, rows)
    claims = [*(question.sent or ()), *(question.received or ())]
    codes = {code for claim in claims for code in (claim.sender, claim.recipient) if code}
    known = resolve(connection, codes | {row.from_code for row in rows}, closed=True)

    def own(code: str) -> str:
        return known[code].code if code in known else code

    def pairs(given: Iterable[Claim]) -> list[tuple[Pair, Claim]]:
        return [((key_of(each.document_id), own(each.sender), own(each.recipient)), each) for each in given]

    held = [((row.document_key, own(row.from_code), row.agency), _copy(row)) for row in rows]
    entries = tuple(
        compare(
            held,
            None if question.sent is None else pairs(question.sent),
            None if question.received is None else pairs(question.received),
        )
    )
    found = Counter(entry.outcome for entry in entries)
    counts: dict[Outcome, int] = {outcome: found[outcome] for outcome in OUTCOMES}
    return Reconciliation(entries, counts, _evidence(connection, entries))


def _scope(question: Question) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [_in_question(question)]
    if question.period.start is not None:
        conditions.append(documents.c.at >= question.period.start)
    if question.period.end is not None:
        conditions.append(documents.c.at < question.period.end)
    return and_(*conditions)


def _in_question(question: Question) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [
        documents.c.message_type == question.message_type,
        documents.c.document_key != "",
    ]
    if question.system is not None:
        # What was injected in the name of a system has none; its codes tell.
        own = [
            documents.c.from_code.in_(select(column).where(agencies.c.system_id == question.system))
            for column in (agencies.c.code, agencies.c.old_code)
        ]
        conditions.append(or_(documents.c.system_id == question.system, *own))
    if question.receivers is not None:
        conditions.append(deliveries.c.system_id.in_(question.receivers))
    return and_(*conditions)


def _held(connection: Connection, scope: ColumnElement[bool], most: int) -> list[Any]:
    columns = [documents.c[name] for name in ("document_key", "document_id", "from_code", "sender_id", "at")]
    copy = [deliveries.c[name] for name in ("agency", "receiver_id", "state", "fetched", "business_status")]
    query = (
        select(*columns, *copy)
        .join(deliveries, deliveries.c.document_seq == documents.c.seq)
        .where(scope)
        .order_by(deliveries.c.seq)
        .limit(most)
    )
    return list(connection.execute(query))


def _beyond(connection: Connection, question: Question, rows: Sequence[Any]) -> list[Any]:
    """Find what is claimed and was accepted before or after the period: a clock that is off loses no letter."""
    there = {row.document_key for row in rows}
    claims = (*(question.sent or ()), *(question.received or ()))
    wanted = list(dict.fromkeys(key for claim in claims if (key := key_of(claim.document_id)) not in there))
    found: list[Any] = []
    for start in range(0, len(wanted), _CHUNK):
        named = documents.c.document_key.in_(wanted[start : start + _CHUNK])
        found += _held(connection, and_(named, _in_question(question)), MOST_COPIES)
    return found


def _copy(row: Any) -> Held:
    return Held(
        row.document_id,
        row.from_code,
        row.agency,
        row.sender_id,
        row.receiver_id,
        row.at,
        row.state,
        row.fetched,
        row.business_status,
    )


def _evidence(connection: Connection, entries: Sequence[Entry]) -> dict[int, list[int]]:
    """Find the exchanges about what did not agree, in one pass over the journal, at most twenty for each."""
    about_letter: defaultdict[str, list[int]] = defaultdict(list)
    about_copy: dict[str, int] = {}
    for number, entry in enumerate(entries):
        if entry.outcome != "agreed":
            about_letter[key_of(entry.document_id)].append(number)
            about_copy.update((copy.receiver_id, number) for copy in entry.accounts.held)
    found: defaultdict[int, list[int]] = defaultdict(list)
    if not about_letter:
        return found
    for row in _journal(connection):
        if row.receiver_id:
            copy = row.receiver_id.lower()
            numbers = [about_copy[copy]] if copy in about_copy else []
        else:
            numbers = about_letter.get(key_of(row.document_id), [])
        for each in numbers:
            if len(found[each]) < _MOST_EVIDENCE:
                found[each].append(row.seq)
    return found


def _journal(connection: Connection) -> Iterator[Any]:
    """Give the exchanges that tell what became of letters, oldest first, some at a time."""
    columns = [exchanges.c[name] for name in ("seq", "document_id", "receiver_id")]
    query = select(*columns).where(exchanges.c.operation.in_(_EVIDENCE), exchanges.c.document_id.is_not(None))
    last = 0
    while rows := connection.execute(query.where(exchanges.c.seq > last).order_by(exchanges.c.seq).limit(_PAGE)).all():
        yield from rows
        last = rows[-1].seq
