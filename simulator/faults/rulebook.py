"""The rules in force, and what is counted of them: in the store, so that all who answer requests agree."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Connection, Integer, delete, insert, select, text

from simulator.faults.encounter import Encounter
from simulator.faults.rules import Rule, row_of, rule_from_json
from simulator.store.generation import bump
from simulator.store.hot import Hot
from simulator.store.store import Store
from simulator.store.tables import facts, fault_rules

_SEED = "faults-seed"
CONTROL, FILE = "control", "file"
"""Who gave a rule: somebody through the control API, or the file that the axis was started with."""

# One statement, the same in SQLite and PostgreSQL: no other process comes between looking and counting.
_NEXT = Hot(
    text(
        "INSERT INTO ordinals (system, operation, count) VALUES (:system, :operation, 1) "
        "ON CONFLICT (system, operation) DO UPDATE SET count = ordinals.count + 1 RETURNING count"
    ).columns(count=Integer)
)


class Faults:
    """The rules in force and the seed of their schedule."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rules: tuple[Rule, ...] = ()
        self._seed = 0

    def load(self, connection: Connection) -> None:
        """Read rules and seed anew; to be called after whatever changes them was committed."""
        rows = connection.execute(select(fault_rules).order_by(fault_rules.c.position))
        self._rules = tuple(rule_from_json(json.loads(row.rule), row.tenant) for row in rows)
        seed = connection.execute(select(facts.c.value).where(facts.c.name == _SEED)).scalar()
        self._seed = int(seed or 0)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, in the order in which they were given."""
        return self._rules

    @property
    def seed(self) -> int:
        """What the schedule draws by, where a rule has no seed of its own."""
        return self._seed

    async def encounter(self, system: str | None, operation: str) -> Encounter | None:
        """Count a request and see which rules it meets; ``None``, and nothing counted, where none is for its like.

        ``system`` is who sends it for certain: a request without a valid signature counts for nobody.
        """
        if not self._rules:
            return None
        rules = tuple(rule for rule in self._rules if rule.concerns(system, operation))
        if not rules:
            return None
        index = await self._store.write(lambda connection: next_ordinal(connection, system, operation))
        return Encounter(self._store, rules, seed=self._seed, system=system, operation=operation, index=index)


def next_ordinal(connection: Connection, system: str | None, operation: str) -> int:
    """Count a request of this (system, operation) pair and give its number, from 1."""
    return int(_NEXT.first(connection, {"system": system or "", "operation": operation})[0])


def begin(connection: Connection, rules: Iterable[Rule], seed: int) -> None:
    """Enter the seed, and the rules of the file that an axis is started with in the place of an earlier start's."""
    bump(connection)
    connection.execute(delete(facts).where(facts.c.name == _SEED))
    connection.execute(insert(facts).values(name=_SEED, value=str(seed)))
    connection.execute(delete(fault_rules).where(fault_rules.c.origin == FILE))
    for rule in rules:
        put_rule(connection, rule, origin=FILE)


def put_rule(connection: Connection, rule: Rule, *, origin: str = CONTROL) -> bool:
    """Enter a rule or replace the one with its id, which then counts from zero again; tells whether it is new."""
    known = delete_rules(connection, rule.id, tenant=rule.tenant)  # which tells every process
    values = {"id": rule.row, "rule": json.dumps(rule.to_json()), "origin": origin, "tenant": rule.tenant}
    connection.execute(insert(fault_rules).values(values))
    return not known


def put_rules(connection: Connection, rules: Iterable[Rule], *, tenant: str = "") -> None:
    """Put these rules in the place of all that a tenant, or the operator, has. They count from zero."""
    delete_rules(connection, tenant=tenant)
    for rule in rules:
        put_rule(connection, rule)


def delete_rules(connection: Connection, rule_id: str | None = None, *, tenant: str = "") -> int:
    """Remove one rule of a tenant, or of the operator, or all; tells how many there were."""
    bump(connection)
    query = delete(fault_rules).where(fault_rules.c.tenant == tenant)
    if rule_id is not None:
        query = query.where(fault_rules.c.id == row_of(tenant, rule_id))
    return connection.execute(query).rowcount


def delete_rules_of(connection: Connection, system_id: str) -> None:
    """Remove the rules that are for one system only."""
    for row in connection.execute(select(fault_rules.c.id, fault_rules.c.rule)).all():
        if rule_from_json(json.loads(row.rule)).match.system == system_id:
            connection.execute(delete(fault_rules).where(fault_rules.c.id == row.id))
