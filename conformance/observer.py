"""What the axis saw: one long poll on its journal feeds everyone who waits for an exchange."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from conformance.axis import AxisControl, AxisLost
from conformance.told import told
from conformance.violation import JudgeBlind
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.package.reader import read_package
from protocol.package.reading import Reading

_Ready = TypeVar("_Ready")

SEND = "sendEdoc"
LIST = "getReceivedEdocList"
COUNTS = {"edoc": "countReceiveEdoc", "status": "countReceiveStatus"}
POLLS = (LIST, *COUNTS.values())
ACKNOWLEDGE = "updateStatus"
HEADER = "xroadvnpt-"
PAGE = 500
WAIT_S = 10.0
RETRY_PAUSES_S = (0.2, 1.0)


@dataclass(slots=True, eq=False)
class Exchange:
    """One request of the system under test and its answer, as the journal of the axis has it.

    ``at`` is the axis time. ``message_type`` is known for sends and list calls, ``acknowledged`` (``done``, ``fail`` …)
    for updateStatus. A send carries its ``raw`` bytes and what was read from them; ``seen`` is the suite's own
    monotonic clock.
    """

    seq: int
    at: datetime
    system: str | None
    operation: str
    agency: str | None
    document_id: str | None
    receiver_id: str | None
    http_status: int | None
    status: str | None
    error_code: str | None
    findings: tuple[Mapping[str, Any], ...]
    seen: float
    message_type: str | None = None
    acknowledged: str | None = None
    raw: bytes | None = field(default=None, repr=False)
    reading: Reading | None = field(default=None, repr=False)

    @property
    def accepted(self) -> bool:
        """Whether the axis did what was asked."""
        return self.status == "OK" and self.error_code in (None, "", "0")

    @property
    def package(self) -> DocumentPackage | StatusPackage | None:
        """The package that a send carried, as far as it could be read."""
        return None if self.reading is None else self.reading.package


class Observer:
    """Follows the journal of the axis for one system, from the moment it was started."""

    def __init__(self, axis: AxisControl, system_id: str) -> None:
        self._axis = axis
        self._system_id = system_id
        self._next = 0
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self._polls: Counter[tuple[str, str | None]] = Counter()
        self._details: dict[int, Mapping[str, Any]] = {}
        self._readings = contextlib.ExitStack()
        self.exchanges: list[Exchange] = []
        self.last_seen: float | None = None
        self.lost: JudgeBlind | None = None
        self._trouble: JudgeBlind | None = None

    async def start(self) -> None:
        """Skip what is in the journal already, then follow it; raises ``JudgeBlind`` when the axis cannot be read."""
        self._next = await self._end_of_journal()
        self._task = asyncio.create_task(self._follow())

    async def close(self) -> None:
        """Stop following and let go of the packages that were read."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._readings.close()

    @property
    def polls(self) -> int:
        """How often the system has polled: its busiest question counts, so that two in one round are one poll.

        A client may ask for the number first and list only what is there: its counts are its polls.
        """
        return max(self._polls.values(), default=0)

    def silent_for(self) -> float | None:
        """Seconds since the last exchange of the system, ``None`` where it never made one."""
        return None if self.last_seen is None else asyncio.get_running_loop().time() - self.last_seen

    def matching(self, predicate: Callable[[Exchange], bool]) -> list[Exchange]:
        """Give the exchanges seen so far that a predicate likes, oldest first."""
        return [exchange for exchange in self.exchanges if predicate(exchange)]

    async def wait(self, predicate: Callable[[Exchange], bool], deadline: float) -> Exchange | None:
        """Wait for the first exchange (also one seen before) that a predicate likes, ``None`` at the deadline.

        ``deadline`` is a time of the event loop's clock. Raises ``JudgeBlind`` when the axis was lost.
        """
        scanned = 0

        def found() -> Exchange | None:
            nonlocal scanned
            while scanned < len(self.exchanges):
                scanned += 1
                if predicate(self.exchanges[scanned - 1]):
                    return self.exchanges[scanned - 1]
            return None

        return await self.until(found, deadline)

    async def until(self, ready: Callable[[], _Ready | None], deadline: float) -> _Ready | None:
        """Wait until ``ready()``, asked again after each change of the journal, gives something true, else ``None``."""
        try:
            async with asyncio.timeout_at(deadline), self._changed:
                while not (value := ready()):
                    if self.lost is not None:
                        raise JudgeBlind(self.lost.text) from self.lost
                    await self._changed.wait()
                return value
        except TimeoutError:
            if self._trouble is not None:
                raise JudgeBlind(self._trouble.text) from self._trouble
            return None

    async def trouble(self) -> str | None:
        """Say why the axis cannot be read just now, ``None`` where it can: it is asked once, for a few seconds."""
        if self.lost is not None:
            return self.lost.text
        try:
            await self._axis.now()
        except JudgeBlind as error:
            return error.text
        return None

    async def detail(self, exchange: Exchange) -> Mapping[str, Any]:
        """Give the whole request and answer of an exchange, fetched once."""
        if exchange.seq not in self._details:
            self._details[exchange.seq] = await self._axis.exchange(exchange.seq)
        return self._details[exchange.seq]

    async def _end_of_journal(self) -> int:
        """Find the last sequence number with a few small questions, however long the journal is."""
        low, step = 0, 0
        while True:
            page, following = await self._axis.exchanges(low + step, limit=1, wait=0)
            if page:
                low, step = following, max(1, step * 2)
            elif step:
                step //= 4
            else:
                return low

    async def _follow(self) -> None:
        try:
            while True:
                page, self._next = await self._page()
                mine = [row for row in page if row["system"] == self._system_id or row["operation"] == "inject"]
                exchanges = [self._exchange(row) for row in mine]
                await asyncio.gather(*(self._complete(exchange) for exchange in exchanges))
                await self._publish(exchanges)
        except (JudgeBlind, KeyError, TypeError, ValueError) as error:
            unreadable = JudgeBlind(told("the journal is unreadable: {error!r}", error=error))
            self.lost = error if isinstance(error, JudgeBlind) else unreadable
            async with self._changed:
                self._changed.notify_all()

    async def _page(self) -> tuple[list[Mapping[str, Any]], int]:
        """Wait for the next exchanges; a connection that breaks once is taken up again, so that nothing is missed.

        Only the first try waits for news: the others have to find out soon whether the axis is there at all.
        """
        wait = WAIT_S
        for pause in RETRY_PAUSES_S:
            try:
                page = await self._axis.exchanges(self._next, limit=PAGE, wait=wait)
            except AxisLost as error:
                self._trouble, wait = error, 0.0
                await asyncio.sleep(pause)
            else:
                self._trouble = None
                return page
        page = await self._axis.exchanges(self._next, limit=PAGE, wait=wait)
        self._trouble = None
        return page

    def _exchange(self, row: Mapping[str, Any]) -> Exchange:
        code = row.get("error_code")
        return Exchange(
            seq=int(row["seq"]),
            at=datetime.fromisoformat(row["at"]),
            system=row["system"],
            operation=row["operation"],
            agency=row.get("agency"),
            document_id=row.get("document_id"),
            receiver_id=row.get("receiver_id"),
            http_status=row.get("http_status"),
            status=row.get("status"),
            error_code=None if code is None else str(code),
            findings=tuple(row.get("findings") or ()),
            seen=asyncio.get_running_loop().time(),
        )

    async def _complete(self, exchange: Exchange) -> None:
        """Fetch what the summary leaves out: message type, acknowledged state, and the package that a send carried."""
        if exchange.operation not in (SEND, LIST, ACKNOWLEDGE):
            return
        request = (await self.detail(exchange))["request"]
        headers = {str(name).lower(): str(value) for name, value in request["headers"]}
        exchange.message_type = headers.get(HEADER + "messagetype")
        if exchange.operation == ACKNOWLEDGE:
            exchange.acknowledged = headers.get(HEADER + "status")
        if exchange.operation == SEND and not request.get("body_truncated"):
            exchange.raw = base64.b64decode(request.get("body") or "")
            exchange.reading = self._readings.enter_context(read_package(exchange.raw))

    async def _publish(self, exchanges: list[Exchange]) -> None:
        for exchange in exchanges:
            self.exchanges.append(exchange)
            if exchange.system == self._system_id:
                self.last_seen = exchange.seen
                if exchange.operation in POLLS:
                    self._polls[exchange.operation, exchange.message_type] += 1
        async with self._changed:
            self._changed.notify_all()
