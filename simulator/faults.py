"""Named lies and disturbances, each a switch that is off until a rule turns it on.

A rule matches requests by system, operation, agency, document and ordinal; the ordinal is that of the request among all
requests of its (system, operation) pair, counted in the store. How often a rule fired is counted there too, so that
``times`` holds however many requests come at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from protocol.wire.operations import Operation
from simulator.store.store import Store
from simulator.store.tables import fault_rules, ordinals

MAX_DELAY = 600.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One fault: what it breaks is said in the registry of faults. ``processed`` tells whether the request is done."""

    name: str
    processed: bool
    answers: bool = True


LATENCY = Kind("latency", processed=True)
RESET_BEFORE = Kind("reset-before", processed=False, answers=False)
RESET_AFTER = Kind("reset-after", processed=True, answers=False)
HTML_502 = Kind("html-502", processed=False)
HTML_200 = Kind("html-200", processed=False)
EMPTY_200 = Kind("empty-200", processed=False)
DUPLICATE_LISTING = Kind("duplicate-listing", processed=True)
SILENT_EXPECT = Kind("silent-expect", processed=True)
KINDS = {
    kind.name: kind
    for kind in (
        LATENCY,
        RESET_BEFORE,
        RESET_AFTER,
        HTML_502,
        HTML_200,
        EMPTY_200,
        DUPLICATE_LISTING,
        SILENT_EXPECT,
    )
}
WITHOUT_PARTIES = frozenset(
    {
        Operation.AGENCIES,
        Operation.AGENCIES_QD20,
        Operation.UNITS,
        Operation.REGISTER_AGENCY,
        Operation.DELETE_AGENCY,
    }
)
"""Operations on the directory: nobody sends or receives by them, so no agency is there to match."""
# These act elsewhere than on the answer: while the body is awaited, and inside the list.
_BESIDE = {DUPLICATE_LISTING.name, SILENT_EXPECT.name}

# Built once: making a statement costs more than running it, and this one runs with every request.
_PAIR = (ordinals.c.system == bindparam("of_system")) & (ordinals.c.operation == bindparam("of_operation"))
_RAISE = update(ordinals).where(_PAIR).values(count=ordinals.c.count + 1)
_ORDINAL = select(ordinals.c.count).where(_PAIR)
_START = insert(ordinals)


class RuleError(ValueError):
    """A rule cannot be used; the text names field, rule and fix."""


@dataclass(frozen=True, slots=True)
class Match:
    """Which requests a rule is for; what is ``None`` matches everything. ``nth`` counts from 1."""

    system: str | None = None
    operation: str | None = None
    agency: str | None = None
    document: str | None = None
    nth: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``times`` is how many matching requests it disturbs, ``None`` for all until it is removed."""

    id: str
    fault: str
    match: Match = Match()
    times: int | None = None
    args: dict[str, Any] = field(default_factory=dict, hash=False)

    def seconds(self) -> float:
        """Give the delay that ``latency`` makes."""
        return float(self.args.get("seconds", 0))

    def to_json(self) -> dict[str, Any]:
        """Give the rule as the control API shows it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What is to happen to one request: a delay first, then a lie (or none). ``names`` are the faults that fired."""

    delay: float = 0.0
    kind: Kind | None = None
    names: tuple[str, ...] = ()


UNDISTURBED = Disturbance()


class Faults:
    """The rules in force."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rules: tuple[Rule, ...] = ()

    def load(self, connection: Connection) -> None:
        """Read the rules anew; to be called after whatever changes them was committed."""
        rows = connection.execute(select(fault_rules.c.rule).order_by(fault_rules.c.position)).scalars()
        self._rules = tuple(_from_json(json.loads(row)) for row in rows)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, in the order in which they were given."""
        return self._rules

    def candidates(self, system: str | None, operation: str) -> tuple[Rule, ...]:
        """Give the rules that a request of this system and operation may meet."""
        if not self._rules:
            return ()
        return tuple(
            rule
            for rule in self._rules
            if rule.match.system in (None, system) and rule.match.operation in (None, operation)
        )

    async def silence(self, candidates: tuple[Rule, ...], ordinal: int | None) -> bool:
        """Whether the interim answer to ``Expect: 100-continue`` is to be withheld (H-T01)."""
        for rule in candidates:
            if rule.fault == SILENT_EXPECT.name and rule.match.nth in (None, ordinal) and await self._fire(rule):
                return True
        return False

    async def disturbance(
        self, candidates: tuple[Rule, ...], ordinal: int | None, agencies: Iterable[str], document: str | None
    ) -> Disturbance:
        """Decide what happens to a request. Delays add up; the first other fault that matches wins."""
        delay, kind, names = 0.0, None, []
        known = set(agencies)
        for rule in candidates:
            if rule.fault in _BESIDE or not _meets(rule.match, known, document, ordinal):
                continue
            if (kind is not None and rule.fault != LATENCY.name) or not await self._fire(rule):
                continue
            names.append(rule.fault)
            if rule.fault == LATENCY.name:
                delay += rule.seconds()
            else:
                kind = KINDS[rule.fault]
        return Disturbance(delay, kind, tuple(names)) if names else UNDISTURBED

    def repeating(self, system: str | None, operation: str, ordinal: int | None) -> tuple[Rule, ...]:
        """Give the rules by which a list may show again what was acknowledged; ``fire`` them when it does."""
        return tuple(
            rule
            for rule in self.candidates(system, operation)
            if rule.fault == DUPLICATE_LISTING.name and rule.match.nth in (None, ordinal)
        )

    async def _fire(self, rule: Rule) -> bool:
        """Count one use of a rule; false when it is used up or gone."""
        return rule.times is None or await self._store.write(lambda connection: fire(connection, rule))


def fire(connection: Connection, rule: Rule) -> bool:
    """Count one use of a rule; false when it is used up or gone."""
    if rule.times is None:
        return True
    done = connection.execute(
        update(fault_rules)
        .where(fault_rules.c.id == rule.id, fault_rules.c.fired < rule.times)
        .values(fired=fault_rules.c.fired + 1)
    )
    return done.rowcount == 1


def next_ordinal(connection: Connection, system: str | None, operation: str) -> int:
    """Count a request of this (system, operation) pair and give its number, from 1."""
    pair = {"of_system": system or "", "of_operation": operation}
    if connection.execute(_RAISE, pair).rowcount == 0:
        connection.execute(_START, {"system": system or "", "operation": operation, "count": 1})
        return 1
    return int(connection.execute(_ORDINAL, pair).scalar_one())


def put_rule(connection: Connection, rule: Rule) -> bool:
    """Enter a rule or replace the one with its id, which then counts from zero again; tells whether it is new."""
    known = delete_rules(connection, rule.id)
    connection.execute(insert(fault_rules).values(id=rule.id, rule=json.dumps(rule.to_json())))
    return not known


def put_rules(connection: Connection, rules: Iterable[Rule]) -> None:
    """Put these rules in the place of all that are there. They count from zero."""
    delete_rules(connection)
    for rule in rules:
        put_rule(connection, rule)


def delete_rules(connection: Connection, rule_id: str | None = None) -> int:
    """Remove one rule, or all; tells how many there were."""
    query = delete(fault_rules)
    return connection.execute(query if rule_id is None else query.where(fault_rules.c.id == rule_id)).rowcount


def delete_rules_of(connection: Connection, system_id: str) -> None:
    """Remove the rules that are for one system only."""
    for row in connection.execute(select(fault_rules.c.id, fault_rules.c.rule)).all():
        if _from_json(json.loads(row.rule)).match.system == system_id:
            delete_rules(connection, row.id)


def checked(rules: Iterable[Rule]) -> list[Rule]:
    """Give the rules back when all of them can be used together; raises ``RuleError``."""
    found: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in found:
            raise RuleError(f"id: {rule.id!r} stands twice; give each rule an id of its own")
        found[rule.id] = usable(rule)
    return list(found.values())


def usable(rule: Rule) -> Rule:
    """Give the rule back when it can be used; raises ``RuleError``."""
    if rule.fault not in KINDS:
        raise RuleError(f"fault: {rule.fault!r} is unknown; there are {', '.join(KINDS)}")
    operations = {operation.value for operation in Operation}
    if rule.match.operation is not None and rule.match.operation not in operations:
        raise RuleError(f"match.operation: {rule.match.operation!r} is unknown; there are {', '.join(operations)}")
    if rule.match.agency is not None and rule.match.operation in WITHOUT_PARTIES:
        raise RuleError(
            f"match.agency: {rule.match.operation} is about no agency's post; match by system, operation and nth only"
        )
    if rule.fault == SILENT_EXPECT.name and (rule.match.document or rule.match.agency):
        raise RuleError("match: silent-expect acts before the body is read; match by system, operation and nth only")
    wanted = {"seconds"} if rule.fault == LATENCY.name else set()
    if set(rule.args) != wanted:
        raise RuleError(f"args: {rule.fault} takes {'seconds and nothing else' if wanted else 'no arguments'}")
    if wanted:
        seconds = rule.args["seconds"]
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_DELAY:
            raise RuleError(f"args.seconds: a number from 0 to {MAX_DELAY:g} is needed")
    return rule


def _meets(match: Match, agencies: set[str], document: str | None, ordinal: int | None) -> bool:
    return (
        (match.agency is None or match.agency in agencies)
        and (match.document is None or match.document == document)
        and match.nth in (None, ordinal)
    )


def _from_json(value: dict[str, Any]) -> Rule:
    return Rule(value["id"], value["fault"], Match(**value["match"]), value["times"], value["args"])
