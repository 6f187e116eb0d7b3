"""Reads the axis's account of a correspondence, and puts the other two into its terms: own codes, comparable ids."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select, true

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
    """Hold the three accounts against each other. Raises ``TooManyCopies``.

    A claim about a copy that the axis holds and nobody asked about is left out: another sender's, another receiver's.
    """
    rows = _held(connection, _scope(question), MOST_COPIES + 1)
    if len(rows) > MOST_COPIES:
        raise TooManyCopies
    claims = [*(question.sent or ()), *(question.received or ())]
    codes = {code for claim in claims for code in (claim.sender, claim.recipient) if code}
    known = resolve(connection, codes | {row.from_code for row in rows}, closed=True)

    def own(code: str) -> str:
        return known[code].code if code in known else code

    def pair_of(row: Any) -> Pair:
        return row.document_key, own(row.from_code), row.agency

    held = [(pair_of(row), _copy(row)) for row in rows]
    there = _names(pair for pair, _ in held)
    told = {_pair(claim, own) for claim in claims} - there
    more = _beyond(connection, question, told)
    known |= resolve(connection, {row.from_code for row in more}, closed=True)
    more = [row for row in more if not told.isdisjoint(_names([pair_of(row)]))]
    held += [(pair_of(row), _copy(row)) for row in more if row.asked]
    others = _names(pair_of(row) for row in more if not row.asked) - _names(pair for pair, _ in held)

    def pairs(given: Iterable[Claim]) -> list[tuple[Pair, Claim]]:
        said = ((_pair(each, own), each) for each in given)
        return [(pair, each) for pair, each in said if pair not in others]

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


def _pair(claim: Claim, own: Callable[[str], str]) -> Pair:
    return key_of(claim.document_id), own(claim.sender), own(claim.recipient)


def _names(pairs: Iterable[Pair]) -> set[Pair]:
    """Give pairs as claims may name them: with their sender, or without."""
    return {(letter, named, recipient) for letter, sender, recipient in pairs for named in (sender, "")}


def _scope(question: Question) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [_asked(question), *_kind(question)]
    if question.period.start is not None:
        conditions.append(documents.c.at >= question.period.start)
    if question.period.end is not None:
        conditions.append(documents.c.at < question.period.end)
    return and_(*conditions)


def _kind(question: Question) -> list[ColumnElement[bool]]:
    return [documents.c.message_type == question.message_type, documents.c.document_key != ""]


def _asked(question: Question) -> ColumnElement[bool]:
    """Whether a copy is of the sending system and for the receiving ones that the question is about."""
    conditions: list[ColumnElement[bool]] = [true()]
    if question.system is not None:
        # What was injected in the name of a system has none; its codes tell.
        own = [
            documents.c.from_code.in_(select(column).where(agencies.c.system_id == question.system))
            for column in (agencies.c.code, agencies.c.old_code)
        ]
        conditions.append(or_(documents.c.system_id == question.system, *own))
    if question.receivers is not None:
        # A copy that reaches nobody has no system; its agency tells whom it was for.
        theirs = select(agencies.c.code).where(agencies.c.system_id.in_(question.receivers))
        unserved = deliveries.c.system_id.is_(None) & deliveries.c.agency.in_(theirs)
        conditions.append(or_(deliveries.c.system_id.in_(question.receivers), unserved))
    return and_(*conditions)


def _held(
    connection: Connection, scope: ColumnElement[bool], most: int, asked: ColumnElement[bool] | None = None
) -> list[Any]:
    columns = [documents.c[name] for name in ("document_key", "document_id", "from_code", "sender_id", "at")]
    copy = [deliveries.c[name] for name in ("agency", "receiver_id", "state", "fetched", "business_status")]
    query = (
        select(*columns, *copy, case((true() if asked is None else asked, 1), else_=0).label("asked"))
        .join(deliveries, deliveries.c.document_seq == documents.c.seq)
        .where(scope)
        .order_by(deliveries.c.seq)
        .limit(most)
    )
    return list(connection.execute(query))


def _beyond(connection: Connection, question: Question, told: Iterable[Pair]) -> list[Any]:
    """Find what is claimed and was accepted before or after the period: a clock that is off loses no letter.

    Also what is claimed and not asked for, marked so: of another sender, or for another receiver.
    """
    wanted = list(dict.fromkeys(letter for letter, _, _ in told))
    asked = _asked(question)
    found: list[Any] = []
    for start in range(0, len(wanted), _CHUNK):
        named = documents.c.document_key.in_(wanted[start : start + _CHUNK])
        found += _held(connection, and_(named, *_kind(question)), MOST_COPIES, asked)
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
