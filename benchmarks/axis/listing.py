"""Listing what waits: 50 packages in a store of 1,000,000 and in one of 10,000."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.axis.accepting import OK, Plan, sender
from benchmarks.axis.asking import SYSTEM, letters, polling
from benchmarks.axis.load import load
from benchmarks.axis.rounds import Row, alternating, compared
from benchmarks.axis.servers import axis

PENDING, FEW, MANY = 50, 10_000, 1_000_000
_AT_ONCE = 300
_BATCH = 20_000
# What the first letter of the axis looks like in the store, again and again under numbers of its own, and settled.
_COPY = """
WITH RECURSIVE numbers(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
"""


def listing(plan: Plan) -> Iterator[Row]:
    """List 50 pending of both, over HTTP; the ratio is that of the times."""
    folders = {"few": plan.folder / "few", "many": plan.folder / "many"}
    for name, rows in (("few", FEW), ("many", MANY)):
        _populate(folders[name], rows)
    with axis(folders["few"]) as few, axis(folders["many"]) as many:
        competitors = {"1,000,000 rows": _timed(many.port), "10,000 rows": _timed(few.port)}
        found = alternating(competitors, plan.rounds)
    notes: dict[str, object] = {"pending": PENDING}
    yield compared(
        "list 50 pending",
        "ms",
        found,
        "1,000,000 rows",
        "10,000 rows",
        goal=1.2,
        at_most=True,
        notes=notes,
    )


def _timed(port: int) -> Callable[[int], float]:
    state = {"used": 0}

    def measure(_: int) -> float:
        requests = [polling(state["used"] + index) for index in range(_AT_ONCE)]
        state["used"] += _AT_ONCE
        return 1000 / load(port, requests, OK, connections=1).rate

    return measure


def _populate(folder: Path, rows: int) -> None:
    """Let an axis accept what is to wait, and multiply the settled first letter in its store."""
    make = sender(letters(3_000))
    with axis(folder) as server:
        load(server.port, [make(number) for number in range(PENDING + 1)], OK)
        time.sleep(0.5)
    with contextlib.closing(sqlite3.connect(folder / "axis.sqlite3", isolation_level=None)) as store:
        first = store.execute("SELECT min(seq) FROM deliveries").fetchone()[0]
        store.execute("UPDATE deliveries SET state = 'done' WHERE seq = ?", (first,))
        for table, unique in (("documents", ("sender_id", "request_key")), ("deliveries", ("receiver_id",))):
            _multiply(store, table, unique, rows)
        waiting = "SELECT count(*) FROM deliveries WHERE system_id = ? AND state = 'initial'"
        assert store.execute(waiting, (SYSTEM,)).fetchone()[0] == PENDING
        store.execute("ANALYZE")


def _multiply(store: sqlite3.Connection, table: str, unique: tuple[str, ...], rows: int) -> None:
    """Copy the first row of a table; numbers of rows count on, and what must be unique ends in its number."""
    columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
    made = {"seq": "n", "document_seq": "n"} | {name: f"substr({name}, 1, 12) || printf('%012d', n)" for name in unique}
    values = ", ".join(made.get(column, column) for column in columns)
    last = store.execute(f"SELECT max(seq) FROM {table}").fetchone()[0]
    for start in range(last + 1, rows + 1, _BATCH):
        end = min(start + _BATCH - 1, rows)
        store.execute("BEGIN")
        store.execute(
            f"{_COPY} INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM numbers, "
            f"(SELECT * FROM {table} ORDER BY seq LIMIT 1)",
            {"first": start, "last": end},
        )
        store.execute("COMMIT")
