"""One thread that writes: it takes whatever waits, does it in one transaction and answers after the commit.

Each piece of work has a savepoint of its own, so that a failure undoes that piece and nothing else. The cost of the
disk is shared by all who wait: group commit.

Whatever happens to the database, the thread goes on: who waits is told that nothing was stored, and work for which
nobody waits is kept and done when the database is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from simulator.store.failure import StorageFailed, reason
from simulator.store.hot import say
from simulator.store.leftovers import Leftovers
from simulator.store.place import Place

_GROUP = 256
_LINGER = 0.005  # seconds that work for which nobody waits may gather company
_PATIENCE = 5.0  # seconds that a transaction may take to begin: as long as a database needs to start again
_PAUSE = 0.1
_AGAIN = 1.0  # seconds between two attempts at what was left over

logger = logging.getLogger("simulator.store")


@dataclass(slots=True)
class Work:
    """One piece of work; ``future`` is ``None`` where nobody waits for it. ``mark``: the transaction it may be in."""

    action: Callable[[Connection], Any]
    future: asyncio.Future[Any] | None
    result: Any = None
    error: BaseException | None = None
    mark: Any = None


class Writer:
    """The only one of this process who changes the store.

    ``committed`` is called in the event loop after each commit, with its pieces of work and the seconds that it took.
    """

    def __init__(self, place: Place, loop: asyncio.AbstractEventLoop, committed: Callable[[int, float], None]) -> None:
        self._place = place
        self._loop = loop
        self._committed = committed
        self._queue: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._connection: Connection | None = None
        self._left = Leftovers()
        self._thread = threading.Thread(target=self._run, name="store-writer")
        self.groups = 0
        self.works = 0
        self._thread.start()

    @property
    def lost(self) -> int:
        """How many pieces of work for which nobody waited had to be given up."""
        return self._left.lost

    def submit(self, action: Callable[[Connection], Any]) -> asyncio.Future[Any]:
        """Queue a piece of work; the future has its result once the transaction is durable."""
        future = self._loop.create_future()
        self._queue.put(Work(action, future))
        return future

    def submit_later(self, action: Callable[[Connection], Any]) -> None:
        """Queue a piece of work for which nobody waits. It is done in order with the rest; it may be done again."""
        self._queue.put(Work(action, None))

    def waiting(self) -> int:
        """How many pieces of work are queued."""
        return self._queue.qsize()

    def close(self) -> None:
        """Finish everything that is queued and end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            group, ended = self._take()
            if group:
                self._do(group)
            while self._left and self._retried():
                pass
        self._left.give_up()
        self._drop()

    def _take(self) -> tuple[list[Work], bool]:
        try:
            first = self._queue.get(timeout=_AGAIN if self._left else None)
        except queue.Empty:
            return [], False
        if first is None:
            return [], True
        group = [first]
        if first.future is None:
            time.sleep(_LINGER)
        while len(group) < _GROUP:
            try:
                work = self._queue.get_nowait()
            except queue.Empty:
                break
            if work is None:
                return group, True
            group.append(work)
        return group, False

    def _do(self, group: list[Work]) -> None:
        started = time.perf_counter()
        error = self._attempted(group)
        if error is not None:
            logger.error("the store could not commit %d pieces of work: %s", len(group), reason(error))
            for work in group:
                work.error = StorageFailed(reason(error))
            self._left.keep(work for work in group if work.future is None)
        self._told(group, started, made=error is None)

    def _retried(self) -> bool:
        """Do some of what was left over; tells whether to go on at once."""
        group = self._left.next_group()
        started = time.perf_counter()
        undecided = self._undecided(group)
        if undecided is None:
            self._left.keep(group)
            return False
        error = self._attempted(undecided, patient=False) if undecided else None
        if error is not None:
            self._left.failed(undecided)
            return False
        self._left.succeeded()
        self._told(undecided, started, made=True)
        return True

    def _undecided(self, group: list[Work]) -> list[Work] | None:
        """Give what is still to be done of some work whose commit may have been made; ``None``: nobody knows yet."""
        fates: dict[Any, bool | None] = {}
        for work in group:
            if work.mark is not None and work.mark not in fates:
                fates[work.mark] = self._fate(work.mark)
        if None in fates.values():
            return None
        return [work for work in group if work.mark is None or not fates[work.mark]]

    def _told(self, group: list[Work], started: float, *, made: bool) -> None:
        if made:
            self.groups += 1
            self.works += len(group)
        self._loop.call_soon_threadsafe(self._answer, group, made, time.perf_counter() - started)

    def _attempted(self, group: list[Work], *, patient: bool = True) -> Exception | None:
        """Do a group in one transaction; gives what kept it from being durable."""
        committing = False
        mark = None
        try:
            connection, mark = self._begun(_PATIENCE if patient else 0)
            for work in group:
                _attempt(connection, work)
            committing = True
            connection.exec_driver_sql("COMMIT")
        except Exception as error:  # noqa: BLE001 - the thread outlives whatever happens to one transaction
            self._drop()  # whatever the driver still holds of the transaction goes with its connection
            if committing and mark is not None:
                fate = self._patient_fate(mark)
                if fate is None:
                    for work in group:
                        work.mark = mark
                return None if fate else error
            return error
        return None

    def _begun(self, patience: float) -> tuple[Connection, Any]:
        """Begin a transaction, on a new connection where the old one is of no use: nothing was done on it yet."""
        deadline = time.monotonic() + patience
        while True:
            try:
                if self._connection is None:
                    self._connection = self._place.writing.connect()
                return self._connection, self._place.begin_writing(self._connection)
            except SQLAlchemyError:
                self._drop()
                if time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE)

    def _patient_fate(self, mark: Any) -> bool | None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            fate = self._fate(mark)
            if fate is not None or time.monotonic() > deadline:
                return fate
            time.sleep(_PAUSE)

    def _fate(self, mark: Any) -> bool | None:
        """Ask what became of a transaction; ``None`` while it is open or nobody answers."""
        try:
            with self._place.writing.connect() as connection:
                return self._place.committed(connection, mark)
        except SQLAlchemyError:
            return None

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):  # it is let go of, however it takes that
                connection.invalidate()
                connection.close()

    def _answer(self, group: list[Work], made: bool, seconds: float) -> None:
        for work in group:
            if work.future is None:
                if work.error is not None and made:
                    logger.error("a piece of work failed: %s", reason(work.error))
            elif not work.future.done():  # the one who waited may be gone
                if work.error is None:
                    work.future.set_result(work.result)
                else:
                    work.future.set_exception(work.error)
        if made:
            self._committed(len(group), seconds)


def _attempt(connection: Connection, work: Work) -> None:
    work.result = work.error = None
    say(connection, "SAVEPOINT work")
    try:
        work.result = work.action(connection)
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the one who waits for this piece of work
        try:
            connection.exec_driver_sql("ROLLBACK TO work")
        except SQLAlchemyError:  # the whole transaction is gone: a lost connection, a full disk
            raise error from None
        work.error = StorageFailed(reason(error)) if isinstance(error, DBAPIError) else error
    say(connection, "RELEASE work")
