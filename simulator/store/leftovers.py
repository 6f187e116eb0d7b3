"""Work for which nobody waits and whose commit failed: kept, in order, until the database takes it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.store.writer import Work

CAPACITY = 10_000
_GROUP = 256
_TRIES = 5  # of one piece alone, with a database that works

logger = logging.getLogger("simulator.store")


class Leftovers:
    """A queue of at most ``CAPACITY`` pieces; what had to be given up is counted and said, never passed over."""

    def __init__(self) -> None:
        self._waiting: deque[Work] = deque()
        self._alone = 0  # how often the first one was tried without company
        self._together = True
        self.lost = 0

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._waiting)

    def keep(self, works: Iterable[Work]) -> None:
        """Take what failed behind what waits already; where that is too much, the oldest go."""
        self._waiting.extend(works)
        self._lose(len(self._waiting) - CAPACITY)

    def next_group(self) -> list[Work]:
        """Take out what is to be tried next: many, or after a failure one, so that a bad one stops no other."""
        size = min(_GROUP if self._together else 1, len(self._waiting))
        return [self._waiting.popleft() for _ in range(size)]

    def failed(self, works: list[Work]) -> None:
        """Put back what was tried; one that failed alone too often is given up."""
        self._waiting.extendleft(reversed(works))
        self._alone = 0 if self._together else self._alone + 1
        self._together = False
        if self._alone >= _TRIES:
            self._alone = 0
            self._lose(1)

    def succeeded(self) -> None:
        """Note that the database works."""
        self._together, self._alone = True, 0

    def give_up(self) -> None:
        """Say what is lost at the end."""
        self._lose(len(self._waiting))

    def _lose(self, number: int) -> None:
        for _ in range(number):
            self._waiting.popleft()
        if number > 0:
            self.lost += number
            logger.error("%d pieces of work for which nobody waited (entries of the journal) are lost", number)
