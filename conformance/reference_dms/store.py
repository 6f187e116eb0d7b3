"""The database of one reference DMS: SQLite in WAL mode, one connection, one writer.

Everything that must survive a crash goes through ``Store.transaction``: what was received is committed before it is
acknowledged, and what is sent is committed, signed and ready, before its first byte leaves.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS delivery (
    receiver_id TEXT PRIMARY KEY,
    message_type TEXT NOT NULL,
    outcome TEXT NOT NULL,
    description TEXT,
    at TEXT NOT NULL,
    run TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS incoming (
    entry INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation TEXT NOT NULL,
    issuer TEXT NOT NULL,
    document_id TEXT NOT NULL,
    document_key TEXT NOT NULL,
    code TEXT NOT NULL,
    number TEXT NOT NULL,
    notation TEXT NOT NULL,
    year TEXT NOT NULL,
    promulgation_date TEXT,
    shown TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    previous_state TEXT,
    recall_reason TEXT,
    arrival_year INTEGER,
    arrival_number INTEGER,
    arrived_at TEXT NOT NULL,
    refusal_category TEXT,
    refusal_text TEXT,
    run TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS incoming_document ON incoming (document_key, issuer);
CREATE INDEX IF NOT EXISTS incoming_number ON incoming (issuer, number, year);
CREATE TABLE IF NOT EXISTS package (
    entry INTEGER NOT NULL REFERENCES incoming (entry) ON DELETE CASCADE,
    content BLOB NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS package_entry ON package (entry);
CREATE TABLE IF NOT EXISTS warning (
    entry INTEGER NOT NULL REFERENCES incoming (entry) ON DELETE CASCADE,
    category TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS warning_entry ON warning (entry);
CREATE TABLE IF NOT EXISTS verification (
    entry INTEGER NOT NULL REFERENCES incoming (entry) ON DELETE CASCADE,
    sha256 TEXT NOT NULL,
    signatures TEXT NOT NULL,
    evidence TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS verification_entry ON verification (entry);
CREATE TABLE IF NOT EXISTS early_recall (
    document_key TEXT NOT NULL,
    issuer TEXT NOT NULL,
    reason TEXT NOT NULL,
    run TEXT NOT NULL,
    PRIMARY KEY (document_key, issuer)
);
CREATE TABLE IF NOT EXISTS outgoing (
    document_key TEXT PRIMARY KEY,
    document_id TEXT NOT NULL,
    sender TEXT NOT NULL,
    code TEXT NOT NULL,
    promulgation_date TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    run TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS recipient (
    document_key TEXT NOT NULL REFERENCES outgoing (document_key) ON DELETE CASCADE,
    code TEXT NOT NULL,
    state TEXT NOT NULL,
    status_code TEXT,
    at TEXT,
    text TEXT,
    recall_requested INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (document_key, code)
);
CREATE TABLE IF NOT EXISTS status_received (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    document_key TEXT NOT NULL,
    recipient TEXT NOT NULL,
    code TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    text TEXT,
    at TEXT NOT NULL,
    run TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS status_of ON status_received (document_key, recipient);
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    thread TEXT NOT NULL,
    message_type TEXT NOT NULL,
    document_key TEXT NOT NULL,
    sender TEXT NOT NULL,
    step TEXT NOT NULL,
    body BLOB NOT NULL,
    signed TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting',
    error TEXT,
    run TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS outbox_waiting ON outbox (thread, id) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS history (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    document_key TEXT,
    document_id TEXT,
    organisation TEXT,
    event TEXT NOT NULL,
    detail TEXT,
    run TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS history_document ON history (document_key);
"""

_RUN_TABLES = ("delivery", "incoming", "early_recall", "outgoing", "status_received", "outbox", "history")


class Store:
    """The registers of one DMS in one SQLite file. Not for use by several threads at once.

    ``durable`` says whether what is committed must survive a power cut, not only the end of the process.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        # Opened where the DMS is made, used in the thread of its event loop only.
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        # FULL: a package is acknowledged to the axis only when it would survive a power cut.
        level = "FULL" if durable else "OFF"
        for pragma in ("journal_mode = WAL", f"synchronous = {level}", "foreign_keys = ON"):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file; every later use raises ``sqlite3.ProgrammingError``."""
        self._connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it. Inside another transaction it is a part of that one."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def execute(self, statement: str, *values: Any) -> int:
        """Run one statement; give the id of the row that it inserted (or of the last one)."""
        return self._connection.execute(statement, values).lastrowid or 0

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """Give all rows of a query."""
        return self._connection.execute(query, values).fetchall()

    def row(self, query: str, *values: Any) -> sqlite3.Row | None:
        """Give the first row of a query, or ``None``."""
        found: sqlite3.Row | None = self._connection.execute(query, values).fetchone()
        return found

    def forget(self, run: str) -> None:
        """Remove everything that belongs to one run, and nothing else."""
        with self.transaction():
            for table in _RUN_TABLES:
                self._connection.execute(f"DELETE FROM {table} WHERE run = ?", (run,))  # noqa: S608 - names from above
