"""One thread that writes: it takes whatever waits, does it in one transaction and answers after the commit.

Each piece of work has a savepoint of its own, so that a failure undoes that piece and nothing else. With the log
synchronised at every commit (``synchronous=FULL``) the cost of the disk is shared by all who wait: group commit.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

_GROUP = 256
_LINGER = 0.005  # seconds that work for which nobody waits may gather company

logger = logging.getLogger("simulator.store")


class StorageFailed(Exception):  # noqa: N818 - says what happened, like the library's own
    """The transaction could not be made durable; nothing of it is stored."""


@dataclass(slots=True)
class _Work:
    action: Callable[[Connection], Any]
    future: asyncio.Future[Any] | None
    result: Any = None
    error: BaseException | None = None


class Writer:
    """The only one who changes the store.

    ``committed`` is called in the event loop after each commit, with its pieces of work and the seconds that it took.
    """

    def __init__(
        self, engine: Engine, loop: asyncio.AbstractEventLoop, committed: Callable[[int, float], None]
    ) -> None:
        self._engine = engine
        self._loop = loop
        self._committed = committed
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store-writer")
        self._thread.start()
        self.groups = 0
        self.works = 0

    def submit(self, action: Callable[[Connection], Any]) -> asyncio.Future[Any]:
        """Queue a piece of work; the future has its result once the transaction is durable."""
        future = self._loop.create_future()
        self._queue.put(_Work(action, future))
        return future

    def submit_later(self, action: Callable[[Connection], Any]) -> None:
        """Queue a piece of work for which nobody waits. It is done in order with the rest."""
        self._queue.put(_Work(action, None))

    def waiting(self) -> int:
        """How many pieces of work are queued."""
        return self._queue.qsize()

    def close(self) -> None:
        """Finish everything that is queued and end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        with self._engine.connect() as connection:
            ended = False
            while not ended:
                group, ended = self._take()
                if group:
                    self._commit(connection, group)

    def _take(self) -> tuple[list[_Work], bool]:
        first = self._queue.get()
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

    def _commit(self, connection: Connection, group: list[_Work]) -> None:
        started = time.perf_counter()
        try:
            with connection.begin():
                for work in group:
                    _attempt(connection, work)
        except SQLAlchemyError as error:
            logger.exception("the store could not commit %d pieces of work", len(group))
            connection.invalidate(error)  # whatever the driver still holds of the transaction goes with its connection
            for work in group:
                work.error = StorageFailed(str(error.__cause__ or error))
        self.groups += 1
        self.works += len(group)
        self._loop.call_soon_threadsafe(self._answer, group, time.perf_counter() - started)

    def _answer(self, group: list[_Work], seconds: float) -> None:
        for work in group:
            if work.future is None:
                if work.error is not None:
                    logger.error("a piece of work failed: %s", work.error)
            elif not work.future.done():  # the one who waited may be gone
                if work.error is None:
                    work.future.set_result(work.result)
                else:
                    work.future.set_exception(work.error)
        self._committed(len(group), seconds)


def _attempt(connection: Connection, work: _Work) -> None:
    connection.exec_driver_sql("SAVEPOINT work")
    try:
        work.result = work.action(connection)
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the one who waits for this piece of work
        connection.exec_driver_sql("ROLLBACK TO work")
        work.error = error
    connection.exec_driver_sql("RELEASE work")
