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
    rows = [{"system": system, "line": line(one, system, operation, index)} for one in fired]
    if rows:
        connection.execute(_ENTER, rows)


def page(connection: Connection, after: int, limit: int) -> list[dict[str, Any]]:
    """List the lines after a number, oldest first."""
    query = select(fault_log).where(fault_log.c.seq > after).order_by(fault_log.c.seq).limit(limit)
    return [{"seq": row.seq, "line": row.line} for row in connection.execute(query)]
