"""The log of faults: one line for each that fired, written with the journal entry of the request that it disturbed.

A line holds nothing that differs between two runs of the same requests with the same seed: no time, no number of the
journal. So two logs can be compared byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select

from simulator.directory import tenant_in
from simulator.faults.rules import Rule
from simulator.store.tables import fault_log

_ENTER = insert(fault_log)


@dataclass(frozen=True, slots=True)
class Fired:
    """One fault that fired, by which rule; ``drawn`` is what the schedule chose, such as a delay."""

    rule: Rule
    drawn: Mapping[str, Any] = field(default_factory=dict, hash=False)


def line(fired: Fired, system: str | None, operation: str, index: int) -> str:
    """Write one fault in its canonical form: JSON in ASCII, members in this order, arguments sorted."""
    content: dict[str, Any] = {
        "operation": operation,
        "system": system,
        "index": index,
        "rule": fired.rule.id,
        "fault": fired.rule.fault,
        "args": dict(sorted(fired.rule.args.items())),
        **fired.drawn,
    }
    return json.dumps(content, ensure_ascii=True, separators=(",", ":"))


def record(connection: Connection, fired: Sequence[Fired], system: str | None, operation: str, index: int) -> None:
    """Enter what fired for one request, in the order in which it fired."""
    if fired:
        tenant = (tenant_in(connection, system) if system is not None else None) or ""
        lines = [line(one, system, operation, index) for one in fired]
        connection.execute(_ENTER, [{"system": system, "line": each, "tenant": tenant} for each in lines])


def page(connection: Connection, after: int, limit: int, tenant: str | None = None) -> list[dict[str, Any]]:
    """List the lines after a number, oldest first; for a tenant those about its own systems."""
    query = select(fault_log).where(fault_log.c.seq > after).order_by(fault_log.c.seq).limit(limit)
    if tenant is not None:
        query = query.where(fault_log.c.tenant == tenant)
    return [{"seq": row.seq, "line": row.line} for row in connection.execute(query)]
