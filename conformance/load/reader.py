"""A recipient of the suite's own, for a load run on an axis alone: it fetches and acknowledges, nothing else."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter

from protocol.wire.client import AxisClient
from protocol.wire.errors import AxisError
from protocol.wire.operations import MessageType, QueueStatus

INTERVAL_S = 0.2


class Reader:
    """Polls one system's queue every ``INTERVAL_S`` seconds; ``fetched`` counts each receiver id.

    An item that cannot be fetched is tried again in the next round, and the others are not kept waiting.
    """

    def __init__(self, client: AxisClient) -> None:
        self._client = client
        self._task: asyncio.Task[None] | None = None
        self.fetched: Counter[str] = Counter()
        self.errors = 0

    def start(self) -> None:
        """Begin to poll."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop polling."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                waiting = await self._client.received(MessageType.EDOC)
                await asyncio.gather(*(self._take(item.doc_id) for item in waiting.items))
            except AxisError:
                self.errors += 1
            await asyncio.sleep(INTERVAL_S)

    async def _take(self, doc_id: str) -> None:
        try:
            await self._client.fetch(doc_id)
            self.fetched[doc_id] += 1
            await self._client.update_status(doc_id, QueueStatus.DONE)
        except AxisError:
            self.errors += 1
