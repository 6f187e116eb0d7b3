"""A small, correct document-management system: registers, a poll loop, an outbox, and a connection to the axis.

Several can live in one process; each has its own store, clock, connection and behaviour.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from conformance.reference_dms import operations, outbox
from conformance.reference_dms.behaviour import Behaviour
from conformance.reference_dms.office import Connection, Office, Settings
from conformance.reference_dms.store import Store
from conformance.reference_dms.vietnam import Clock, host_clock
from protocol.wire.client import AxisClient

# How many intervals, and how many seconds, a round may take to finish what it found before the next one begins anyway.
_PATIENCE = 4
_LONGEST_S = 5.0

log = logging.getLogger("axis28.reference_dms")


class Dms:
    """One reference DMS; an async context manager.

    ``data`` is a directory for its database, kept afterwards; without it a temporary one is used and removed. With a
    ``connection`` it polls from the start, without one it waits for ``configure``. ``handle`` answers driver requests.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        connection: Connection | None = None,
        behaviour: Behaviour | None = None,
        settings: Settings | None = None,
        clock: Clock = host_clock,
    ) -> None:
        self._data = data
        self._first = connection
        self._behaviour = behaviour or Behaviour()
        self._settings = settings or Settings()
        self._clock = clock
        self._stack = contextlib.AsyncExitStack()
        self._line: _Line | None = None
        self._changing = asyncio.Lock()
        self._office: Office | None = None

    async def __aenter__(self) -> Self:
        """Open the registers and begin to poll. ``OSError`` or ``sqlite3.Error`` when ``data`` cannot be used."""
        if self._data is None:
            data = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="axis28-dms-")))
        else:
            data = self._data
            data.mkdir(parents=True, exist_ok=True)
        # What is thrown away at the end anyway need not survive a power cut.
        store = Store(data / "dms.sqlite3", durable=self._data is not None)
        self._stack.callback(store.close)
        self._office = Office(store, self._behaviour, self._settings, self._clock)
        self._stack.callback(self._close_reader)
        if self._first is not None:
            await self.configure(self._first)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop polling, break off what is under way (it is stored), close the registers."""
        async with self._changing:
            if self._line is not None:
                await self._line.close()
                self._line = None
        await self._stack.aclose()

    def _close_reader(self) -> None:
        if self._office is not None and self._office.reader is not None:
            self._office.reader.close()

    @property
    def office(self) -> Office:
        """The running DMS as its parts see it; ``RuntimeError`` before it was entered."""
        if self._office is None:
            raise RuntimeError("this DMS was not started: use it as an async context manager")
        return self._office

    @property
    def axis(self) -> AxisClient:
        """The client of the present connection; ``Refused`` while there is none."""
        _ = self.office.own
        assert self._line is not None
        return self._line.axis

    async def configure(self, connection: Connection) -> None:
        """Connect to an axis, instead of the one before. ``ValueError`` names what is wrong with the connection."""
        office = self.office
        async with self._changing:
            line = _Line(office, connection)
            if self._line is not None:
                await self._line.close()
            if office.connection is not None and office.connection != connection:
                outbox.unsign(office)
            office.connection = connection
            self._line = line
            await line.open()

    async def poll(self) -> None:
        """Do one full fetch round now, and send what is due."""
        _ = self.office.own
        assert self._line is not None
        await self._line.poll()

    async def handle(self, request: object) -> dict[str, Any]:
        """Answer one request of the driver protocol. Never raises for what the request holds."""
        return await operations.handle(self, request)


class _Line:
    """The connection to one axis: the client, the poll loop and the postman."""

    def __init__(self, office: Office, connection: Connection) -> None:
        self._office = office
        self._ca = connection.ca
        self.axis = AxisClient(
            connection.axis_url,
            connection.system_id,
            connection.secret,
            ca=connection.ca,
            shown=connection.shown,
            timeout=office.settings.timeout_s,
            clock=office.clock,
        )
        self._postman = outbox.Postman(office, self.axis)
        self._tasks: list[asyncio.Task[None]] = []
        self._listing = asyncio.Lock()

    async def open(self) -> None:
        await self.axis.__aenter__()
        self._tasks = [asyncio.create_task(self._poll_for_ever(), name="poll")]
        if self._office.settings.send_at_once:
            self._tasks.append(asyncio.create_task(self._postman.serve(), name="outbox"))

    async def close(self) -> None:
        tasks = (*self._tasks, *self._office.work)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._postman.stop()
        await self.axis.__aexit__(None, None, None)

    async def poll(self) -> None:
        """List now, take everything that waits, send everything that is due."""
        await self._list()
        await asyncio.gather(*self._office.work, return_exceptions=True)
        await self._postman.flush()

    async def _list(self) -> None:
        async with self._listing:
            await self._office.behaviour.poll(self._office, self.axis)

    async def _settle(self, deadline: float) -> None:
        """Give what was listed the chance to be taken and reported before the next round; no longer than that."""
        loop = asyncio.get_running_loop()
        while busy := {*self._office.work, *self._postman.under_way()}:
            left = deadline - loop.time()
            if left <= 0:
                return
            await asyncio.wait(busy, timeout=left)

    async def _poll_for_ever(self) -> None:
        clock, settings = asyncio.get_running_loop().time, self._office.settings
        while True:
            began = clock()
            (result,) = await asyncio.gather(self._list(), return_exceptions=True)
            if isinstance(result, BaseException):
                log.error("a fetch round broke off: %s", result, exc_info=result)
            if settings.send_at_once:
                await self._settle(began + min(_PATIENCE * settings.poll_interval_s, _LONGEST_S))
            else:
                await self._postman.flush()
            await asyncio.sleep(max(settings.poll_interval_s - (clock() - began), 0.02))
