"""One answer for all who ask the same at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class Coalescing(Generic[_Value]):
    """Asks once for everybody who waits. Nobody gets an answer to a question that was put before he came."""

    def __init__(self, ask: Callable[[], Awaitable[_Value]]) -> None:
        self._ask = ask
        self._running: asyncio.Future[_Value] | None = None
        self._next: asyncio.Future[_Value] | None = None

    async def value(self) -> _Value:
        """Give the answer to a question that is put now or later."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._after(self._running))
        return await asyncio.shield(self._next)

    async def _after(self, running: asyncio.Future[_Value] | None) -> _Value:
        if running is not None:
            await asyncio.wait([running])
        self._running, self._next = self._next, None
        return await self._ask()
