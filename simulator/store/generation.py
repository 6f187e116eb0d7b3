"""A number that tells every process of an axis that what it keeps in memory is out of date.

It is raised in the transaction that changes systems, rules, clock or tenants, so whoever sees the new number sees the
change as well.
"""

from __future__ import annotations

from sqlalchemy import Connection, String, cast, insert, select, update
from sqlalchemy.types import BigInteger

from simulator.store.tables import facts

NAME = "generation"
CURRENT = "SELECT value FROM facts WHERE name = 'generation'"

_RAISE = update(facts).where(facts.c.name == NAME).values(value=cast(cast(facts.c.value, BigInteger) + 1, String))


def bump(connection: Connection) -> None:
    """Say, in the caller's transaction, that what processes keep in memory is to be read anew."""
    connection.execute(_RAISE)


def begin_counting(connection: Connection) -> None:
    """Enter the number where there is none yet."""
    if connection.execute(select(facts.c.value).where(facts.c.name == NAME)).first() is None:
        connection.execute(insert(facts).values(name=NAME, value="1"))
