"""The store in one file: SQLite with a write-ahead log that is on the disk before a commit returns."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool, QueuePool

from simulator.store import generation
from simulator.store.hot import say

FILE = "axis.sqlite3"
_BUSY = 30  # seconds that a connection waits for another's lock
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-4000")


class SqliteFile:
    """A ``Place`` in the data folder. A reader never waits for a writer, so reads may be done where they are asked."""

    inline = True

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self.name = str(self._path)
        self.replayed = self._taken_over()
        self.writing = self._engine(writes=True)
        self.reading = self._engine(writes=False)
        self._lock = threading.Lock()
        self._watching: sqlite3.Connection | None = None
        self._version = -1
        self._generation = 0

    def _taken_over(self) -> int:
        """Fold in the log that a killed process left, and tell how many pages (frames) were in it."""
        log = self._path.with_name(f"{FILE}-wal")
        if not log.exists() or not log.stat().st_size:
            return 0
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(self._path)) as connection:
            return max(0, int(connection.execute("PRAGMA wal_checkpoint").fetchone()[1]))
        return 0

    def begin_reading(self, connection: Connection) -> None:
        """Begin a deferred transaction: it sees the state of its first statement."""
        say(connection, "BEGIN")

    def begin_writing(self, connection: Connection) -> None:
        """Begin a transaction as the only writer. There is no doubt about its end: what SQLite says of it is so."""
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def committed(self, connection: Connection, mark: Any) -> bool | None:  # noqa: ARG002 - the answer is the same
        """Say no: a commit that SQLite did not confirm was none."""
        return False

    def generation(self) -> int:
        """Give the generation; almost free while nobody commits, one look at a row otherwise."""
        with self._lock:
            watching = self._watched()
            version = self._data_version(watching)
            if version != self._version:
                self._generation = int(watching.execute(generation.CURRENT).fetchone()[0])
                self._version = version
            return self._generation

    def pulse(self) -> int:
        """Give SQLite's own counter of the commits of other connections."""
        with self._lock:
            return self._data_version(self._watched())

    def complaint(self) -> str | None:
        """Have none: the settings are this module's own."""
        return None

    def close(self) -> None:
        """Let go of the file; SQLite folds its log in when the last connection closes."""
        with self._lock:
            if self._watching is not None:
                self._watching.close()
                self._watching = None
        self.reading.dispose()
        self.writing.dispose()

    def _watched(self) -> sqlite3.Connection:
        """Give the connection that only watches: without SQLAlchemy, because every request asks it."""
        if self._watching is None:
            self._watching = sqlite3.connect(
                self._path, timeout=_BUSY, isolation_level=None, check_same_thread=False, cached_statements=8
            )
        return self._watching

    def _data_version(self, watching: sqlite3.Connection) -> int:
        return int(watching.execute("PRAGMA data_version").fetchone()[0])

    def _engine(self, *, writes: bool) -> Engine:
        engine = create_engine(
            URL.create("sqlite+pysqlite", database=str(self._path)),
            hide_parameters=True,  # an error must not carry a secret into the log
            poolclass=NullPool if writes else QueuePool,
            connect_args={"check_same_thread": False, "timeout": _BUSY, "cached_statements": 512},
            **({} if writes else {"pool_size": 4, "max_overflow": -1}),
        )

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _: object) -> None:
            # The driver would begin transactions by itself, and only before some statements.
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in _PRAGMAS:
                cursor.execute(f"PRAGMA {pragma}")
            if not writes:
                cursor.execute("PRAGMA query_only=ON")
            cursor.close()

        return engine
