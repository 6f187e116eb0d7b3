"""The durable memory of the axis: SQLite with a write-ahead log, every answer after its commit.

An acknowledged package is in the log and the log is on the disk (``synchronous=FULL``) before the answer leaves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool, QueuePool

from simulator.store import tables
from simulator.store.writer import Writer

_Result = TypeVar("_Result")
_FILE = "axis.sqlite3"


class UnusableStore(Exception):  # noqa: N818 - said to the user as it is
    """The data folder holds something that this version cannot use; the text says what and how to mend it."""


class Store:
    """Reads on the caller's thread (each sees the last commit), writes through one writer."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._watchers: list[Callable[[], None]] = []
        self._meter: Callable[[int, float], None] = _unmetered
        self._writer: Writer | None = None
        self._writing = self._engine(writes=True)
        self._reading = self._engine(writes=False)
        try:
            with self._writing.begin() as connection:
                tables.metadata.create_all(connection)
                _check_version(connection, self._path)
        except DatabaseError as error:
            raise UnusableStore(f"{self._path}: {error.__cause__ or error}") from error

    @contextmanager
    def opening(self) -> Iterator[Connection]:
        """Give a transaction for what is to be done before the writer starts."""
        assert self._writer is None
        with self._writing.begin() as connection:
            yield connection

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the writer; before it, nothing can be written."""
        self._writer = Writer(self._writing, loop, self._committed)

    async def write(self, action: Callable[[Connection], _Result]) -> _Result:
        """Do ``action`` in the next transaction and give its result after the commit.

        What ``action`` raises undoes what it did and comes back; ``StorageFailed`` when the commit itself failed.
        A caller who goes away does not undo anything.
        """
        assert self._writer is not None
        result: _Result = await asyncio.shield(self._writer.submit(action))
        return result

    def write_later(self, action: Callable[[Connection], object]) -> None:
        """Do ``action`` in one of the next transactions; nobody waits for it."""
        assert self._writer is not None
        self._writer.submit_later(action)

    def read(self, query: Callable[[Connection], _Result]) -> _Result:
        """Run ``query`` on this thread. It sees one state: that of its first statement."""
        with self._reading.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                return query(connection)
            finally:
                connection.exec_driver_sql("ROLLBACK")

    async def look(self, query: Callable[[Connection], _Result]) -> _Result:
        """Run a short ``query`` for a request: on this thread where that cannot wait for anybody."""
        return self.read(query)

    async def read_aside(self, query: Callable[[Connection], _Result]) -> _Result:
        """Run a ``query`` that may take long on another thread."""
        return await asyncio.to_thread(self.read, query)

    def when_committed(self, watcher: Callable[[], None]) -> None:
        """Call ``watcher`` in the event loop after every commit."""
        self._watchers.append(watcher)

    def meter(self, committed: Callable[[int, float], None]) -> None:
        """Tell ``committed``, in the event loop, of every transaction: pieces of work, and seconds until durable."""
        self._meter = committed

    def counts(self) -> tuple[int, int]:
        """How many transactions the writer made, of how many pieces of work."""
        return (self._writer.groups, self._writer.works) if self._writer else (0, 0)

    def waiting(self) -> int:
        """How many pieces of work are queued for the writer."""
        return self._writer.waiting() if self._writer else 0

    def close(self) -> None:
        """Finish what is queued and let go of the file; SQLite folds its log in when the last connection closes."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._reading.dispose()
        self._writing.dispose()

    def _committed(self, works: int, seconds: float) -> None:
        self._meter(works, seconds)
        for watcher in self._watchers:
            watcher()

    def _engine(self, *, writes: bool) -> Engine:
        url = URL.create("sqlite+pysqlite", database=str(self._path))
        engine = create_engine(
            url,
            poolclass=NullPool if writes else QueuePool,
            connect_args={"check_same_thread": False, "timeout": 30, "cached_statements": 512},
            **({} if writes else {"pool_size": 4, "max_overflow": -1}),
        )

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _: object) -> None:
            # The driver would begin transactions by itself, and only before some statements.
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
                cursor.execute(f"PRAGMA {pragma}")
            if not writes:
                cursor.execute("PRAGMA query_only=ON")
            cursor.close()

        if writes:

            @event.listens_for(engine, "begin")
            def begin(connection: Connection) -> None:
                connection.exec_driver_sql("BEGIN IMMEDIATE")

        return engine


def _unmetered(_: int, __: float) -> None:
    """Tell nobody."""


def _check_version(connection: Connection, path: Path) -> None:
    found = connection.execute(select(tables.facts.c.value).where(tables.facts.c.name == "version")).scalar()
    if found is None:
        connection.execute(tables.facts.insert().values(name="version", value=str(tables.VERSION)))
    elif found != str(tables.VERSION):
        raise UnusableStore(
            f"{path}: written by another version (format {found}, this one needs {tables.VERSION}); use another --data"
        )
