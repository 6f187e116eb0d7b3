"""Waiting for the journal to grow, whichever process of the axis writes it."""

from __future__ import annotations

import asyncio
import contextlib

from simulator.store.store import Store

_LOOK_AGAIN = 0.1  # seconds between two looks for what other processes have written


class Growth:
    """Wakes those who wait: at once for a commit of this process, a moment later for one of another."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._event = asyncio.Event()
        store.when_committed(self.wake)

    async def seen(self) -> tuple[asyncio.Event, int]:
        """Give what has grown so far, to be told to ``wait`` after looking. Raises ``StorageFailed``."""
        return self._event, await self._store.pulse()

    async def wait(self, seen: tuple[asyncio.Event, int], seconds: float) -> None:
        """Wait until something was written after ``seen``, or that long. Raises ``StorageFailed``."""
        event, pulse = seen
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not event.is_set() and (remaining := deadline - loop.time()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), min(remaining, _LOOK_AGAIN))
            if await self._store.pulse() != pulse:
                return

    def wake(self) -> None:
        """Wake everyone who waits."""
        event, self._event = self._event, asyncio.Event()
        event.set()
