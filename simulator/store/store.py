"""The durable memory of the axis: every answer that acknowledges something leaves after its commit.

SQLite with a write-ahead log in the data folder, or PostgreSQL: the same tables, the same queries.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from simulator.store import address, upgrade
from simulator.store.coalescing import Coalescing
from simulator.store.failure import StorageFailed, UnusableStore, reason
from simulator.store.hot import say
from simulator.store.place import Place
from simulator.store.postgresql import PostgresServer
from simulator.store.sqlite import SqliteFile
from simulator.store.writer import Writer

_Result = TypeVar("_Result")
_READERS = 8


class Store:
    """Reads see the last commit of any process; writes go through one writer of this process."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        """Open the store of a data folder, or the one at ``url``. Raises ``UnusableStore``."""
        self._place: Place = SqliteFile(folder) if url is None else PostgresServer(address.parsed(url))
        self._watchers: list[Callable[[], None]] = []
        self._meter: Callable[[int, float], None] = _unmetered
        self._writer: Writer | None = None
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="store-reader")
        self._generation = Coalescing(lambda: self._aside(lambda: _told(self._place.generation)))
        self._pulse = Coalescing(lambda: self._aside(lambda: _told(self._place.pulse)))
        try:
            with self.opening() as connection:
                upgrade.bring_up_to_date(connection, self._place.name)
        except DBAPIError as error:
            self._place.close()
            raise UnusableStore("no-answer", store=self._place.name, problem=reason(error)) from error
        except UnusableStore:
            self._place.close()
            raise

    @property
    def name(self) -> str:
        """Where it is, as a user may read it."""
        return self._place.name

    @property
    def replayed(self) -> int:
        """How many pages of a log a killed process had left."""
        return self._place.replayed

    @contextmanager
    def opening(self) -> Iterator[Connection]:
        """Give a transaction for what is to be done before the writer starts."""
        assert self._writer is None
        with self._place.writing.connect() as connection:
            self._place.begin_writing(connection)
            try:
                yield connection
            except BaseException:
                connection.invalidate()
                raise
            connection.exec_driver_sql("COMMIT")

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the writer; before it, nothing can be written."""
        self._writer = Writer(self._place, loop, self._committed)

    async def write(self, action: Callable[[Connection], _Result]) -> _Result:
        """Do ``action`` in the next transaction and give its result after the commit.

        What ``action`` raises undoes what it did and comes back; ``StorageFailed`` when the commit itself failed.
        A caller who goes away does not undo anything.
        """
        assert self._writer is not None
        result: _Result = await asyncio.shield(self._writer.submit(action))
        return result

    def write_later(self, action: Callable[[Connection], object]) -> None:
        """Do ``action`` in one of the next transactions; nobody waits for it, so it may be attempted repeatedly."""
        assert self._writer is not None
        self._writer.submit_later(action)

    def read(self, query: Callable[[Connection], _Result]) -> _Result:
        """Run ``query`` on this thread. It sees one state: that of its first statement. Raises ``StorageFailed``.

        Where a connection was lost, it is run a second time on a new one.
        """
        return _told(lambda: self._read(query))

    async def look(self, query: Callable[[Connection], _Result]) -> _Result:
        """Run a short ``query`` for a request: on this thread where that cannot wait for anybody."""
        return self.read(query) if self._place.inline else await self.read_aside(query)

    async def read_aside(self, query: Callable[[Connection], _Result]) -> _Result:
        """Run a ``query`` that may take long on another thread."""
        return await self._aside(lambda: self.read(query))

    async def generation(self) -> int:
        """Give the number that changes when what processes keep in memory is out of date. Raises ``StorageFailed``.

        What was committed before the call, by whatever process, is in it.
        """
        return _told(self._place.generation) if self._place.inline else await self._generation.value()

    async def pulse(self) -> int:
        """Give a number that another process's commit changes. Raises ``StorageFailed``."""
        return _told(self._place.pulse) if self._place.inline else await self._pulse.value()

    def when_committed(self, watcher: Callable[[], None]) -> None:
        """Call ``watcher`` in the event loop after every commit of this process."""
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

    def complaint(self) -> str | None:
        """Name a setting of the database by which it may lose what it committed; ``None`` where there is none."""
        return self._place.complaint()

    def close(self) -> None:
        """Finish what is queued and let go of the database."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._readers.shutdown()
        self._place.close()

    def _committed(self, works: int, seconds: float) -> None:
        self._meter(works, seconds)
        for watcher in self._watchers:
            watcher()

    def _read(self, query: Callable[[Connection], _Result]) -> _Result:
        with self._place.reading.connect() as connection:
            self._place.begin_reading(connection)
            try:
                return query(connection)
            finally:
                _end(connection)

    async def _aside(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)


def _unmetered(_: int, __: float) -> None:
    """Tell nobody."""


def _told(question: Callable[[], _Result]) -> _Result:
    """Ask the database, again where a connection was lost. Raises ``StorageFailed``."""
    try:
        return question()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise StorageFailed(reason(error)) from error
    except sqlite3.Error as error:
        raise StorageFailed(reason(error)) from error
    try:
        return question()
    except DBAPIError as error:
        raise StorageFailed(reason(error)) from error


def _end(connection: Connection) -> None:
    try:
        say(connection, "ROLLBACK")
    except SQLAlchemyError:
        connection.invalidate()  # with an open transaction it must not serve the next reader
