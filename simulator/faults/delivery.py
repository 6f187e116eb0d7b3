"""Lies of the queue: what a receiver is shown of what waits for it, and packages that reach nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from simulator import queues
from simulator.directory import resolve
from simulator.faults import kinds
from simulator.faults.encounter import Encounter
from simulator.faults.rules import Rule
from simulator.store.tables import deliveries

_COPY = deliveries.c.receiver_id == bindparam("of_id")
_WITHHOLD = update(deliveries).where(_COPY).values(system_id=None)
_AGENCY = select(deliveries.c.agency).where(_COPY)


def listed(
    connection: Connection, encounter: Encounter, rows: Sequence[Row[Any]], *, system: str, kind: str, at: int
) -> list[Row[Any]]:
    """Give the entries that a list shows in the place of ``rows``, oldest first.

    A rule fires, and is named, only where it changes something.
    """
    shown = list(rows)
    for rule in encounter.of(kinds.DUPLICATE_LISTING):
        known = {row.receiver_id for row in shown}
        match = rule.match
        settled = queues.settled(connection, system, kind, document=match.document, agency=match.agency)
        repeated = [row for row in settled if row.receiver_id not in known]
        if repeated and encounter.fire_in(connection, rule):
            shown += repeated
    for rule in encounter.of(kinds.DELAYED_DELIVERY):
        shown = _without(
            connection, encounter, rule, shown, {row.receiver_id for row in shown if _young(rule, row, at)}
        )
    for rule in encounter.of(kinds.DROPPED_DELIVERY):
        shown = _without(connection, encounter, rule, shown, {row.receiver_id for row in shown})
    return sorted(shown, key=lambda row: int(row.seq))


def counted(connection: Connection, encounter: Encounter, rows: Sequence[Row[Any]], at: int) -> int:
    """Count what waits, without what is not there yet."""
    shown = list(rows)
    for rule in encounter.of(kinds.DELAYED_DELIVERY):
        shown = _without(
            connection, encounter, rule, shown, {row.receiver_id for row in shown if _young(rule, row, at)}
        )
    return len(shown)


def newest_first(connection: Connection, encounter: Encounter, shown: int) -> bool:
    """Tell whether a list of so many entries is turned round."""
    rules = encounter.of(kinds.REORDERED_DELIVERY) if shown > 1 else []
    return any(encounter.fire_in(connection, rule) for rule in rules)


def withhold_by(connection: Connection, encounter: Encounter, receiver_ids: Sequence[str]) -> None:
    """Let copies of a package that was just accepted reach nobody: those for the agency of a rule, or all.

    They stay in what the sender sees, as ``initial``, like those for an agency that no system serves.
    """
    for rule in encounter.of(kinds.NEVER_DELIVERED):
        if encounter.fire_in(connection, rule):
            for receiver_id in _for_agency(connection, rule, receiver_ids) or receiver_ids:
                connection.execute(_WITHHOLD, {"of_id": receiver_id})


def _for_agency(connection: Connection, rule: Rule, receiver_ids: Sequence[str]) -> list[str]:
    """Choose the copies for the agency of a rule; none where it names none, or the sender's."""
    own = _own_code(connection, rule)
    if own is None:
        return []
    found = {one: connection.execute(_AGENCY, {"of_id": one}).scalar() for one in receiver_ids}
    return [one for one, agency in found.items() if agency == own]


def _young(rule: Rule, row: Row[Any], at: int) -> bool:
    return bool(row.created_at + 1000 * rule.argument("seconds") > at)


def _without(
    connection: Connection, encounter: Encounter, rule: Rule, rows: list[Row[Any]], hidden: set[str]
) -> list[Row[Any]]:
    """Leave out the entries that a rule hides, of those that it is for."""
    own = _own_code(connection, rule)
    document = rule.match.document
    left = [
        row
        for row in rows
        if row.receiver_id not in hidden
        or (own is not None and row.agency != own)
        or (document is not None and row.document_id != document)
    ]
    return left if len(left) < len(rows) and encounter.fire_in(connection, rule) else rows


def _own_code(connection: Connection, rule: Rule) -> str | None:
    """Give the directory's own code of the agency that a rule is for."""
    code = rule.match.agency
    if code is None:
        return None
    known = resolve(connection, [code], closed=True).get(code)
    return code if known is None else known.code
