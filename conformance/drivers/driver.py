"""What all drivers share: correlation ids, the declared concurrency, time limits and checked answers."""

from __future__ import annotations

import asyncio
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from conformance.drivers.protocol import Answer, DriverFault, read_answer, request
from conformance.told import told
from conformance.violation import JudgeBlind

DESCRIBE_TIMEOUT_S = 20.0
LEAST_TURN_S, LEAST_WAIT_S = 3.0, 1.0
PATIENCE = 3.0


class Driver(ABC):
    """Asks one DMS to act. ``run`` is the id of the run, which every request carries.

    A subclass moves one request object to the DMS and its answer object back. Not more calls than ``concurrency`` are
    under way at once; the others wait their turn, which is not held against the DMS.
    """

    def __init__(self, run: str = "") -> None:
        self.run = run
        self._numbers = itertools.count(1)
        self._turns = asyncio.Semaphore(1)
        self._concurrency = 1
        self._under_way = 0
        self._answered = 0
        self._slowest_s = 0.0

    @property
    def busy(self) -> bool:
        """Whether a further call would have to wait for its turn."""
        return self._turns.locked()

    def allow(self, concurrency: int) -> None:
        """Set how many calls may be under way at once, as ``describe`` declared it."""
        self._concurrency = max(1, concurrency)
        self._turns = asyncio.Semaphore(self._concurrency)

    async def call(
        self,
        operation: str,
        args: Mapping[str, Any] | None = None,
        *,
        timeout: float,  # noqa: ASYNC109 - a fault with its own reason code, not a bare TimeoutError, is the result
        deadline: float | None = None,
        begun: Callable[[], None] | None = None,
    ) -> Answer:
        """Make one call: its clock starts with its turn, and it may take ``timeout`` seconds from then on.

        ``deadline`` is a time of the event loop's clock; a turn that comes just before it still lasts 3 s. ``begun`` is
        called when the turn has come. Raises
        ``DriverFault`` (``driver-timeout``, ``driver-unreachable``, ``driver-nonsense``) for what the DMS did, and
        ``JudgeBlind`` where the deadline came first and the DMS was busy with the suite's own other calls.
        """
        identifier = str(next(self._numbers))
        asked = request(identifier, operation, self.run, args or {})
        await self._turn(operation, deadline)
        if begun is not None:
            begun()
        start = asyncio.get_running_loop().time()
        last = None if deadline is None else max(deadline, start + LEAST_TURN_S)
        self._under_way += 1
        try:
            async with asyncio.timeout_at(last), asyncio.timeout(timeout):
                raw = await self.exchange(asked)
        except TimeoutError as error:
            waited = asyncio.get_running_loop().time() - start
            if last is not None and last < start + timeout and waited < PATIENCE * self._slowest_s:
                text = told(
                    "{operation}: the phase ended {waited:.1f} s after its turn; answers took up to {slowest:.1f} s",
                    operation=operation,
                    waited=waited,
                    slowest=self._slowest_s,
                )
                raise JudgeBlind(text) from error
            raise DriverFault(
                "driver-timeout",
                told("{operation}: no answer within {waited:.1f} s", operation=operation, waited=waited),
            ) from error
        finally:
            self._under_way -= 1
            self._turns.release()
        self._answered += 1
        self._slowest_s = max(self._slowest_s, asyncio.get_running_loop().time() - start)
        return read_answer(operation, identifier, raw)

    async def _turn(self, operation: str, deadline: float | None) -> None:
        """Wait for a turn. One that never came is held against a DMS only if it answered nothing in the meantime."""
        begun, answered = asyncio.get_running_loop().time(), self._answered
        try:
            async with asyncio.timeout_at(deadline):
                await self._turns.acquire()
        except TimeoutError as error:
            waited = asyncio.get_running_loop().time() - begun
            if self._answered == answered and waited > max(LEAST_WAIT_S, PATIENCE * self._slowest_s):
                text = told(
                    "{operation}: none of the {count} calls under way was answered within {waited:.1f} s",
                    operation=operation,
                    count=self._under_way,
                    waited=waited,
                )
                raise DriverFault("driver-timeout", text) from error
            text = told(
                "{operation}: the phase ended after {waited:.1f} s of waiting for a turn: the system takes {count}"
                " at once and answered {answered} in that time",
                operation=operation,
                waited=waited,
                count=self._concurrency,
                answered=self._answered - answered,
            )
            raise JudgeBlind(text) from error

    @abstractmethod
    async def exchange(self, asked: dict[str, Any]) -> object:
        """Move one request to the DMS and give its decoded answer, whatever it is; raises ``DriverFault``."""

    async def start(self) -> None:
        """Start what has to run before the first call; raises ``DriverUnusable``."""
        await asyncio.sleep(0)

    async def close(self) -> None:
        """Stop everything that this driver started; once is enough, twice does no harm."""
        await asyncio.sleep(0)
