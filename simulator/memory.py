"""What a process keeps in memory of the store because every request needs it, and how it stays up to date."""

from __future__ import annotations

import asyncio
import contextlib

from sqlalchemy import Connection

from simulator import timekeeping
from simulator.clock import Clock
from simulator.directory import Directory
from simulator.faults.rulebook import Faults
from simulator.redaction import Redaction
from simulator.store.failure import StorageFailed
from simulator.store.store import Store
from simulator.tenants import Tenants


class Memory:
    """Secrets, fault rules, tenants, the course of the clock; what changes them raises the generation with itself."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        faults: Faults,
        *,
        tenants: Tenants,
        clock: Clock,
        redaction: Redaction,
    ) -> None:
        self._store = store
        self._directory = directory
        self._faults = faults
        self._tenants = tenants
        self._clock = clock
        self._redaction = redaction
        self._generation = 0
        self._lock = asyncio.Lock()

    async def refresh(self) -> None:
        """Read everything anew if any process has changed it; called before every request.

        While the store does not answer, what is known stays in force: what a request wants of the store fails anyway.
        """
        with contextlib.suppress(StorageFailed):
            if await self._store.generation() == self._generation:
                return
            async with self._lock:  # or a slower reader would put back what is older
                generation = await self._store.generation()
                if generation != self._generation:
                    await self._store.look(self._load)
                    self._redaction.know(self._directory.secrets_by_tenant())
                    self._generation = generation

    def reload(self) -> None:
        """Read everything anew."""
        self._store.read(self._load)
        self._redaction.know(self._directory.secrets_by_tenant())

    def _load(self, connection: Connection) -> None:
        self._directory.load(connection)
        self._faults.load(connection)
        self._tenants.load(connection)
        timekeeping.load(connection, self._clock)
