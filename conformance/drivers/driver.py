"""What all drivers share: correlation ids, the declared concurrency, time limits and checked answers."""

from __future__ import annotations

import asyncio
import itertools
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from conformance.drivers.protocol import Answer, DriverFault, read_answer, request

DESCRIBE_TIMEOUT_S = 20.0


class Driver(ABC):
    """Asks one DMS to act. ``run`` is the id of the run, which every request carries.

    A subclass moves one request object to the DMS and its answer object back. Not more calls than ``concurrency`` are
    under way at once; the others wait their turn, which is not held against the DMS.
    """

    def __init__(self, run: str = "") -> None:
        self.run = run
        self._numbers = itertools.count(1)
        self._turns = asyncio.Semaphore(1)

    def allow(self, concurrency: int) -> None:
        """Set how many calls may be under way at once, as ``describe`` declared it."""
        self._turns = asyncio.Semaphore(max(1, concurrency))

    async def call(
        self,
        operation: str,
        args: Mapping[str, Any] | None = None,
        *,
        timeout: float,  # noqa: ASYNC109 - a fault with its own reason code, not a bare TimeoutError, is the result
        deadline: float | None = None,
    ) -> Answer:
        """Make one call: it may take ``timeout`` seconds once its turn has come, and never longer than ``deadline``.

        ``deadline`` is a time of the event loop's clock. Raises ``DriverFault`` (``driver-timeout``,
        ``driver-unreachable``, ``driver-nonsense``).
        """
        begun = asyncio.get_running_loop().time()
        identifier = str(next(self._numbers))
        asked = request(identifier, operation, self.run, args or {})
        try:
            async with asyncio.timeout_at(deadline), self._turns, asyncio.timeout(timeout):
                raw = await self.exchange(asked)
        except TimeoutError as error:
            waited = asyncio.get_running_loop().time() - begun
            raise DriverFault("driver-timeout", f"{operation}: no answer within {waited:.1f} s") from error
        return read_answer(operation, identifier, raw)

    @abstractmethod
    async def exchange(self, asked: dict[str, Any]) -> object:
        """Move one request to the DMS and give its decoded answer, whatever it is; raises ``DriverFault``."""

    async def start(self) -> None:
        """Start what has to run before the first call; raises ``DriverUnusable``."""
        await asyncio.sleep(0)

    async def close(self) -> None:
        """Stop everything that this driver started; once is enough, twice does no harm."""
        await asyncio.sleep(0)
