"""Looks into the registers of a busy system: whoever waits for a turn to look shares one look with all who wait."""

from __future__ import annotations

import asyncio

from conformance.drivers import Answer, Driver


class Look:
    """Asks for a whole register once on behalf of everyone who waits to see a part of it.

    Dozens of stories that each ask a system with few turns for their own document would wait for each other longer than
    for the system.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._waiting: dict[str, asyncio.Task[Answer]] = {}

    @property
    def worthwhile(self) -> bool:
        """Whether a look of one's own would have to wait."""
        return self._driver.busy

    async def at(self, where: str, *, limit: float, deadline: float) -> Answer:
        """Ask for the register ``received`` or ``sent`` as it is from now on; raises what ``Driver.call`` raises.

        A look whose turn has come already may show what was before: it is not joined.
        """
        look = self._waiting.get(where)
        if look is None:

            def begun() -> None:
                self._waiting.pop(where, None)

            look = asyncio.create_task(self._driver.call(where, {}, timeout=limit, deadline=deadline, begun=begun))
            self._waiting[where] = look
            look.add_done_callback(self._forget)
        # One story that ends must not take the look from the others.
        return await asyncio.shield(look)

    def _forget(self, look: asyncio.Task[Answer]) -> None:
        self._waiting = {where: waiting for where, waiting in self._waiting.items() if waiting is not look}
        if not look.cancelled():
            look.exception()
